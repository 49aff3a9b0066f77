/** The local cloud that a pair of phases runs on: one shard, both backends, each with a fan-out of its own or with plain reads. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AuditResult } from "../../cli/audit/ledger.ts";
import { generatedLog } from "../../cli/generate/generated-input.ts";
import { type AuditedRun, auditRun } from "../../cli/local/audit-run.ts";
import { KinesisTarget } from "../../cli/produce/kinesis-target.ts";
import { Producer } from "../../cli/produce/producer.ts";
import { sleep, systemClock } from "../../contract/clock.ts";
import { SHARD_WRITE_BYTES_PER_SECOND, SHARD_WRITE_RECORDS_PER_SECOND } from "../../contract/limits.ts";
import { startCloud } from "../../local/cloud.ts";
import type { Invocation } from "../../local/lambda/types.ts";
import { type ProgramRun, cloudFacts, runProgram } from "../../local/run-program.ts";
import type { Delivered } from "./delivery.ts";

export type Reads = "fan-out" | "plain";
export type Backend = "archive" | "warehouse";

interface Outputs {
  readonly streamName: string;
  readonly functions: Readonly<Record<string, string>>;
  readonly mappings: Readonly<Record<string, string>>;
}

const IDLE_CHECK_MS = 100;

export class Stage {
  readonly #run: AuditedRun;
  readonly #outputs: Outputs;
  readonly #invocations: readonly Invocation[];

  private constructor(run: AuditedRun, outputs: Outputs, invocations: readonly Invocation[]) {
    this.#run = run;
    this.#outputs = outputs;
    this.#invocations = invocations;
  }

  /** Starts stack `local` with one shard and batches that wait for nothing, in a folder of its own. */
  static async open(reads: Reads): Promise<Stage> {
    const { config, graph } = await declared(reads);
    const directory = mkdtempSync(join(tmpdir(), "sluice-isolation-"));
    const invocations: Invocation[] = [];
    try {
      const cloud = await startCloud({
        graph,
        facts: cloudFacts(config),
        directory,
        clock: systemClock,
        random: Math.random,
        limits: true,
        accountConcurrency: config.aws.concurrencyLimit,
        onInvocation: (invocation) => invocations.push(invocation),
        onProblem: (problem) => process.stderr.write(`${problem.message}\n`),
      });
      const outputs = graph.outputs as unknown as Outputs;
      const stream = cloud.services.streams.get(outputs.streamName, systemClock.now())!.model;
      return new Stage({ config, directory, cloud, stream }, outputs, invocations);
    } catch (error) {
      rmSync(directory, { recursive: true });
      throw error;
    }
  }

  /** Sends the generated log of this seed through the Kinesis API at a steady rate; resolves once the stream has all of it. */
  async send(log: { readonly seed: number; readonly records: number }, recordsPerSecond: number): Promise<void> {
    const { config, cloud } = this.#run;
    const target = new KinesisTarget({
      streamName: this.#outputs.streamName,
      endpoint: cloud.endpoints.kinesis,
      region: config.aws.region,
      credentials: { accessKeyId: "local", secretAccessKey: "local" },
    });
    const producer = new Producer({
      target,
      clock: systemClock,
      random: Math.random,
      playerIdField: config.record.playerIdField,
      maxRecordBytes: config.stream.maxRecordKib * 1024,
      shardLimits: {
        recordsPerSecond: SHARD_WRITE_RECORDS_PER_SECOND,
        bytesPerSecond: SHARD_WRITE_BYTES_PER_SECOND,
      },
      recordsPerSecond,
    });
    try {
      await producer.run(generatedLog(log, systemClock.now()));
    } finally {
      target.close();
    }
  }

  /** Kills the warehouse's Storage Write server. */
  async killWarehouse(): Promise<void> {
    await this.#run.cloud.services.bigquery.killStorageWrite();
  }

  /** Starts it again, on its port. */
  async reviveWarehouse(): Promise<void> {
    await this.#run.cloud.services.bigquery.restartStorageWrite();
  }

  /** What a backend has written so far. */
  delivered(backend: Backend): Delivered[] {
    const name = this.#outputs.functions[backend];
    return this.#invocations
      .filter(({ functionName, written }) => functionName === name && written > 0)
      .map(({ endedAt, written }) => ({ atMs: endedAt, records: written }));
  }

  /** When each record arrived, in order. */
  arrivals(): number[] {
    const { stream } = this.#run;
    const nowMs = systemClock.now();
    const arrivals: number[] = [];
    for (const { shardId } of stream.shards(nowMs)) {
      let position = stream.positionAt(shardId, "TRIM_HORIZON", nowMs);
      for (;;) {
        const { records, nextPosition } = stream.readFrom(shardId, position, { nowMs });
        if (records.length === 0) break;
        for (const { arrivalMs } of records) arrivals.push(arrivalMs);
        position = nextPosition;
      }
    }
    return arrivals;
  }

  /** Resolves once a backend has done all that is on the stream, or all backends have. */
  async idle(backend?: Backend): Promise<void> {
    const { cloud } = this.#run;
    const driver =
      backend === undefined ? cloud : cloud.services.mappings.get(this.#outputs.mappings[backend]!)!.driver;
    while (!driver.idle()) await sleep(systemClock, IDLE_CHECK_MS);
  }

  audit(): Promise<Readonly<Record<string, AuditResult>>> {
    return auditRun(this.#run);
  }

  /** Ends the cloud and removes its folder. */
  async close(): Promise<void> {
    await this.#run.cloud.close();
    rmSync(this.#run.directory, { recursive: true });
  }
}

function declared(reads: Reads): Promise<ProgramRun> {
  const fanOut = reads === "fan-out";
  const settings = { batchWindowSeconds: 0, fanOut, createdWithFanOut: fanOut };
  const overrides = ["archive", "warehouse"].flatMap((name) =>
    Object.entries(settings).map(([key, value]) => [`backends.${name}.${key}`, value] as const),
  );
  return runProgram({
    stack: "local",
    configOverrides: { "stream.shardCount": 1, ...Object.fromEntries(overrides) },
  });
}
