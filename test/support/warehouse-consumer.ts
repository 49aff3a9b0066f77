import type { Clock } from "../../contract/clock.ts";
import type { BatchResponse } from "../../functions/shared/event.ts";
import { ObjectStore } from "../../functions/shared/object-store.ts";
import type { UnpackLimits } from "../../functions/shared/unpack.ts";
import { AppendConnection } from "../../functions/warehouse/connection.ts";
import { Connections } from "../../functions/warehouse/connections.ts";
import type { Connection } from "../../functions/warehouse/connections.ts";
import { readEnvironment } from "../../functions/warehouse/environment.ts";
import { createHandler } from "../../functions/warehouse/warehouse.ts";
import { contextOf, kinesisEvent } from "./kinesis-event.ts";
import type { EventRecordSpec } from "./kinesis-event.ts";
import { MemoryStore } from "./memory-store.ts";

export const WAREHOUSE_ENVIRONMENT = {
  SLUICE_BACKEND: "warehouse",
  SLUICE_STREAM_NAME: "game-log",
  SLUICE_DEAD_LETTER_BUCKET: "dead",
  SLUICE_PLAYER_ID_FIELD: "player_id",
  SLUICE_TIMESTAMP_FIELD: "timestamp",
  SLUICE_EVENT_FIELD: "event",
  SLUICE_GOOGLE_PROJECT: "proj",
  SLUICE_DATASET: "logs",
  SLUICE_DATASET_LOCATION: "asia-northeast1",
  SLUICE_GOOGLE_AUDIENCE: "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/r",
  SLUICE_GOOGLE_SERVICE_ACCOUNT: "sluice@proj.iam.gserviceaccount.com",
  AWS_REGION: "us-east-1",
};

/** A good log line of a player whose id starts with the given digit, in the partition before {@link kinesisEvent}'s arrival. */
export function logLine(digit: string, fields: Record<string, unknown> = {}): string {
  return JSON.stringify({ player_id: digit.repeat(32), timestamp: "2025-12-31T23:59:59.5Z", event: "jump", ...fields });
}

/** One instance of the warehouse consumer, its S3 in memory. */
export interface WarehouseInstance {
  /** One invocation with so many milliseconds. */
  readonly invoke: (
    records: readonly (string | Uint8Array | EventRecordSpec)[],
    remainingMs?: number,
  ) => Promise<BatchResponse>;
  readonly s3: MemoryStore;
  /** The metrics lines. */
  readonly log: Record<string, unknown>[];
  /** `fault`: whether the exchange for a token fails. `given` ones are `token-1`, `token-2` …, the refused ones in `refused`. */
  readonly tokens: { given: number; fault: boolean; readonly refused: string[] };
  readonly connections: Connections;
}

/** Starts an instance. `open` makes the connection of a number, from 0, with a token. */
export function warehouseInstance(options: {
  readonly clock: Clock;
  readonly open: (number: number, token: string) => Connection;
  readonly environment?: Record<string, string>;
  readonly random?: () => number;
  readonly limits?: UnpackLimits;
}): WarehouseInstance {
  const { clock, open, random = () => 0.5 } = options;
  const s3 = new MemoryStore();
  const log: Record<string, unknown>[] = [];
  const tokens: WarehouseInstance["tokens"] = { given: 0, fault: false, refused: [] };
  let opened = 0;
  let current: string | undefined;
  const connections = new Connections({
    open: (token) => open(opened++, token),
    tokens: {
      token: () => {
        if (tokens.fault) return Promise.reject(new Error("planted"));
        return Promise.resolve((current ??= `token-${++tokens.given}`));
      },
      invalidate: (token) => {
        if (token !== current) return;
        tokens.refused.push(token);
        current = undefined;
      },
    },
    clock,
  });
  const handler = createHandler({
    environment: readEnvironment({ ...WAREHOUSE_ENVIRONMENT, ...options.environment }),
    connections,
    store: new ObjectStore({ put: s3.put, clock, random }),
    clock,
    random,
    log: (text) => log.push(JSON.parse(text) as Record<string, unknown>),
    ...(options.limits === undefined ? {} : { limits: options.limits }),
  });
  return {
    invoke: (records, remainingMs = 60_000) => handler(kinesisEvent(records), contextOf(remainingMs)),
    s3,
    log,
    tokens,
    connections,
  };
}

/** Opens real connections to an endpoint. */
export function realConnections(
  endpoint: string,
  clock: Clock,
  writeLocation = "projects/proj/locations/asia-northeast1",
): (number: number, token: string) => Connection {
  return (_number, accessToken) => new AppendConnection({ endpoint, writeLocation, accessToken, clock });
}
