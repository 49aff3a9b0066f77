/** One run of `sluice local`: program → cloud → input → table and audit. */
import { rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { systemClock } from "../../contract/clock.ts";
import type { StackConfig } from "../../infra/stack-config.ts";
import { startCloud } from "../../local/cloud.ts";
import type { LocalCloud } from "../../local/cloud.ts";
import type { Graph } from "../../local/graph.ts";
import { typesWithoutBehaviour } from "../../local/realise/index.ts";
import { cloudFacts } from "../../local/run-program.ts";
import type { Invocation } from "../../local/lambda/types.ts";
import type { StreamModel } from "../../model/stream/stream-model.ts";
import type { AuditResult } from "../audit/ledger.ts";
import { writeRunFacts } from "../connect/run-files.ts";
import { stackFacts } from "../connect/stack-facts.ts";
import { EXIT } from "../exit-codes.ts";
import { checkInputs } from "../input/read-input.ts";
import { findOrBuildCli } from "../pulumi/find-cli.ts";
import { ProduceFailure, type ProduceResult } from "../produce/produce-result.ts";
import { auditRun, keepLedger } from "./audit-run.ts";
import { checkOutputs } from "./check-outputs.ts";
import { declaredStack } from "./declared-stack.ts";
import { type RunningEngine, deployRun, serveEngine } from "./engine.ts";
import { ENDPOINTS_FILE, type Endpoints, writeEndpoints } from "./endpoints-file.ts";
import { InvocationLog } from "./invocation-log.ts";
import type { LocalOptions } from "./options.ts";
import { ProducerChild } from "./producer-child.ts";
import type { ProduceJob } from "./producer-messages.ts";
import type { RunView } from "./run-view.ts";
import { makeRunDirectory } from "./run-directory.ts";
import { writeReport } from "./report-file.ts";

/** How often the backlog is looked at, in milliseconds. */
const IDLE_CHECK_MS = 50;

/** What there is before Pulumi's engine has made anything. */
const NOTHING: Graph = { resources: [], outputs: {} };

/** Everything that a run composes. */
interface Run {
  readonly options: LocalOptions;
  readonly view: RunView;
  readonly signal: AbortSignal;
  readonly config: StackConfig;
  readonly graph: Graph;
  readonly outputs: StackOutputs;
  readonly directory: string;
  readonly cloud: LocalCloud;
  readonly stream: StreamModel;
  readonly invocations: InvocationLog;
  readonly producer: ProducerChild;
  /** Where Pulumi's engine finds its providers, if they are served. */
  readonly pulumiProviders: string | undefined;
}

/** The program's outputs that a run reads. */
interface StackOutputs {
  readonly streamName: string;
  readonly archiveBucket?: string;
  readonly deadLetterBucket: string;
  readonly dataset?: string;
  readonly functions: Readonly<Record<string, string>>;
  readonly mappings: Readonly<Record<string, string>>;
}

/** How a run ended: with an exit code, or cut short by its signal. */
export type RunEnd = number | "interrupted";

/**
 * Runs the stack on this machine. Nothing is left running when it settles, however it ends; an aborted signal ends it
 * soon, which for a cloud that is kept up after its input is the ordinary end.
 */
export async function runLocal(options: LocalOptions, view: RunView, signal: AbortSignal): Promise<RunEnd> {
  await checkInputs(options.input);
  checkOutputs({ "--report": options.report, "--endpoints": options.endpoints });
  const cli = options.engine === "pulumi" ? await findOrBuildCli(process.env, (line) => view.engine(line)) : undefined;
  const { config, graph, settings } = await declaredStack(options);
  const directory = makeRunDirectory(resolve(options.data), systemClock.now(), process.pid);
  // Whoever waits for this run's endpoints must not find an earlier run's.
  if (options.endpoints !== undefined) rmSync(options.endpoints, { force: true });
  const outputs = graph.outputs as unknown as StackOutputs;
  const invocations = new InvocationLog(outputs.functions);
  const producer = new ProducerChild({
    readsStdin: options.input.includes("-"),
    onRefused: (line) => view.refused(line),
    onTrouble: (problem) => view.problem(problem),
  });
  try {
    const made = cli === undefined ? graph : NOTHING;
    const cloud = await openCloud({ options, view, config, graph: made, directory, invocations });
    let engine: RunningEngine | undefined;
    try {
      if (cli !== undefined || options.serve) engine = await serveEngine({ config, directory, cloud, made });
      if (cli !== undefined) {
        await deployRun({ cli, config, settings, directory, providers: engine!.providers, signal });
        if (signal.aborted) {
          view.interrupted(directory);
          return "interrupted";
        }
      }
      const stream = cloud.services.streams.get(outputs.streamName, systemClock.now())!.model;
      return await carry({
        options,
        view,
        signal,
        config,
        graph,
        outputs,
        directory,
        cloud,
        stream,
        invocations,
        producer,
        pulumiProviders: engine?.providers,
      });
    } finally {
      view.stop();
      engine?.close();
      await cloud.close();
    }
  } finally {
    await producer.close();
  }
}

/** Everything that happens while the cloud is up. */
async function carry(run: Run): Promise<RunEnd> {
  const { options, view, signal, graph, directory } = run;
  const endpoints = publishEndpoints(run);
  view.started({ directory, graph, endpoints, withoutBehaviour: typesWithoutBehaviour(graph) });
  const end = await carryInput(run);
  if (end === "interrupted") {
    view.stop();
    view.interrupted(directory);
  } else if (options.serve) {
    view.serving(endpoints);
    await aborted(signal);
    // With what other producers have sent since the audit.
    if (!(await keepLedger(run))) view.streamDestroyed(run.stream.name);
  }
  return end;
}

type CloudParts = Pick<Run, "options" | "view" | "config" | "graph" | "directory" | "invocations">;

function openCloud({ options, view, config, graph, directory, invocations }: CloudParts): Promise<LocalCloud> {
  return startCloud({
    graph,
    facts: cloudFacts(config),
    directory,
    clock: systemClock,
    random: Math.random,
    limits: options.limits,
    accountConcurrency: config.aws.concurrencyLimit,
    onInvocation: (invocation: Invocation) => {
      invocations.add(invocation);
      if (invocation.error !== undefined) view.functionFailed(invocation);
    },
    onProblem: (problem) => view.problem(problem),
  });
}

/** Writes the endpoints for other programs: everything listens and exists, and no record is sent yet. */
function publishEndpoints({ options, config, outputs, directory, cloud, pulumiProviders }: Run): Endpoints {
  const endpoints: Endpoints = {
    ...cloud.endpoints,
    streamName: outputs.streamName,
    archiveBucket: outputs.archiveBucket ?? "",
    deadLetterBucket: outputs.deadLetterBucket,
    project: config.google.projectId,
    dataset: outputs.dataset ?? "",
    region: config.aws.region,
    ...(pulumiProviders !== undefined && { pulumiProviders }),
  };
  writeRunFacts(directory, stackFacts(config));
  writeEndpoints(join(directory, ENDPOINTS_FILE), endpoints);
  if (options.endpoints !== undefined) writeEndpoints(options.endpoints, endpoints);
  return endpoints;
}

/**
 * Sends the input, waits until every backend is done with it, then prints table and audit. Where the input breaks off, what
 * was sent before is carried and accounted for all the same; then the ProduceFailure is thrown.
 */
async function carryInput(run: Run): Promise<RunEnd> {
  const { options, view, signal, stream, invocations, cloud } = run;
  const { produced, failure } = await produce(run);
  await backlogDone(cloud, signal);
  view.stop();
  if (signal.aborted) return "interrupted";
  const audit = await auditRun(run);
  const report = await writeReport({
    options,
    directory: run.directory,
    produced,
    invocations: invocations.byBackend(),
    audit,
    stream: {
      name: stream.name,
      shards: stream.openShardIds(systemClock.now()).length,
      limits: options.limits,
      ...stream.counts,
    },
    firstArrivalMs: firstArrivalMs(stream),
  });
  view.finished(report, audit);
  if (failure !== undefined) throw failure;
  return holds(audit) ? EXIT.ok : EXIT.auditBroken;
}

/** `undefined` for a stream that has had no record. */
function firstArrivalMs(stream: StreamModel): number | undefined {
  const nowMs = systemClock.now();
  const arrivals = stream.shards(nowMs).flatMap(({ shardId }) => {
    const position = stream.positionAt(shardId, "TRIM_HORIZON", nowMs);
    return stream.readFrom(shardId, position, { nowMs, maxRecords: 1 }).records.map(({ arrivalMs }) => arrivalMs);
  });
  return arrivals.length === 0 ? undefined : Math.min(...arrivals);
}

async function produce(run: Run): Promise<{ readonly produced: ProduceResult; readonly failure?: ProduceFailure }> {
  const { options, view, signal, producer, invocations } = run;
  const expected = options.input.length === 0 ? options.records : undefined;
  view.progress(() => ({ accepted: producer.counts.accepted, expected, ...invocations.progress() }));
  try {
    return { produced: await producer.run(jobOf(run), signal) };
  } catch (error) {
    if (error instanceof ProduceFailure) return { produced: error.result, failure: error };
    throw error;
  }
}

function jobOf({ options, config, cloud, outputs }: Run): ProduceJob {
  const { input, records, seed, limits, rate } = options;
  return {
    endpoint: cloud.endpoints.kinesis,
    streamName: outputs.streamName,
    playerIdField: config.record.playerIdField,
    maxRecordBytes: config.stream.maxRecordKib * 1024,
    limits,
    ...(rate === undefined ? {} : { recordsPerSecond: rate }),
    input,
    generated: { records, seed, nowMs: systemClock.now() },
  };
}

/** Resolves when every mapping has done all that is on the stream, or when the signal aborts. */
async function backlogDone(cloud: LocalCloud, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && !cloud.idle()) {
    await new Promise<void>((done) => systemClock.after(IDLE_CHECK_MS, done));
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    if (signal.aborted) done();
    else signal.addEventListener("abort", () => done(), { once: true });
  });
}

function holds(audit: Readonly<Record<string, AuditResult>>): boolean {
  return Object.values(audit).every((result) => result.holds);
}
