import { playerLog } from "../../cli/generate/player-log.ts";
import { MAX_EVENT_BYTES } from "../../contract/limits.ts";
import { EventEncoder } from "../../model/event-source/event.ts";
import { ContentsDigest, type Contents } from "../stand-ins/digest.ts";

const SHARD = "shardId-000000000000";
const FIRST_SEQUENCE = 49590338271490256608559692538361571095921575989136588898n;
const ENCODER = new EventEncoder({
  eventSourceArn: "arn:aws:kinesis:us-east-1:000000000000:stream/bench",
  region: "us-east-1",
  invokeIdentityArn: "arn:aws:iam::000000000000:role/bench",
});

/** Events for one run, and what must be stored in the end. */
export interface EventSet {
  /** JSON bytes, as Lambda hands them over. */
  readonly events: readonly Buffer[];
  /** Records in each event. */
  readonly sizes: readonly number[];
  readonly contents: Contents;
  /** Bytes of the records' texts. */
  readonly textBytes: number;
}

/**
 * Batches of plain records as Lambda cuts them: at the batch size or at 6 MB of event, whichever comes first; all of them arrived
 * in one hour.
 */
export function plainEvents(texts: Iterable<string>, batchSize: number, arrivedMs: number): EventSet {
  const events: Buffer[] = [];
  const sizes: number[] = [];
  const digest = new ContentsDigest();
  let records: Parameters<EventEncoder["encode"]>[1][number][] = [];
  let bytes = ENCODER.envelopeBytes;
  let textBytes = 0;
  let index = 0n;
  const cut = (): void => {
    events.push(ENCODER.encode(SHARD, records));
    sizes.push(records.length);
    records = [];
    bytes = ENCODER.envelopeBytes;
  };
  for (const text of texts) {
    const data = Buffer.from(text);
    const record = {
      sequenceNumber: String(FIRST_SEQUENCE + index++ * 16n),
      partitionKey: text.slice(14, 46),
      data,
      arrivalMs: arrivedMs,
    };
    const size = ENCODER.recordBytes(SHARD, record);
    if (records.length === batchSize || bytes + size > MAX_EVENT_BYTES) cut();
    records.push(record);
    bytes += size;
    textBytes += data.length;
    digest.add(data);
  }
  if (records.length > 0) cut();
  return { events, sizes, contents: digest.contents, textBytes };
}

/** The bench's own records: the generated player log, about 1 KB each. */
export function generatedTexts(seed: number, records: number, startMs: number): Iterable<string> {
  return playerLog({ seed, records, startMs });
}
