/** The local BigQuery: REST and Storage Write over one warehouse. */
import type { Authorize } from "./append-session.ts";
import { startRest } from "./rest.ts";
import { startStorageWrite } from "./storage-write.ts";
import type { StorageWriteServer } from "./storage-write.ts";
import type { Warehouse } from "./warehouse.ts";

export type { Authorization, Authorize } from "./append-session.ts";

/** What the servers are started with. */
export interface BigQueryOptions {
  readonly warehouse: Warehouse;
  /** Address to listen on, e.g. `127.0.0.1`. */
  readonly host: string;
  /** Decides who may write rows; everybody by default. */
  readonly authorize?: Authorize;
  /** Default: free ones. */
  readonly restPort?: number;
  readonly grpcPort?: number;
}

/** The running servers. */
export interface BigQueryServer {
  readonly restPort: number;
  readonly grpcPort: number;
  /** Ends the Storage Write server and its connections at once, as a kill does: what connects to its port is refused. */
  killStorageWrite(): Promise<void>;
  /** Starts it again on the same port. Rejects if somebody else has taken it. */
  restartStorageWrite(): Promise<void>;
  /** Ends all connections at once; the warehouse stays open. */
  close(): Promise<void>;
}

/** Starts both servers. Rejects if a port is in use, with nothing left running. */
export async function startBigQuery(options: BigQueryOptions): Promise<BigQueryServer> {
  const { warehouse, host, restPort, grpcPort, authorize = () => ({ allowed: true }) as const } = options;
  const rest = await startRest({ warehouse, host, ...(restPort === undefined ? {} : { port: restPort }) });
  const storageWrite = (port: number | undefined): Promise<StorageWriteServer> =>
    startStorageWrite({ warehouse, host, authorize, ...(port === undefined ? {} : { port }) });
  try {
    let grpc = await storageWrite(grpcPort);
    const { port } = grpc;
    return {
      restPort: rest.port,
      grpcPort: port,
      killStorageWrite: () => grpc.close(),
      restartStorageWrite: async () => {
        grpc = await storageWrite(port);
      },
      close: async () => {
        await Promise.all([rest.close(), grpc.close()]);
      },
    };
  } catch (error) {
    await rest.close();
    throw error;
  }
}
