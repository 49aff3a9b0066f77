/** A local cloud in this process that runs what stack `local` declares, to be looked into and broken while it runs. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type AuditedRun, auditRun } from "../../cli/local/audit-run.ts";
import type { AuditResult } from "../../cli/audit/ledger.ts";
import { writeRunFacts } from "../../cli/connect/run-files.ts";
import { stackFacts } from "../../cli/connect/stack-facts.ts";
import { writeEndpoints } from "../../cli/local/endpoints-file.ts";
import { systemClock } from "../../contract/clock.ts";
import { type LocalCloud, startCloud } from "../../local/cloud.ts";
import type { Graph, GraphResource } from "../../local/graph.ts";
import type { Invocation } from "../../local/lambda/types.ts";
import { type ProgramRun, runProgram } from "../../local/run-program.ts";
import { eventually } from "./eventually.ts";
import { RunFolder } from "./run-folder.ts";

/** Inputs to use in place of a resource's declared ones. */
export type Changes = (resource: GraphResource) => Readonly<Record<string, unknown>>;

/** Stack `local` with one shard, and batches that wait for nothing. */
export function declaredOnOneShard(): Promise<ProgramRun> {
  const configOverrides = {
    "stream.shardCount": 1,
    "backends.archive.batchWindowSeconds": 0,
    "backends.warehouse.batchWindowSeconds": 0,
  };
  return runProgram({ stack: "local", configOverrides });
}

/** The program's outputs that are used here. */
interface Outputs {
  readonly streamName: string;
  readonly archiveBucket: string;
  readonly deadLetterBucket: string;
  readonly dataset: string;
  readonly mappings: Readonly<Record<string, string>>;
}

/** One running cloud in a folder of its own. */
export class CloudUnderTest {
  readonly cloud: LocalCloud;
  readonly folder: RunFolder;
  readonly invocations: readonly Invocation[];
  readonly #run: AuditedRun;
  readonly #mappings: Readonly<Record<string, string>>;

  private constructor(run: AuditedRun, mappings: Readonly<Record<string, string>>, invocations: readonly Invocation[]) {
    this.#run = run;
    this.#mappings = mappings;
    this.cloud = run.cloud;
    this.folder = new RunFolder(run.directory);
    this.invocations = invocations;
  }

  static async start({ config, graph }: ProgramRun, changes: Changes = () => ({})): Promise<CloudUnderTest> {
    const directory = mkdtempSync(join(tmpdir(), "sluice-cloud-"));
    const invocations: Invocation[] = [];
    const { accountId, region, concurrencyLimit: accountConcurrency } = config.aws;
    const { projectId: googleProject, projectNumber: googleProjectNumber } = config.google;
    const cloud = await startCloud({
      ...{ graph: changed(graph, changes), directory, accountConcurrency, limits: true },
      facts: { accountId, region, googleProject, googleProjectNumber },
      clock: systemClock,
      random: Math.random,
      onInvocation: (invocation) => invocations.push(invocation),
      onProblem: () => undefined,
    });
    const { streamName, dataset, archiveBucket, deadLetterBucket, mappings } = graph.outputs as unknown as Outputs;
    writeEndpoints(join(directory, "endpoints.json"), {
      ...{ ...cloud.endpoints, streamName, archiveBucket, deadLetterBucket, project: googleProject, dataset, region },
    });
    writeRunFacts(directory, stackFacts(config));
    const stream = cloud.services.streams.get(streamName, systemClock.now())!.model;
    return new CloudUnderTest({ config, directory, cloud, stream }, mappings, invocations);
  }

  /** Puts lines on the stream, a record each; all of them arrive at once. */
  put(lines: readonly string[]): void {
    const entries = lines.map((line) => ({ data: Buffer.from(line), partitionKey: line.slice(14, 46) }));
    const results = this.#run.stream.putRecords(entries, systemClock.now());
    expect(results.every(({ accepted }) => accepted)).toBe(true);
  }

  /** Finished invocations of a backend. */
  of(backend: string): Invocation[] {
    return this.invocations.filter(({ functionName }) => functionName.endsWith(backend));
  }

  mappingId(backend: string): string {
    return this.#mappings[backend]!;
  }

  /** Resolves once every mapping has done everything. */
  async idle(): Promise<void> {
    await eventually(
      () => this.cloud.idle(),
      (idle) => idle,
    );
  }

  audit(): Promise<Readonly<Record<string, AuditResult>>> {
    return auditRun(this.#run);
  }

  /** Denies what a binding grants, by the end of the resource's name; the returned function grants it again. */
  deny(resource: string): () => void {
    const { bindings } = this.cloud.services.google;
    const [key, binding] = [...bindings].find(([, granted]) => granted.resource.endsWith(resource))!;
    bindings.delete(key);
    return () => void bindings.set(key, binding);
  }

  async close(): Promise<void> {
    await this.cloud.close();
    rmSync(this.folder.directory, { recursive: true });
  }
}

function changed(graph: Graph, changes: Changes): Graph {
  const resources = graph.resources.map((each) => ({ ...each, inputs: { ...each.inputs, ...changes(each) } }));
  return { ...graph, resources };
}
