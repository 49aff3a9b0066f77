/** What of the local cloud realisers act on. */
import type { Clock } from "../contract/clock.ts";
import type { BigQueryServer } from "./bigquery/server.ts";
import type { Warehouse } from "./bigquery/warehouse.ts";
import type { AlarmRegistry } from "./cloudwatch/alarm-registry.ts";
import type { AwsSessions } from "./google-token/aws-sessions.ts";
import type { GoogleRegistry } from "./google-token/registry.ts";
import type { StreamRegistry } from "./kinesis/registry.ts";
import type { EventSourceDriver } from "../model/event-source/driver.ts";
import type { LambdaRunner } from "./lambda/runner.ts";
import type { FunctionMeter } from "./lambda/types.ts";
import type { S3Server } from "./s3/server.ts";
import type { Scheduler } from "./scheduler/scheduler.ts";

/** The services of a running local cloud. */
export interface Services {
  readonly clock: Clock;
  readonly randomUuid: () => string;
  readonly streams: StreamRegistry;
  readonly buckets: Pick<S3Server, "createBucket" | "hasBucket" | "deleteBucket" | "putObject">;
  readonly warehouse: Warehouse;
  /** For those who plan an outage. */
  readonly bigquery: Pick<BigQueryServer, "killStorageWrite" | "restartStorageWrite">;
  /** Who may do what on the Google side. */
  readonly google: GoogleRegistry;
  /** ARNs of the roles that exist, by name. */
  readonly roles: Map<string, string>;
  readonly sessions: AwsSessions;
  readonly lambda: LambdaRunner;
  readonly scheduler: Scheduler;
  /** To be told of what mappings deliver. */
  readonly meter: FunctionMeter;
  readonly alarms: AlarmRegistry;
  /** Running event source mappings by their UUID, in order of making. */
  readonly mappings: Map<string, RunningMapping>;
  /** Told of what goes wrong beside the functions. */
  readonly onProblem: (problem: Error) => void;
}

/** One event source mapping that runs. */
export interface RunningMapping {
  /** As it was declared last. */
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly driver: EventSourceDriver;
}
