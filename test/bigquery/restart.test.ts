import { once } from "node:events";
import { connect } from "node:net";
import { startBigQuery } from "../../local/bigquery/server.ts";
import { emptyWarehouse } from "./support.ts";

/** Whether somebody listens. */
async function listens(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

test("a killed Storage Write server refuses connections and ends those that it had, and starts again on its port", async () => {
  const warehouse = await emptyWarehouse();
  const server = await startBigQuery({ warehouse, host: "127.0.0.1" });
  const client = connect(server.grpcPort, "127.0.0.1");
  client.resume().on("error", () => undefined);
  await once(client, "connect");
  const ended = once(client, "close");

  await server.killStorageWrite();
  await ended;
  expect([await listens(server.grpcPort), await listens(server.restPort)]).toEqual([false, true]);

  await server.restartStorageWrite();
  expect(await listens(server.grpcPort)).toBe(true);
  await server.close();
  expect([await listens(server.grpcPort), await listens(server.restPort)]).toEqual([false, false]);
  await warehouse.close();
});
