import type { Reason } from "../../contract/reasons.ts";
import type { GrpcCode } from "../../functions/warehouse/answer.ts";
import type { BackendAlarm } from "../../infra/names.ts";

/** What becomes of the records that meet a failure. */
export type Action =
  /** Tried again within the invocation, then by Lambda, in order. */
  | "retry"
  /** Put into the quarantine with their bytes; neighbours are written. */
  | "quarantine"
  /** Put aside for the one table that refuses; other tables are written. */
  | "divert"
  /** The invocation fails, nothing of it is acknowledged, and Lambda tries again. */
  | "fail"
  /** Lambda gives up on the batch, and its destination gets it. */
  | "give up";

/** One class of failures: one row of docs/failures.md. */
export interface FailureClass {
  /** Name of the row, in lower case with hyphens. */
  readonly id: string;
  /** What is met. */
  readonly met: string;
  readonly backend: "archive" | "warehouse" | "both";
  readonly does: Action;
  /** How exactly. */
  readonly how: string;
  /** Where the records end. */
  readonly ends: string;
  /** Metrics that tell, the first ones most directly. */
  readonly metrics: readonly string[];
  readonly alarms: readonly BackendAlarm[];
  /** Tests that prove it, by file below `test/`: titles with their group's, a case's words in place of `%s`. */
  readonly provenBy: Readonly<Record<string, readonly string[]>>;
  readonly reasons?: readonly Reason[];
  readonly codes?: readonly GrpcCode[];
  /** Values of `StorageError.StorageErrorCode`. */
  readonly storageErrors?: readonly number[];
}

/** Classes that belong together. */
export interface FailureSection {
  readonly title: string;
  readonly classes: readonly FailureClass[];
}

/** What all classes that are tried again have in common. */
export const RETRIED = {
  does: "retry",
  ends: "in the backend, in the same invocation or a later one; at the maximum age: `given-up`",
  metrics: ["RecordsRetried", "FailedInvokeEventCount", "IteratorAge"],
  alarms: ["failed-invocations", "time-to-data-loss"],
} as const;

/** What all classes that are diverted have in common. */
export const DIVERTED = {
  does: "divert",
  ends: "`diverted/<backend>/<table>/`",
  metrics: ["RecordsDiverted", "RecordsDiverted.<table>"],
  alarms: ["diverted-records"],
} as const;

/** What all classes that are quarantined for a reason have in common. */
export function quarantined(reason: Reason) {
  return {
    does: "quarantine",
    ends: `\`quarantine/<backend>/\`, reason \`${reason}\``,
    metrics: ["RecordsQuarantined", `RecordsQuarantined.${reason}`],
    alarms: ["quarantined-records"],
    reasons: [reason],
  } as const;
}

export const WAREHOUSE = "functions/warehouse/warehouse.test.ts";
export const TROUBLES = "functions/warehouse/trouble.test.ts";
export const TABLES = "functions/warehouse/tables.test.ts";
export const SOCKETS = "functions/warehouse/sockets.test.ts";
export const CONNECTION = "functions/warehouse/connection.test.ts";
export const BIGQUERY = "bigquery/warehouse-consumer.test.ts";
export const TOKENS = "functions/warehouse/token-cache.test.ts";
export const EXCHANGE = "functions/warehouse/federation.test.ts";
export const ARCHIVE = "functions/archive/archive.test.ts";
export const S3 = "functions/shared/s3.test.ts";
export const UNPACK = "functions/shared/wrapped.test.ts";
export const RECORD = "functions/shared/record.test.ts";
export const RUNNER = "lambda/runner.test.ts";
export const DRIVER = "lambda/event-source-driver.test.ts";
export const MAPPING = "event-source/failures.test.ts";
export const BATCHES = "event-source/batching.test.ts";
