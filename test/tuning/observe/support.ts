/** Fakes of what `sluice tune observe` asks. */
import type { GetMetricDataCommandInput, GetMetricDataCommandOutput } from "@aws-sdk/client-cloudwatch";
import type { GetRecordsCommand, GetShardIteratorCommand } from "@aws-sdk/client-kinesis";
import type { Clock } from "../../../contract/clock.ts";
import { evenStarts, LAST_HASH_KEY, previousHashKey } from "../../../model/stream/hash-key.ts";
import type { ListedShard } from "../../../cli/tune/shard-list.ts";

export const START = Date.UTC(2026, 10, 7);
export const MINUTE = 60_000;

/** A clock on which nobody waits: each wait is over at once, and counted. */
export class JumpingClock implements Clock {
  readonly waits: number[] = [];
  #nowMs: number;

  constructor(nowMs = START) {
    this.#nowMs = nowMs;
  }

  now(): number {
    return this.#nowMs;
  }

  after(delayMs: number, callback: () => void): () => void {
    this.#nowMs += delayMs;
    this.waits.push(delayMs);
    queueMicrotask(callback);
    return () => undefined;
  }
}

/** An error as the SDK throws it. */
export function serviceError(name: string, httpStatusCode = 400): Error {
  return Object.assign(new Error(`${name}!`), { name, $metadata: { httpStatusCode } });
}

const MOST_QUERIES = 500;
const MOST_VALUES = 100_800;

/** GetMetricData with its limits: 500 queries, 100,800 values a page; each metric has the number of its minute as its values. */
export class FakeCloudWatch {
  readonly calls: GetMetricDataCommandInput[] = [];
  /** What the next calls come to, before they are answered. */
  readonly next: (Error | ((page: GetMetricDataCommandOutput) => void) | undefined)[] = [];

  readonly send = ((command: { readonly input: GetMetricDataCommandInput }) =>
    Promise.resolve().then(() => this.#answer(command.input))) as never;

  #answer(input: GetMetricDataCommandInput): GetMetricDataCommandOutput {
    this.calls.push(input);
    const next = this.next.shift();
    if (next instanceof Error) throw next;
    const { MetricDataQueries: queries = [], StartTime, EndTime, NextToken, MaxDatapoints = MOST_VALUES } = input;
    if (queries.length > MOST_QUERIES) throw serviceError("ValidationError");
    if (MaxDatapoints > MOST_VALUES) throw serviceError("ValidationError");
    const minutes = Math.round((EndTime!.getTime() - StartTime!.getTime()) / MINUTE);
    let skip = Number(NextToken ?? 0);
    const first = skip;
    let room = MaxDatapoints;
    const MetricDataResults = queries.map(({ Id, MetricStat }) => {
      const from = Math.min(skip, minutes);
      const count = Math.min(minutes - from, room);
      skip -= from;
      room -= count;
      const points = Array.from({ length: count }, (_, index) => from + index);
      return {
        Id,
        Label: MetricStat!.Metric!.MetricName,
        Timestamps: points.map((minute) => new Date(StartTime!.getTime() + minute * MINUTE)),
        Values: points,
        StatusCode: "Complete" as const,
      };
    });
    const reached = first + MaxDatapoints - room;
    const page: GetMetricDataCommandOutput = {
      ...{ $metadata: {}, MetricDataResults },
      ...(reached < minutes * queries.length && { NextToken: String(reached) }),
    };
    if (typeof next === "function") next(page);
    return page;
  }
}

/** Open shards of equal ranges. */
export function shardsOf(count: number): ListedShard[] {
  const starts = evenStarts(count);
  return starts.map((startingHashKey, index) => ({
    id: `shardId-00000000000${index}`,
    startingHashKey,
    endingHashKey: index + 1 < count ? previousHashKey(starts[index + 1]!) : LAST_HASH_KEY,
    open: true,
  }));
}

/** A record of a fake stream. */
export interface FakeRecord {
  readonly atMs: number;
  readonly partitionKey: string;
  readonly data: Buffer;
}

/** GetShardIterator and GetRecords on records in memory. Notes every read. */
export class FakeKinesis {
  readonly reads: { readonly shardId: string; readonly atMs: number; readonly limit: number }[] = [];
  /** Shards whose reads are refused: others have used up their budget. */
  readonly busy = new Set<string>();
  readonly #shards: ReadonlyMap<string, readonly FakeRecord[]>;
  readonly #clock: Clock;

  constructor(shards: Readonly<Record<string, readonly FakeRecord[]>>, clock: Clock) {
    this.#shards = new Map(Object.entries(shards));
    this.#clock = clock;
  }

  readonly send = ((command: GetShardIteratorCommand | GetRecordsCommand) =>
    Promise.resolve().then(() => this.#answer(command.input as unknown as Record<string, unknown>))) as never;

  #answer(input: Record<string, unknown>): unknown {
    if (typeof input["ShardIterator"] !== "string") {
      const records = this.#shards.get(input["ShardId"] as string)!;
      const found = records.findIndex(({ atMs }) => atMs >= (input["Timestamp"] as Date).getTime());
      return { ShardIterator: `${input["ShardId"] as string} ${found === -1 ? records.length : found}` };
    }
    const [shardId, place] = input["ShardIterator"].split(" ") as [string, string];
    const limit = input["Limit"] as number;
    this.reads.push({ shardId, atMs: this.#clock.now(), limit });
    if (this.busy.has(shardId)) throw serviceError("ProvisionedThroughputExceededException");
    const all = this.#shards.get(shardId)!;
    const page = all.slice(Number(place), Number(place) + limit);
    const end = Number(place) + page.length;
    return {
      Records: page.map(({ atMs, partitionKey, data }, index) => ({
        ...{ Data: data, PartitionKey: partitionKey, SequenceNumber: String(Number(place) + index) },
        ApproximateArrivalTimestamp: new Date(atMs),
      })),
      NextShardIterator: `${shardId} ${end}`,
      MillisBehindLatest: end === all.length ? 0 : 1000,
    };
  }
}
