/** How a stack is: what its backends do, how far they are behind, what rings, what has been put away. */
import { type KinesisClient, DescribeStreamSummaryCommand } from "@aws-sdk/client-kinesis";
import type { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import type { Connection } from "../connect/connection.ts";
import type { BackendRow } from "../report/invocation-table.ts";
import { type AlarmStatus, stackAlarms } from "./alarms.ts";
import { type DeadLetters, countDeadLetters } from "./dead-letters.ts";
import { readMetrics } from "./metric-data.ts";
import { type Metrics, backendRowOf, ofBackend, ofStream, stackMetrics, total } from "./stack-metrics.ts";

/** What is asked, and whom. */
export interface StatusParts {
  readonly connection: Pick<Connection, "facts" | "deadLetters" | "label">;
  readonly kinesis: Pick<KinesisClient, "send">;
  readonly cloudwatch: Pick<CloudWatchClient, "send">;
  readonly nowMs: number;
  /** How far back metrics are looked at, up to 15 days and not before the stream was made. */
  readonly minutes: number;
}

/** How far a backend is behind. */
export interface Backlog {
  /** Age of the oldest record of the last minute with invocations; `null` for no invocation in the time looked at. */
  readonly iteratorAgeSeconds: number | null;
  /** When that minute began, milliseconds since the epoch. */
  readonly atMs: number | null;
  /** The most in the time looked at. */
  readonly worstIteratorAgeSeconds: number | null;
  /** Retention less the age: how long until records leave the stream unread. */
  readonly secondsToDataLoss: number | null;
  /** Records a second, over the time looked at: taken by the backend for good, and handed back to come again. */
  readonly writtenPerSecond: number;
  readonly retriedPerSecond: number;
  /** Invocations that found no concurrency. */
  readonly throttles: number;
}

/** A stack's state. */
export interface Status {
  readonly of: string;
  readonly sinceMs: number;
  readonly untilMs: number;
  readonly stream: {
    readonly name: string;
    readonly openShards: number;
    readonly retentionHours: number;
    /** Kinesis records and bytes a second that came in, and records a second that full shards refused. */
    readonly incomingPerSecond: number;
    readonly incomingBytesPerSecond: number;
    readonly refusedPerSecond: number;
  };
  readonly backends: Readonly<
    Record<string, { readonly row: BackendRow; readonly backlog: Backlog; readonly deadLetters: DeadLetters }>
  >;
  readonly alarms: readonly AlarmStatus[];
  /** What is wrong, a sentence each; empty where all is well. */
  readonly problems: readonly string[];
}

const MINUTE_MS = 60_000;

/** Asks and adds up. Errors are the SDKs'. */
export async function status(parts: StatusParts): Promise<Status> {
  const { connection, kinesis, cloudwatch, nowMs, minutes } = parts;
  const { facts, label } = connection;
  const untilMs = Math.ceil(nowMs / MINUTE_MS) * MINUTE_MS;
  const { StreamDescriptionSummary: summary } = await kinesis.send(
    new DescribeStreamSummaryCommand({ StreamName: facts.streamName }),
  );
  const createdMs = Math.floor(summary!.StreamCreationTimestamp!.getTime() / MINUTE_MS) * MINUTE_MS;
  const sinceMs = Math.max(untilMs - minutes * MINUTE_MS, createdMs);
  const [metrics, alarms, ...deadLetters] = await Promise.all([
    readMetrics(cloudwatch, stackMetrics(facts), { sinceMs, untilMs, periodSeconds: 60 }),
    facts.namePrefix === undefined ? [] : stackAlarms(cloudwatch, facts.namePrefix),
    ...facts.backends.map(({ name }) => countDeadLetters(connection, name)),
  ]);
  const retentionHours = summary!.RetentionPeriodHours!;
  // The minute under way is not over: rates go by the time that has passed.
  const seconds = (nowMs - sinceMs) / 1000;
  const backends = Object.fromEntries(
    facts.backends.map(({ name }, index) => [
      name,
      {
        row: backendRowOf(metrics, name),
        backlog: backlogOf(metrics, name, retentionHours, seconds),
        deadLetters: deadLetters[index]!,
      },
    ]),
  );
  return {
    ...{ of: label, sinceMs, untilMs, backends, alarms },
    stream: {
      ...{ name: facts.streamName, openShards: summary!.OpenShardCount!, retentionHours },
      incomingPerSecond: total(ofStream(metrics, "incoming")) / seconds,
      incomingBytesPerSecond: total(ofStream(metrics, "incomingBytes")) / seconds,
      refusedPerSecond: total(ofStream(metrics, "refused")) / seconds,
    },
    problems: problemsOf(alarms, backends),
  };
}

function backlogOf(metrics: Metrics, backend: string, retentionHours: number, seconds: number): Backlog {
  const ages = ofBackend(metrics, backend, "iteratorAgeMs");
  const last = ages.at(-1);
  const worst = ages.length === 0 ? null : Math.max(...ages.map(({ value }) => value));
  const perSecond = (metric: "written" | "retried"): number => total(ofBackend(metrics, backend, metric)) / seconds;
  return {
    iteratorAgeSeconds: last === undefined ? null : last.value / 1000,
    atMs: last?.atMs ?? null,
    worstIteratorAgeSeconds: worst === null ? null : worst / 1000,
    secondsToDataLoss: last === undefined ? null : retentionHours * 3600 - last.value / 1000,
    writtenPerSecond: perSecond("written"),
    retriedPerSecond: perSecond("retried"),
    throttles: total(ofBackend(metrics, backend, "throttles")),
  };
}

/** An alarm that rings, nobody who watches, and dead letters that wait for a replay. What is quarantined waits for nobody. */
function problemsOf(alarms: readonly AlarmStatus[], backends: Status["backends"]): string[] {
  const ringing = alarms.filter(({ state }) => state === "ALARM").map(({ name }) => `alarm ${name} rings`);
  const waiting = Object.entries(backends).flatMap(
    ([
      backend,
      {
        deadLetters: { diverted, failed },
      },
    ]) => [
      ...(diverted.objects > 0
        ? [`${backend}: ${diverted.records} diverted records wait for sluice replay diverted`]
        : []),
      ...(failed.objects > 0 ? [`${backend}: ${failed.objects} failed batches wait for sluice replay failed`] : []),
    ],
  );
  return [...(alarms.length === 0 ? ["no alarm watches the stack"] : []), ...ringing, ...waiting];
}
