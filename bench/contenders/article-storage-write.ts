/** The article's third design in the client of today: Storage Write with a connection for each of the 16 tables. */
import { adapt, managedwriter } from "@google-cloud/bigquery-storage";
import { credentials } from "@grpc/grpc-js";
import type { KinesisEvent } from "../../functions/shared/event.ts";
import { DATASET, PROJECT } from "./google-clients.ts";
import { byTable, logRow, textOf } from "./log-row.ts";

const endpoint = new URL(process.env["BENCH_STORAGE_WRITE"]!);
const client = new managedwriter.WriterClient({
  projectId: PROJECT,
  apiEndpoint: endpoint.hostname,
  port: Number(endpoint.port),
  sslCreds: credentials.createInsecure(),
});
const protoDescriptor = adapt.convertStorageSchemaToProto2Descriptor(
  {
    fields: [
      { name: "event_time", type: "TIMESTAMP", mode: "REQUIRED" },
      { name: "event", type: "STRING", mode: "NULLABLE" },
      { name: "player_id", type: "STRING", mode: "REQUIRED" },
      { name: "log", type: "JSON", mode: "NULLABLE" },
    ],
  },
  "root",
);
const writers = new Map<string, Promise<managedwriter.JSONWriter>>();

/** What Lambda calls. */
export async function handler(event: KinesisEvent): Promise<{ readonly batchItemFailures: readonly never[] }> {
  const rows = event.Records.map(({ kinesis }) => logRow(textOf(kinesis.data)));
  await Promise.all(
    [...byTable(rows)].map(async ([table, list]) => {
      const writer = await writerOf(table);
      const typed = list.map((row) => ({ ...row, event_time: new Date(row.event_time) }));
      await writer.appendRows(typed as never).getResult();
    }),
  );
  return { batchItemFailures: [] };
}

function writerOf(table: string): Promise<managedwriter.JSONWriter> {
  let writer = writers.get(table);
  if (writer === undefined) {
    const destinationTable = `projects/${PROJECT}/datasets/${DATASET}/tables/${table}`;
    writer = client
      .createStreamConnection({ streamId: managedwriter.DefaultStream, destinationTable })
      .then((connection) => new managedwriter.JSONWriter({ connection, protoDescriptor }));
    writers.set(table, writer);
  }
  return writer;
}
