import { credentials } from "@grpc/grpc-js";
import { adapt, managedwriter, protos } from "@google-cloud/bigquery-storage";
import type { BigQueryServer } from "../../local/bigquery/server.ts";
import { startBigQuery } from "../../local/bigquery/server.ts";
import type { Warehouse } from "../../local/bigquery/warehouse.ts";
import { gameWarehouse, NOW, PROJECT } from "./support.ts";

const destinationTable = `projects/${PROJECT}/datasets/game/tables/player_log_a`;

// Google's client looks for credentials on a metadata server otherwise.
process.env["METADATA_SERVER_DETECTION"] = "none";

let warehouse: Warehouse;
let server: BigQueryServer;
let client: managedwriter.WriterClient;
let writer: managedwriter.JSONWriter;

/** Google's managed writer, opened as its documentation opens it: the schema is asked of the stream. */
beforeAll(async () => {
  warehouse = await gameWarehouse();
  server = await startBigQuery({ warehouse, host: "127.0.0.1" });
  client = new managedwriter.WriterClient({
    projectId: PROJECT,
    apiEndpoint: "127.0.0.1",
    port: server.grpcPort,
    sslCreds: credentials.createInsecure(),
  });
  const { tableSchema } = await client.getWriteStream({
    streamId: `${destinationTable}/streams/_default`,
    view: protos.google.cloud.bigquery.storage.v1.WriteStreamView.FULL,
  });
  const protoDescriptor = adapt.convertStorageSchemaToProto2Descriptor(tableSchema!, "root");
  const connection = await client.createStreamConnection({ streamId: managedwriter.DefaultStream, destinationTable });
  writer = new managedwriter.JSONWriter({ connection, protoDescriptor });
});
afterAll(async () => {
  writer.close();
  client.close();
  await server.close();
  await warehouse.close();
});

function row(id: string, log: string): Record<string, unknown> & { event_time: Date } {
  const time = new Date(NOW);
  const times = { event_time: time, arrived_at: time, ingested_at: time };
  return { ...times, event: "login", player_id: "a".repeat(32), log, record_id: id };
}

async function stored(): Promise<unknown[][]> {
  const sql = "SELECT record_id, JSON_VALUE(log, '$.n') FROM player_log_a WHERE event_time > '2026-01-01' ORDER BY 1";
  return (await warehouse.query(sql)).rows as unknown[][];
}

test("Google's JSONWriter appends to the default stream, several requests under way at once", async () => {
  const answers = await Promise.all([
    writer.appendRows([row("0:1:0", '{"n":1}'), row("0:2:0", '{"n":2}')] as never).getResult(),
    writer.appendRows([row("0:3:0", '{"n":3}')] as never).getResult(),
  ]);
  expect(answers).toMatchObject([
    { response: "appendResult", rowErrors: [] },
    { response: "appendResult", rowErrors: [] },
  ]);
  expect(await stored()).toEqual([
    ["0:1:0", "1"],
    ["0:2:0", "2"],
    ["0:3:0", "3"],
  ]);
});

test("a row that it sends with broken JSON is named, its request stores nothing, and the connection goes on", async () => {
  const { rowErrors } = await writer.appendRows([row("0:4:0", '{"n":4}'), row("0:5:0", "{n:5}")] as never).getResult();
  expect(rowErrors?.map(({ index }) => Number(index))).toEqual([1]);
  await writer.appendRows([row("0:6:0", '{"n":6}')] as never).getResult();
  expect((await stored()).map(([id]) => id)).toEqual(["0:1:0", "0:2:0", "0:3:0", "0:6:0"]);
});
