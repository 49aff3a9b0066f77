import { deflateSync } from "node:zlib";
import { MAX_EVENT_BYTES } from "../../contract/limits.ts";
import { DEFAULT_PRODUCER, type WireFormat } from "../../model/cost/load.ts";
import { EventEncoder } from "../../model/event-source/event.ts";
import { kplAggregate } from "../../simulation/workload/kpl-aggregate.ts";
import { type Contents, ContentsDigest } from "../stand-ins/digest.ts";

const SHARD = "shardId-000000000000";
const FIRST_SEQUENCE = 49590338271490256608559692538361571095921575989136588898n;
const ENCODER = new EventEncoder({
  eventSourceArn: "arn:aws:kinesis:us-east-1:000000000000:stream/bench",
  region: "us-east-1",
  invokeIdentityArn: "arn:aws:iam::000000000000:role/bench",
});
const PLAYER_ID = /"player_id":"([^"]+)"/;
/** KPL gives every aggregate this partition key. */
const AGGREGATE_KEY = "a";

/** Events for one run, and what must be stored in the end. */
export interface EventSet {
  /** JSON bytes, as Lambda hands them over. */
  readonly events: readonly Buffer[];
  /** Log records in each event. */
  readonly sizes: readonly number[];
  readonly contents: Contents;
  /** Bytes of the records' texts. */
  readonly textBytes: number;
}

/** How log records become events. */
export interface EventSettings {
  readonly format: WireFormat;
  /** Kinesis records of an event at most. */
  readonly batchSize: number;
  readonly arrivedMs: number;
}

/** What one Kinesis record holds. */
interface KinesisData {
  readonly partitionKey: string;
  readonly data: Buffer;
  readonly logRecords: number;
}

/** Batches as Lambda cuts them: at the batch size or at 6 MB of event, whichever comes first; all records arrived in one hour. */
export function eventsOf(texts: readonly string[], { format, batchSize, arrivedMs }: EventSettings): EventSet {
  const events: Buffer[] = [];
  const sizes: number[] = [];
  let records: Parameters<EventEncoder["encode"]>[1][number][] = [];
  let logRecords = 0;
  let bytes = ENCODER.envelopeBytes;
  let index = 0n;
  const cut = (): void => {
    events.push(ENCODER.encode(SHARD, records));
    sizes.push(logRecords);
    records = [];
    logRecords = 0;
    bytes = ENCODER.envelopeBytes;
  };
  for (const each of inFormat(texts, format)) {
    const { partitionKey, data } = each;
    const sequenceNumber = String(FIRST_SEQUENCE + index++ * 16n);
    const record = { sequenceNumber, partitionKey, data, arrivalMs: arrivedMs };
    const size = ENCODER.recordBytes(SHARD, record);
    if (records.length === batchSize || (records.length > 0 && bytes + size > MAX_EVENT_BYTES)) cut();
    records.push(record);
    logRecords += each.logRecords;
    bytes += size;
  }
  if (records.length > 0) cut();
  const digest = new ContentsDigest();
  let textBytes = 0;
  for (const text of texts) {
    digest.add(text);
    textBytes += Buffer.byteLength(text);
  }
  return { events, sizes, contents: digest.contents, textBytes };
}

/** Log records as one producer puts them on the stream. */
function* inFormat(texts: readonly string[], format: WireFormat): Generator<KinesisData, void, void> {
  if (format === "plain") {
    for (const text of texts) yield { partitionKey: playerOf(text), data: Buffer.from(text), logRecords: 1 };
    return;
  }
  for (const group of inAggregates(texts)) {
    const aggregate = kplAggregate(group, { partitionKeys: group.map(playerOf) });
    const data = format === "kpl" ? aggregate : deflateSync(aggregate);
    yield { partitionKey: AGGREGATE_KEY, data, logRecords: group.length };
  }
}

/** Texts that KPL puts into one aggregate: as many as its own size allows, at least one. */
export function* inAggregates(texts: readonly string[]): Generator<readonly string[], void, void> {
  let group: string[] = [];
  let bytes = 0;
  for (const text of texts) {
    const size = Buffer.byteLength(text);
    if (group.length > 0 && bytes + size > DEFAULT_PRODUCER.aggregateBytes) {
      yield group;
      group = [];
      bytes = 0;
    }
    group.push(text);
    bytes += size;
  }
  if (group.length > 0) yield group;
}

function playerOf(text: string): string {
  return PLAYER_ID.exec(text)![1]!;
}
