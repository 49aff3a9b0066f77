/** The process of the stand-ins: beside the cage, and beside the program that measures. Talks to its parent over IPC. */
import type { AddressInfo } from "node:net";
import type { Server } from "node:net";
import { BigQueryStandIn } from "./bigquery.ts";
import { S3StandIn } from "./s3.ts";
import type { StandInEndpoints, TakeAnswer, TakeRequest } from "./stand-in.ts";
import { StorageWriteStandIn } from "./storage-write.ts";
import { tokenStandIn } from "./token.ts";

const stores = { s3: new S3StandIn(), bigquery: new BigQueryStandIn(), storageWrite: new StorageWriteStandIn() };

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function answer({ store, gzip }: TakeRequest): TakeAnswer {
  try {
    return { stored: stores[store].take(gzip) };
  } catch (error) {
    return { problem: (error as Error).message };
  }
}

process.on("message", (request: TakeRequest) => process.send!(answer(request)));
// Ctrl-C reaches the whole group: the parent says when to end.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => undefined);
process.on("disconnect", () => process.exit(0));
const endpoints: StandInEndpoints = {
  s3: await listen(stores.s3.server),
  bigquery: await listen(stores.bigquery.server),
  storageWrite: await listen(stores.storageWrite.server),
  token: await listen(tokenStandIn()),
};
process.send!(endpoints);
