/** `sluice tune observe`: asks, writes the trace, says what it found and what it read. */
import { existsSync, statSync, writeFileSync } from "node:fs";
import { systemClock } from "../../../contract/clock.ts";
import { MINUTE_MS, type Trace } from "../../../model/tuning/trace.ts";
import { folderSource } from "../../audit/object-source.ts";
import type { CommandContext } from "../../command.ts";
import { awsError, connectLive } from "../../connect/connect-live.ts";
import { connect } from "../../connect/connect.ts";
import { CommandError, UsageError } from "../../errors.ts";
import { checkOutputs } from "../../local/check-outputs.ts";
import { type CloudOptions, cloudOf } from "../../run-option.ts";
import { readTrace } from "../read-trace.ts";
import { hashedKey } from "../trace/key-count.ts";
import { traceText } from "../trace/trace-command.ts";
import { observeArchive } from "./archive-observation.ts";
import { type StreamQuestion, observeMetrics, observeStream } from "./stream-observation.ts";
import { renderTrace } from "./summary.ts";
import { sureMetrics } from "../sure-metrics.ts";

/** The command line of `sluice tune observe`. */
export interface ObserveFlags extends CloudOptions {
  /** Hours. */
  readonly since: number;
  readonly from: string;
  readonly out?: string;
  readonly names: boolean;
  readonly sample: number;
  readonly sampleShards: number;
  readonly sampleSeconds: number;
  readonly maxObjects: number;
}

/** A trace, and in words what was read for it. */
interface Observation {
  readonly trace: Trace;
  readonly read: string;
  /** Whether it was a trace in a file already. */
  readonly stored?: boolean;
}

const DEFAULT_OUT = "trace.json";
const HOUR_MS = 3_600_000;
/** CloudWatch keeps values of a minute for so long. https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html#Metric */
const MINUTES_KEPT_HOURS = 15 * 24;
/** On AWS the metrics of a minute are whole some minutes later. */
const SETTLED_MS = 3 * MINUTE_MS;
/** Times at which each shard of a sample is looked at. */
const LOOKS_FOR_KEYS = 8;
const LOOKS_FOR_RATES = 24;
const PLAYER_ID_FIELD = "player_id";

/** Observes and writes. Throws a CommandError. */
export async function observeCommand(flags: ObserveFlags, context: CommandContext): Promise<void> {
  if (flags.out !== "-") checkOutputs({ "--out": flags.out });
  const { trace, read, stored } = await observation(flags);
  const text = traceText(trace);
  const out = flags.out ?? (stored === true ? undefined : DEFAULT_OUT);
  if (out === "-") {
    context.stdout.write(text);
    return;
  }
  if (out !== undefined) writeFileSync(out, text);
  context.stdout.write(`${renderTrace(trace)}${read}\n${out === undefined ? "" : `${out}\n`}`);
}

function observation(flags: ObserveFlags): Promise<Observation> {
  switch (flags.from) {
    case "cloudwatch":
    case "stream":
      return ofLive(flags);
    case "local":
      if (flags.stack !== undefined) throw new UsageError("--from local is a run's: name it with --run, not --stack");
      return ofLive(flags);
    case "archive":
      return ofArchive(flags);
    default:
      return ofFile(flags);
  }
}

async function ofLive(flags: ObserveFlags): Promise<Observation> {
  if (flags.from !== "stream" && flags.since > MINUTES_KEPT_HOURS) {
    throw new UsageError("CloudWatch keeps minutes for 15 days: --since 15d at most; --from archive goes back further");
  }
  const connection = await connectLive(flags);
  const { facts, kinesis, label } = connection;
  const nowMs = systemClock.now();
  const untilMs = minute(nowMs - (flags.stack === undefined ? 0 : SETTLED_MS));
  const question: StreamQuestion = {
    ...{ kinesis, facts, untilMs, clock: systemClock, nameOf: nameOf(flags) },
    sinceMs: minute(nowMs - flags.since * HOUR_MS),
    sample: {
      recordsPerShard: flags.sample,
      looks: flags.from === "stream" ? LOOKS_FOR_RATES : LOOKS_FOR_KEYS,
      shards: flags.sampleShards,
      seconds: flags.sampleSeconds,
    },
    source: `${flags.from === "stream" ? "sample" : "CloudWatch"} of ${label}, stream ${facts.streamName}`,
  };
  try {
    const cloudwatch = sureMetrics(await connection.cloudwatch(), { clock: systemClock, random: Math.random });
    const { trace, sample } = await (flags.from === "stream"
      ? observeStream(question)
      : observeMetrics({ ...question, cloudwatch }));
    return { trace, read: readsOf(sample) };
  } catch (error) {
    throw error instanceof CommandError ? error : awsError(error, "observe the stream", connection);
  } finally {
    await connection.close();
  }
}

async function ofArchive(flags: ObserveFlags): Promise<Observation> {
  const connection = await connect(cloudOf(flags));
  try {
    const { archive, facts, label } = connection;
    if (archive === undefined) throw new CommandError(`${label} has no archive`);
    return await archived(flags, {
      archive,
      source: `archive of ${label}`,
      generation: facts.generation,
      playerIdField: facts.record.playerIdField,
      window: { sinceMs: minute(systemClock.now() - flags.since * HOUR_MS), untilMs: Infinity },
    });
  } catch (error) {
    throw error instanceof CommandError ? error : awsError(error, "read the archive", connection);
  } finally {
    await connection.close();
  }
}

async function ofFile(flags: ObserveFlags): Promise<Observation> {
  const { from } = flags;
  if (!existsSync(from)) {
    throw new UsageError(`--from ${from}: there is no such file`, {
      hint: "It is cloudwatch, stream, archive, local, a trace, or a folder of archived objects.",
    });
  }
  if (!statSync(from).isDirectory()) return { trace: readTrace(from), read: `read: ${from}`, stored: true };
  return archived(flags, {
    archive: folderSource(from),
    source: `archived objects in ${from}`,
    generation: "",
    playerIdField: PLAYER_ID_FIELD,
    window: { sinceMs: -Infinity, untilMs: Infinity },
  });
}

async function archived(
  flags: ObserveFlags,
  question: Omit<Parameters<typeof observeArchive>[0], "maxObjects" | "nameOf">,
): Promise<Observation> {
  const { maxObjects } = flags;
  const { trace, objects, objectsRead } = await observeArchive({ ...question, maxObjects, nameOf: nameOf(flags) });
  return { trace, read: `read: ${objectsRead} of ${objects} archived objects` };
}

function readsOf({ reads, bytes, pages, leftAlone }: Awaited<ReturnType<typeof observeStream>>["sample"]): string {
  const shards = new Set(pages.map(({ shardId }) => shardId)).size;
  const left = leftAlone === 0 ? "" : `; ${leftAlone} shards were left alone since others used all of their reads`;
  const megabytes = (bytes / 1024 / 1024).toFixed(1);
  return `read: ${reads} GetRecords, ${megabytes} MiB, ${shards} shards, each once a second at most${left}`;
}

function nameOf({ names }: ObserveFlags): (partitionKey: string) => string {
  return names ? (key) => key : hashedKey;
}

function minute(epochMs: number): number {
  return Math.floor(epochMs / MINUTE_MS) * MINUTE_MS;
}
