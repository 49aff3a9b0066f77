/** Prints what the producer makes of a connection that breaks, and of a port where nobody listens. */
import { createServer } from "node:net";
import { KinesisTarget } from "../../../cli/produce/kinesis-target.ts";
import { PutError } from "../../../cli/produce/put-target.ts";

async function failureAt(port: number): Promise<unknown> {
  const target = new KinesisTarget({
    streamName: "s",
    endpoint: `http://127.0.0.1:${port}`,
    region: "us-east-1",
    credentials: { accessKeyId: "a", secretAccessKey: "b" },
  });
  try {
    return await target.listShards();
  } catch (error) {
    if (!(error instanceof PutError)) throw error;
    return { code: error.code, retryable: error.retryable, uncertain: error.uncertain };
  } finally {
    target.close();
  }
}

const server = createServer((socket) => socket.once("data", () => socket.resetAndDestroy()));
server.listen(0, "127.0.0.1", async () => {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const broken = await failureAt(address.port);
  server.close(async () => console.log(JSON.stringify([broken, await failureAt(address.port)])));
});
