import type { BatchResponse } from "../../functions/shared/event.ts";
import { drive } from "./drive.ts";
import type { EventRecordSpec } from "./kinesis-event.ts";
import { ManualClock } from "./manual-clock.ts";
import { DirectConnection, type StorageWrite } from "./storage-write.ts";
import { warehouseInstance } from "./warehouse-consumer.ts";
import type { WarehouseInstance } from "./warehouse-consumer.ts";

/** Numbers of gRPC's status codes. */
export const INVALID_ARGUMENT = 3;
export const NOT_FOUND = 5;
export const PERMISSION_DENIED = 7;
export const UNAVAILABLE = 14;
export const UNAUTHENTICATED = 16;

/** A warehouse consumer on a clock of its own, and the scripted Storage Write it is connected to. */
export interface ScriptedWarehouse extends Pick<WarehouseInstance, "s3" | "log" | "tokens"> {
  readonly send: (
    records: readonly (string | Uint8Array | EventRecordSpec)[],
    remainingMs?: number,
  ) => Promise<BatchResponse>;
  readonly clock: ManualClock;
}

/** `server` is asked for with each connection. */
export function scriptedWarehouse(
  server: () => StorageWrite,
  environment: Record<string, string> = {},
): ScriptedWarehouse {
  const clock = new ManualClock();
  const { invoke, s3, log, tokens } = warehouseInstance({
    clock,
    open: (number) => new DirectConnection(server(), number, clock),
    environment,
  });
  return { send: (records, remainingMs) => drive(clock, invoke(records, remainingMs)), s3, clock, log, tokens };
}
