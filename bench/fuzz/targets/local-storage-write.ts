import protobuf from "protobufjs";
import { COLUMNS } from "../../../contract/columns.ts";
import { encodeWriterSchema } from "../../../functions/warehouse/schema.ts";
import { AppendSession } from "../../../local/bigquery/append-session.ts";
import { StorageWriteError } from "../../../local/bigquery/grpc-status.ts";
import { messageType } from "../../../local/bigquery/storage-proto.ts";
import type { AppendRowsRequest, AppendRowsResponse } from "../../../local/bigquery/storage-proto.ts";
import { WriteStreams } from "../../../local/bigquery/write-streams.ts";
import { ARRIVED_MS } from "../event.ts";
import { bytesFrom } from "../inputs/bytes.ts";
import { GOOD_RECORD, JSON_TOKENS } from "../inputs/json.ts";
import { WIRE_TOKENS, wireMessage } from "../inputs/protobuf.ts";
import { temporaryWarehouse } from "../local-warehouse.ts";
import { claim } from "../target.ts";
import type { FuzzTarget } from "../target.ts";

const AppendRows = messageType("AppendRowsRequest");
const STREAM = "projects/p/datasets/game/tables/player_log_0/streams/_default";

/** A row as the consumer writes it, and a request of rows. */
function rowOf(log: string): Buffer {
  const writer = protobuf.Writer.create();
  for (const { name, type, protoNumber } of COLUMNS) {
    if (name === "log_text") continue;
    if (type === "TIMESTAMP") writer.uint32(protoNumber * 8).int64(ARRIVED_MS * 1000);
    else writer.uint32(protoNumber * 8 + 2).string(name === "log" ? log : name);
  }
  return Buffer.from(writer.finish());
}

function requestOf(rows: readonly Uint8Array[], more: object = {}): Buffer {
  const writerSchema = messageType("ProtoSchema").decode(encodeWriterSchema());
  const message = { writeStream: STREAM, protoRows: { writerSchema, rows: { serializedRows: rows } }, ...more };
  return Buffer.from(AppendRows.encode(message).finish());
}

const GOOD_ROW = rowOf(GOOD_RECORD);
const GOOD = requestOf([GOOD_ROW, GOOD_ROW]);

export const localStorageWrite: FuzzTarget = {
  name: "local-storage-write",
  group: "local cloud",
  claim:
    "the local Storage Write answers any request, and any bytes as a row of a good one, or refuses it with a code; it takes rows afterwards",
  share: 0.002,
  inputs: bytesFrom({
    seeds: [GOOD, GOOD_ROW, rowOf('{"a":1e400}'), requestOf([]), requestOf([GOOD_ROW], { offset: { value: 1 } })],
    tokens: [...WIRE_TOKENS, ...JSON_TOKENS.slice(0, 40), STREAM],
    structured: wireMessage,
    maxBytes: 2048,
  }),
  async start() {
    const { warehouse, close } = await temporaryWarehouse();
    const streams = new WriteStreams(warehouse);
    const session = (): AppendSession => {
      return new AppendSession({
        warehouse,
        streams,
        authorize: () => ({ allowed: true }),
        bearer: undefined,
        routing: undefined,
      });
    };
    /** The answer; `undefined` where the request is none, or is refused with a code. */
    const append = async (to: AppendSession, bytes: Buffer): Promise<AppendRowsResponse | undefined> => {
      let request: AppendRowsRequest;
      try {
        request = AppendRows.decode(bytes) as unknown as AppendRowsRequest;
      } catch {
        return undefined;
      }
      try {
        return await to.append(request, bytes.length);
      } catch (error) {
        if (error instanceof StorageWriteError) return undefined;
        throw error;
      }
    };
    return {
      async run(input) {
        const connection = session();
        await append(connection, input);
        const answer = await append(connection, requestOf([GOOD_ROW, input]));
        claim(answer?.appendResult !== undefined || answer?.error !== undefined, "answers a row of any bytes");
      },
      async checkWorks() {
        const answer = await append(session(), GOOD);
        claim(answer?.appendResult !== undefined, "takes good rows");
      },
      close,
    };
  },
};
