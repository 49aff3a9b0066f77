/** The local BigQuery: REST and Storage Write over one warehouse. */
import type { Authorize } from "./append-session.ts";
import { startRest } from "./rest.ts";
import { startStorageWrite } from "./storage-write.ts";
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
  /** Ends all connections at once; the warehouse stays open. */
  close(): Promise<void>;
}

/** Starts both servers. Rejects if a port is in use, with nothing left running. */
export async function startBigQuery(options: BigQueryOptions): Promise<BigQueryServer> {
  const { warehouse, host, restPort, grpcPort, authorize = () => ({ allowed: true }) as const } = options;
  const rest = await startRest({ warehouse, host, ...(restPort === undefined ? {} : { port: restPort }) });
  try {
    const grpc = await startStorageWrite({
      warehouse,
      host,
      authorize,
      ...(grpcPort === undefined ? {} : { port: grpcPort }),
    });
    return {
      restPort: rest.port,
      grpcPort: grpc.port,
      close: async () => {
        await Promise.all([rest.close(), grpc.close()]);
      },
    };
  } catch (error) {
    await rest.close();
    throw error;
  }
}
