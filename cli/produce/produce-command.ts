import { systemClock } from "../../contract/clock.ts";
import {
  DEFAULT_MAX_RECORD_BYTES,
  SHARD_WRITE_BYTES_PER_SECOND,
  SHARD_WRITE_RECORDS_PER_SECOND,
} from "../../contract/limits.ts";
import { answers } from "../connect/answers.ts";
import { factsOfStack } from "../connect/facts-of-stack.ts";
import { readRunEndpoints, readRunFacts } from "../connect/run-files.ts";
import { UsageError } from "../errors.ts";
import { EXIT } from "../exit-codes.ts";
import { generatedLog } from "../generate/generated-input.ts";
import type { InputBatch } from "../input/input-batch.ts";
import { checkInputs, readInput } from "../input/read-input.ts";
import { listenForInterrupt } from "../interrupt.ts";
import { startProgress } from "../progress.ts";
import type { ProgressOutput } from "../progress-display.ts";
import { KinesisTarget } from "./kinesis-target.ts";
import { Producer } from "./producer.ts";
import type { ProduceResult } from "./produce-result.ts";

/** The command line of `sluice produce`. */
export interface ProduceCommandOptions {
  /** Folder of a local run that is served. */
  readonly run?: string;
  readonly stack?: string;
  readonly endpoint?: string;
  readonly stream?: string;
  readonly region?: string;
  readonly input?: readonly string[];
  readonly records: number;
  readonly seed: number;
  readonly rate?: number;
  readonly limits: boolean;
}

/** What a producer needs to know of a stream. */
interface StreamFacts {
  readonly streamName: string;
  /** Kinesis endpoint; `undefined`: the region's own. */
  readonly endpoint: string | undefined;
  /** `undefined`: from the environment or profile. */
  readonly region: string | undefined;
  /** Record limit, data and partition key together, in bytes. */
  readonly maxRecordBytes: number;
  readonly playerIdField: string;
}

/** The region that requests to an endpoint of one's own are signed for where none is configured. */
const ENDPOINT_REGION = "us-east-1";
const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;

/** Sends the input to the stream and prints the counts; gives the exit code. Throws a CommandError. */
export async function produceCommand(
  options: ProduceCommandOptions,
  terminal: { readonly stdout: NodeJS.WritableStream; readonly stderr: ProgressOutput },
): Promise<number> {
  const facts = streamFacts(options, process.env);
  const files = options.input ?? [];
  await checkInputs(files);
  if (options.run !== undefined && !(await answers(facts.endpoint!))) {
    throw new UsageError(`run ${options.run} has ended: its stream is gone`, {
      hint: "Start one that stays up: npm start -- --serve",
    });
  }
  const interrupt = listenForInterrupt(process, systemClock);
  const target = new KinesisTarget({
    streamName: facts.streamName,
    ...(facts.endpoint === undefined ? {} : { endpoint: facts.endpoint }),
    ...(facts.region === undefined ? {} : { region: facts.region }),
    ...(needsNoCredentials(facts, process.env)
      ? { credentials: { accessKeyId: "local", secretAccessKey: "local" } }
      : {}),
  });
  const producer = new Producer({
    target,
    clock: systemClock,
    random: Math.random,
    playerIdField: facts.playerIdField,
    maxRecordBytes: facts.maxRecordBytes,
    shardLimits: options.limits
      ? { recordsPerSecond: SHARD_WRITE_RECORDS_PER_SECOND, bytesPerSecond: SHARD_WRITE_BYTES_PER_SECOND }
      : undefined,
    ...(options.rate === undefined ? {} : { recordsPerSecond: options.rate }),
    signal: interrupt.signal,
    onRefused: ({ file, line, bytes }) =>
      progress.note(`${file}: line ${line} of ${bytes} bytes is over the stream's record limit: not sent`),
    onTrouble: ({ error, failures }) =>
      progress.note(`Kinesis: ${error.code}; trying again${failures > 1 ? ` (${failures} failures in a row)` : ""}`),
  });
  const input = inputOf(options, files, facts, interrupt.signal);
  const progress = startProgress({
    output: terminal.stderr,
    clock: systemClock,
    sample: () => [
      { label: "sent", value: producer.counts.accepted, of: files.length === 0 ? options.records : undefined },
      { label: "sent again", value: producer.counts.resent },
      { label: "refused", value: producer.counts.refused },
    ],
  });
  try {
    const result = await producer.run(input);
    progress.stop();
    terminal.stdout.write(summary(facts.streamName, result));
    return interrupt.exitCode() ?? EXIT.ok;
  } finally {
    progress.stop();
    interrupt.dispose();
    target.close();
  }
}

/** What is known of the stream before it is asked. Throws a UsageError if the command line names none. */
export function streamFacts(options: ProduceCommandOptions, environment: NodeJS.ProcessEnv): StreamFacts {
  if (options.stack !== undefined) {
    const { streamName, region, maxRecordBytes, record } = factsOfStack(options.stack);
    return { streamName, endpoint: undefined, region, maxRecordBytes, playerIdField: record.playerIdField };
  }
  if (options.run !== undefined) {
    const { streamName, maxRecordBytes, record } = readRunFacts(options.run);
    const { kinesis: endpoint } = readRunEndpoints(options.run);
    return { streamName, endpoint, region: ENDPOINT_REGION, maxRecordBytes, playerIdField: record.playerIdField };
  }
  if (options.stream === undefined) {
    throw new UsageError("which stream?", {
      hint: "Name a local run with --run, a stack with --stack, or a stream with --stream.",
    });
  }
  const configured = environment["AWS_REGION"] ?? environment["AWS_PROFILE"];
  const region =
    options.region ?? (options.endpoint !== undefined && configured === undefined ? ENDPOINT_REGION : undefined);
  return {
    streamName: options.stream,
    endpoint: options.endpoint,
    region,
    maxRecordBytes: DEFAULT_MAX_RECORD_BYTES,
    playerIdField: "player_id",
  };
}

/** An endpoint on this machine takes any credentials: without some the SDK would look for a cloud's for seconds. */
function needsNoCredentials({ endpoint }: StreamFacts, environment: NodeJS.ProcessEnv): boolean {
  if (environment["AWS_ACCESS_KEY_ID"] !== undefined || environment["AWS_PROFILE"] !== undefined) return false;
  return endpoint !== undefined && LOOPBACK.test(new URL(endpoint).hostname);
}

function inputOf(
  options: ProduceCommandOptions,
  files: readonly string[],
  facts: StreamFacts,
  signal: AbortSignal,
): AsyncIterable<InputBatch> {
  if (files.length > 0) return readInput(files, { maxLineBytes: facts.maxRecordBytes, signal });
  return generatedLog(options, systemClock.now());
}

/** What was done, in one line; an interrupted run says what is left. */
function summary(streamName: string, { counts, seconds, unsent, interrupted }: ProduceResult): string {
  const number = (value: number): string => value.toLocaleString("en-US");
  const parts = [
    `${number(counts.accepted)} records sent to ${streamName} in ${seconds.toFixed(1)} s`,
    `${number(counts.resent)} re-sends`,
    ...(counts.resentUncertain > 0 ? [`${number(counts.resentUncertain)} of them perhaps stored twice`] : []),
    ...(counts.refused > 0 ? [`${number(counts.refused)} lines refused as too large`] : []),
    ...(counts.blank > 0 ? [`${number(counts.blank)} blank lines skipped`] : []),
    ...(interrupted ? [`interrupted: ${number(unsent)} lines read and not sent`] : []),
  ];
  return `${parts.join("; ")}\n`;
}
