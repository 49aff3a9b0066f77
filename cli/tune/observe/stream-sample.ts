/** A bounded sample of a stream, taken so that other readers hardly notice. */
import { GetRecordsCommand, GetShardIteratorCommand, type KinesisClient, type _Record } from "@aws-sdk/client-kinesis";
import { type Clock, sleep } from "../../../contract/clock.ts";
import type { ListedShard } from "../shard-list.ts";

/** Where a sample ends, whichever is met first. */
export interface SampleLimits {
  /** Kinesis records of each shard. */
  readonly recordsPerShard: number;
  /** Times at which each shard is looked at. */
  readonly looks: number;
  /** Shards that are looked at, evenly among those that there are. */
  readonly shards: number;
  readonly seconds: number;
}

/** What one look at a shard found. */
export interface SamplePage {
  readonly shardId: string;
  /** Everything that arrived from here on … */
  readonly fromMs: number;
  /** … for so long is in it: at least 1. */
  readonly coveredMs: number;
  /** How much time of the span it stands for: up to the shard's next page. Those of a shard add up to the span. */
  readonly standsForMs: number;
  readonly records: readonly _Record[];
}

type Look = Omit<SamplePage, "standsForMs">;

/** A sample, and what it took of the stream. */
export interface StreamSample {
  readonly pages: readonly SamplePage[];
  /** Calls of GetRecords, each one of the 5 a second that a shard has for all plain readers. */
  readonly reads: number;
  readonly bytes: number;
  /** Shards whose budget was used up by others: they were left alone from then on. */
  readonly leftAlone: number;
}

export interface SampleOptions extends SampleLimits {
  readonly kinesis: Pick<KinesisClient, "send">;
  readonly streamName: string;
  /** Those that were open in the span: closed ones have what came before a resharding. */
  readonly listed: readonly ListedShard[];
  readonly clock: Clock;
  /** From when on. */
  readonly sinceMs: number;
}

/** A page is at most so many records, and, judged by the pages before, so many bytes: a quarter of what a shard gives in a second. */
const PAGE_RECORDS = 500;
const PAGE_BYTES = 512 * 1024;
/** Before sizes are known. */
const FIRST_PAGE_RECORDS = 50;
/** A shard is read once a second at most: one of the five reads that it has for all plain readers. */
const INTERVAL_MS = 1000;
/** Pages may be empty although there is more: so many are followed. */
const EMPTY_PAGES = 5;
const THROTTLED = "ProvisionedThroughputExceededException";
/** Of a closed shard whose last records have left the stream since it was listed. */
const GONE = "ResourceNotFoundException";

/** Looks at the shards, each at times spread evenly over the span. Errors are the SDK's. */
export async function sampleStream(options: SampleOptions): Promise<StreamSample> {
  const { clock, listed, recordsPerShard, looks, sinceMs, seconds } = options;
  const startMs = clock.now();
  const share = Math.min(PAGE_RECORDS, Math.ceil(recordsPerShard / looks));
  const chosen = evenly(listed, options.shards).map((shard) => ({ shard, untilMs: -Infinity, left: recordsPerShard }));
  const taken = { pages: [] as Look[], reads: 0, bytes: 0, records: 0, leftAlone: 0 };
  for (let look = 0; look < looks; look++) {
    const roundMs = clock.now();
    for (const each of chosen) {
      if (each.left <= 0 || clock.now() - startMs > seconds * 1000) continue;
      const fromMs = Math.max(each.untilMs, Math.floor(sinceMs + ((startMs - sinceMs) * (look + 0.5)) / looks));
      if (fromMs >= startMs) continue;
      const mean = taken.records === 0 ? undefined : taken.bytes / taken.records;
      const most = mean === undefined ? FIRST_PAGE_RECORDS : Math.max(1, Math.floor(PAGE_BYTES / mean));
      const page = await lookAt(options, each.shard, fromMs, Math.min(each.left, share, most), taken);
      if (page === undefined) {
        taken.leftAlone++;
        each.left = 0;
        continue;
      }
      each.left -= page.records.length;
      each.untilMs = page.fromMs + page.coveredMs + 1;
      taken.records += page.records.length;
      taken.bytes += page.records.reduce((sum, record) => sum + sizeOf(record), 0);
      taken.pages.push(page);
    }
    const [nowMs, nextMs] = [clock.now(), roundMs + INTERVAL_MS];
    if (look + 1 === looks || Math.max(nowMs, nextMs) - startMs > seconds * 1000) break;
    if (nextMs > nowMs) await sleep(clock, nextMs - nowMs);
  }
  const { reads, bytes, leftAlone } = taken;
  return { pages: divided(taken.pages, sinceMs, startMs), reads, bytes, leftAlone };
}

/** Divides the span among each shard's pages, which are in order of time. */
function divided(looks: readonly Look[], sinceMs: number, untilMs: number): SamplePage[] {
  return looks.map((look, index) => {
    const ofShard = ({ shardId }: Look): boolean => shardId === look.shardId;
    const fromMs = looks.slice(0, index).some(ofShard) ? look.fromMs : sinceMs;
    const toMs = looks.slice(index + 1).find(ofShard)?.fromMs ?? untilMs;
    return { ...look, standsForMs: toMs - fromMs };
  });
}

/** Bytes of a record as the shard's limits count them. */
export function sizeOf({ Data, PartitionKey = "" }: _Record): number {
  return (Data?.length ?? 0) + Buffer.byteLength(PartitionKey);
}

/** `undefined`: others have used up what the shard gives. */
async function lookAt(
  { kinesis, streamName, clock }: SampleOptions,
  { id: shardId, open }: ListedShard,
  fromMs: number,
  limit: number,
  taken: { reads: number },
): Promise<Look | undefined> {
  const position = { ShardIteratorType: "AT_TIMESTAMP" as const, Timestamp: new Date(fromMs) };
  let { ShardIterator: iterator } = await kinesis
    .send(new GetShardIteratorCommand({ StreamName: streamName, ShardId: shardId, ...position }))
    .catch((error: unknown): { readonly ShardIterator?: string } => {
      if (!open && error instanceof Error && error.name === GONE) return {};
      throw error;
    });
  for (let empty = 0; iterator !== undefined && empty < EMPTY_PAGES; empty++) {
    if (empty > 0) await sleep(clock, INTERVAL_MS);
    taken.reads++;
    const readMs = clock.now();
    const page = await kinesis
      .send(new GetRecordsCommand({ ShardIterator: iterator, Limit: limit }))
      .catch((error: unknown) => {
        if (error instanceof Error && error.name === THROTTLED) return undefined;
        throw error;
      });
    if (page === undefined) return undefined;
    const { Records: records = [], MillisBehindLatest = 0, NextShardIterator } = page;
    // At the tip everything up to now is in it; elsewhere up to its last record.
    const atTip = MillisBehindLatest === 0 && records.length < limit;
    const lastMs = atTip ? readMs : records.at(-1)?.ApproximateArrivalTimestamp?.getTime();
    if (lastMs !== undefined) return { shardId, fromMs, coveredMs: Math.max(1, lastMs - fromMs), records };
    iterator = NextShardIterator;
  }
  return { shardId, fromMs, coveredMs: 1, records: [] };
}

/** So many of all, evenly. */
function evenly<T>(all: readonly T[], most: number): readonly T[] {
  if (all.length <= most) return all;
  return Array.from({ length: most }, (_, index) => all[Math.floor((index * all.length) / most)]!);
}
