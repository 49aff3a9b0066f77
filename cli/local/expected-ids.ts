import { formatRecordId, shardNumber } from "../../contract/record-id.ts";
import { Unpacker } from "../../functions/shared/unpack.ts";
import type { Stream, StreamRecord } from "../../model/stream/types.ts";
import { ExpectedIds } from "../audit/ledger.ts";

/** Records unpacked at once. */
const BATCH_RECORDS = 500;

/**
 * The record ids of everything that a stream holds, whoever put it there: read from the stream itself, outside its limits,
 * and unpacked as the consumers unpack.
 */
export function expectedIds(stream: Stream, generation: string, nowMs: number): ExpectedIds {
  const expected = new ExpectedIds();
  const unpacker = new Unpacker();
  for (const { shardId } of stream.shards(nowMs)) {
    const shard = shardNumber(shardId);
    let position = stream.positionAt(shardId, "TRIM_HORIZON", nowMs);
    for (;;) {
      const { records, nextPosition } = stream.readFrom(shardId, position, { nowMs, maxRecords: BATCH_RECORDS });
      if (records.length === 0) break;
      const events = records.map((record) => asEvent(shardId, record));
      for (let taken = 0; taken < records.length;) {
        const pieces = unpacker.unpack(events, taken);
        for (let piece = 0; piece < pieces.count; piece++) {
          const { sequenceNumber } = records[pieces.source[piece]!]!;
          expected.add(formatRecordId({ generation, shard, sequenceNumber, position: pieces.position[piece]! }));
        }
        taken = pieces.taken;
      }
      position = nextPosition;
    }
  }
  return expected;
}

function asEvent(shardId: string, { data, partitionKey, sequenceNumber, arrivalMs }: StreamRecord) {
  return {
    eventID: `${shardId}:${sequenceNumber}`,
    kinesis: {
      data: Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("base64"),
      partitionKey,
      sequenceNumber,
      approximateArrivalTimestamp: arrivalMs / 1000,
    },
  };
}
