import protobuf from "protobufjs";
import { COLUMNS } from "../../../contract/columns.ts";
import { parseRecordId } from "../../../contract/record-id.ts";
import { RecordReader, timeRange } from "../../../functions/shared/record.ts";
import { EventSource } from "../../../functions/shared/source.ts";
import { Unpacker } from "../../../functions/shared/unpack.ts";
import { AppendRequestEncoder, defaultStream, rowsThatFit } from "../../../functions/warehouse/append-request.ts";
import { Judgement } from "../../../functions/warehouse/judge.ts";
import { RowEncoder } from "../../../functions/warehouse/rows.ts";
import { encodeWriterSchema } from "../../../functions/warehouse/schema.ts";
import { messageType } from "../../../local/bigquery/storage-proto.ts";
import type { AppendRowsRequest } from "../../../local/bigquery/storage-proto.ts";
import { ARRIVED_MS, eventOf } from "../event.ts";
import { bytesFrom } from "../inputs/bytes.ts";
import { GOOD_RECORD, JSON_SEEDS, JSON_TOKENS, logRecord, utf8 } from "../inputs/json.ts";
import { claim } from "../target.ts";
import type { FuzzTarget } from "../target.ts";

const AppendRows = messageType("AppendRowsRequest");
const RANGE = timeRange(ARRIVED_MS, undefined);
const STREAM = defaultStream({ project: "p", dataset: "d", table: "player_log_0" });
const GOOD = Buffer.from(GOOD_RECORD);

/** The rows' message by the column list, for protobufjs. */
const Row = new protobuf.Type("PlayerLog");
for (const { name, protoNumber, type, mode } of COLUMNS) {
  const kind = type === "TIMESTAMP" ? "int64" : "string";
  Row.add(new protobuf.Field(name, protoNumber, kind, mode === "REQUIRED" ? "required" : "optional"));
}
new protobuf.Root().add(Row);

export const rowEncoder: FuzzTarget = {
  name: "rows",
  group: "consumer",
  claim:
    "protobufjs reads back the record's own text, its player in small letters, its time, event and id, of each row",
  share: 0.1,
  inputs: bytesFrom({ seeds: JSON_SEEDS, tokens: JSON_TOKENS, structured: utf8(logRecord) }),
  start() {
    const stage = new Unpacker(["player_id", "timestamp", "event"]);
    const reader = new RecordReader();
    const requests = new AppendRequestEncoder(encodeWriterSchema());
    const check = (input: Buffer): number => {
      const event = eventOf([GOOD, input]);
      const pieces = stage.unpack(event.Records);
      const judgement = new Judgement(pieces, reader, RANGE);
      const source = new EventSource(event.Records, "g2");
      const encoder = new RowEncoder({ pieces, source, judgement, ingestedMicros: ARRIVED_MS * 1000 });
      const indices = judgement.tables.flat().sort((a, b) => a - b);
      for (const index of indices) judgement.asText[index] = index & 1;
      const count = rowsThatFit(encoder, indices, requests.maxRowsBytes(STREAM));
      const request = AppendRows.decode(requests.encode(STREAM, encoder, indices)) as unknown as AppendRowsRequest;
      const rows = request.protoRows?.rows?.serializedRows ?? [];
      claim(request.writeStream === STREAM && rows.length === indices.length && count === rows.length, "has every row");
      claim(request.protoRows?.writerSchema?.protoDescriptor?.field.length === COLUMNS.length, "has the schema");
      for (const [at, index] of indices.entries()) {
        const row = Row.toObject(Row.decode(rows[at]!), { longs: String }) as Readonly<Record<string, string>>;
        const text = pieces.bytes.toString("utf8", pieces.start[index], pieces.end[index]);
        claim(row["log"] === (index & 1 ? undefined : text), "log is the record's text");
        claim(row["log_text"] === (index & 1 ? text : undefined), "log_text is, in its place");
        const player = pieces.bytes.toString(
          "latin1",
          judgement.playerIdStart[index],
          judgement.playerIdStart[index]! + 32,
        );
        claim(row["player_id"] === player.toLowerCase() && /^[0-9a-f]{32}$/.test(row["player_id"]), "the player is");
        claim(row["event_time"] === String(judgement.eventTimeMicros[index]), "the time is");
        claim((row["event"] === undefined) === judgement.eventStart[index]! < 0, "an event is where there is one");
        const id = parseRecordId(row["record_id"] ?? "");
        claim(id?.generation === "g2" && id.position === pieces.position[index], "the record id is");
        claim(row["arrived_at"] === String(ARRIVED_MS * 1000) && row["ingested_at"] === row["arrived_at"], "times are");
      }
      return rows.length;
    };
    return {
      run: (input) => void check(input),
      checkWorks() {
        claim(check(GOOD) === 2, "encodes two good records");
      },
    };
  },
};
