import type { KinesisEventRecord } from "../../functions/shared/event.ts";
import { decodeInto } from "../../functions/shared/json-string.ts";
import { KIND, type Pieces } from "../../functions/shared/pieces.ts";
import { RecordReader, wantedFields } from "../../functions/shared/record.ts";
import { Unpacker } from "../../functions/shared/unpack.ts";
import { FIELDS, type Judged, RANGE, ROW } from "./judged.ts";

const KINDS = Object.keys(KIND) as (keyof typeof KIND)[];

/** What decodes payloads, each of which nothing wraps: the pieces of each, in order. */
export type Decode = (payloads: readonly Buffer[]) => Judged[][];

/** The functions' own decoder, as the warehouse uses it: one batch, from base64 on. */
export function functionsDecoder(): Decode {
  const unpacker = new Unpacker(wantedFields(FIELDS));
  const reader = new RecordReader();
  return (payloads) => {
    const pieces = unpacker.unpack(payloads.map(asKinesisRecord));
    if (pieces.taken !== payloads.length) throw new Error(`the unpacker took ${pieces.taken} of ${payloads.length}`);
    const judged: Judged[][] = payloads.map(() => []);
    const offsets = payloadStarts(pieces, payloads);
    for (let index = 0; index < pieces.count; index++) {
      const source = pieces.source[index]!;
      judged[source]!.push(judge(pieces, index, reader, offsets[source]!));
    }
    return judged;
  };
}

/** A payload in an event, as far as the decoder looks at it. */
export function asKinesisRecord(payload: Buffer, index: number): KinesisEventRecord {
  return {
    eventID: `shardId-000000000000:${index}`,
    kinesis: {
      data: payload.toString("base64"),
      partitionKey: "p",
      sequenceNumber: String(index),
      approximateArrivalTimestamp: 0,
    },
  };
}

/** Where each payload lies in the batch's bytes, which hold one behind the other. */
function payloadStarts(pieces: Pieces, payloads: readonly Buffer[]): number[] {
  let at = 0;
  return payloads.map((payload) => {
    const start = at;
    at += payload.length;
    if (pieces.bytes.compare(payload, 0, payload.length, start, at) !== 0) throw new Error("base64 is misread");
    return start;
  });
}

/** What the decoder makes of piece `index`; its offsets are counted from `offset`. Throws an Error for a piece that is no text. */
export function judge(pieces: Pieces, index: number, reader: RecordReader, offset: number): Judged {
  const kind = KINDS[pieces.kind[index]!]!;
  if (kind === "OVER_LIMIT" || kind === "UNPACK_FAILED") throw new Error(`a payload that nothing wraps is ${kind}`);
  const place = { start: pieces.start[index]! - offset, end: pieces.end[index]! - offset, kind };
  const reason = reader.read(pieces, index, RANGE);
  if (reason !== undefined) return { ...place, verdict: reason };
  const { playerIdStart, table, eventTimeMicros, eventStart } = reader;
  return {
    ...place,
    verdict: ROW,
    playerId: pieces.bytes.toString("latin1", playerIdStart, playerIdStart + 32),
    table,
    timeMicros: eventTimeMicros,
    event: eventStart < 0 ? null : eventText(pieces, reader),
  };
}

function eventText({ bytes }: Pieces, { eventStart, eventEnd, eventSize }: RecordReader): string {
  const text = Buffer.alloc(eventSize);
  decodeInto(bytes, eventStart, eventEnd, text, 0);
  return text.toString("utf8");
}
