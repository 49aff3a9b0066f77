import {
  GetRecordsCommand,
  GetShardIteratorCommand,
  type GetShardIteratorCommandInput,
  type KinesisClient,
  ListShardsCommand,
  type _Record,
} from "@aws-sdk/client-kinesis";
import { type Clock, sleep } from "../../contract/clock.ts";
import type { KinesisEventRecord } from "../../functions/shared/event.ts";

/** What a reader rests on. */
export interface StreamReaderDeps {
  readonly kinesis: KinesisClient;
  readonly streamName: string;
  readonly clock: Clock;
}

/** Where reading a shard begins. */
export type ShardStart = { readonly atMs: number } | { readonly at: string } | { readonly after: string } | "oldest";

/** A page of a shard. */
export interface ShardPage {
  readonly records: readonly KinesisEventRecord[];
  /** Whether there is nothing behind it now. */
  readonly last: boolean;
}

const PAGE_RECORDS = 2_500;
/** At most half of the 5 reads a second that a shard gives to all plain consumers: they go on meanwhile. */
const PAGE_INTERVAL_MS = 400;
/** After a throttled read: the shard's budget is a second's. */
const THROTTLED_WAIT_MS = 1_000;
const THROTTLED = "ProvisionedThroughputExceededException";
const EXPIRED = "ExpiredIteratorException";

/** Ids of all shards that still hold records, closed ones included. */
export async function shardsOf({ kinesis, streamName }: StreamReaderDeps): Promise<string[]> {
  const ids: string[] = [];
  let NextToken: string | undefined;
  do {
    const page = await kinesis.send(new ListShardsCommand(NextToken ? { NextToken } : { StreamName: streamName }));
    for (const { ShardId } of page.Shards ?? []) ids.push(ShardId!);
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  return ids.sort();
}

/** Reads a shard page by page, from a place on, up to its newest record of that moment. Rejects with the SDK's errors. */
export async function* readShard(
  deps: StreamReaderDeps,
  shardId: string,
  start: ShardStart,
): AsyncGenerator<ShardPage, void, void> {
  const { kinesis, clock } = deps;
  let from = start;
  let iterator = await iteratorOf(deps, shardId, from);
  while (iterator !== undefined) {
    const readAtMs = clock.now();
    try {
      const page = await kinesis.send(new GetRecordsCommand({ ShardIterator: iterator, Limit: PAGE_RECORDS }));
      const records = (page.Records ?? []).map((record) => asEvent(shardId, record));
      const newest = records.at(-1);
      if (newest !== undefined) from = { after: newest.kinesis.sequenceNumber };
      iterator = page.NextShardIterator;
      const atTip = page.MillisBehindLatest === 0 && records.length < PAGE_RECORDS;
      const last = iterator === undefined || atTip;
      yield { records, last };
      if (last) return;
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      if (error.name === EXPIRED) iterator = await iteratorOf(deps, shardId, from);
      else if (error.name === THROTTLED) await sleep(clock, THROTTLED_WAIT_MS);
      else throw error;
    }
    const waitMs = readAtMs + PAGE_INTERVAL_MS - clock.now();
    if (waitMs > 0) await sleep(clock, waitMs);
  }
}

async function iteratorOf(
  { kinesis, streamName }: StreamReaderDeps,
  shardId: string,
  start: ShardStart,
): Promise<string | undefined> {
  const input = { StreamName: streamName, ShardId: shardId, ...startingPosition(start) };
  return (await kinesis.send(new GetShardIteratorCommand(input))).ShardIterator;
}

function startingPosition(
  start: ShardStart,
): Pick<GetShardIteratorCommandInput, "ShardIteratorType" | "Timestamp" | "StartingSequenceNumber"> {
  if (start === "oldest") return { ShardIteratorType: "TRIM_HORIZON" };
  if ("atMs" in start) return { ShardIteratorType: "AT_TIMESTAMP", Timestamp: new Date(start.atMs) };
  if ("at" in start) return { ShardIteratorType: "AT_SEQUENCE_NUMBER", StartingSequenceNumber: start.at };
  return { ShardIteratorType: "AFTER_SEQUENCE_NUMBER", StartingSequenceNumber: start.after };
}

/** A record as Lambda's mapping would deliver it. */
function asEvent(shardId: string, record: _Record): KinesisEventRecord {
  const { Data, PartitionKey = "", SequenceNumber = "", ApproximateArrivalTimestamp } = record;
  return {
    eventID: `${shardId}:${SequenceNumber}`,
    kinesis: {
      data: Buffer.from(Data ?? []).toString("base64"),
      partitionKey: PartitionKey,
      sequenceNumber: SequenceNumber,
      approximateArrivalTimestamp: (ApproximateArrivalTimestamp?.getTime() ?? 0) / 1000,
    },
  };
}
