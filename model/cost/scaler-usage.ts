/** What the auto-scaler uses: the same every minute, whatever the load. Pure. */
import { SCALER_METRICS } from "../../contract/metrics.ts";
import type { Usage } from "./bill.ts";
import type { Load } from "./load.ts";
import { GB, gbMonths, monthsOf, secondsOf } from "./quantities.ts";

/** The auto-scaler of a stack, as far as its price depends on it. */
export interface PricedScaler {
  readonly memoryMb: number;
}

const SECONDS_BETWEEN = 60;
/** Metrics that one decision asks CloudWatch for: three of the last hour, two of the days before, its own changes. */
export const SCALER_METRICS_ASKED = 6;
/** A guess: four calls one after the other at the most, of some tens of milliseconds each, and what they say taken in. */
export const SCALER_INVOCATION_SECONDS = 0.5;
/** Bytes of one invocation's log: its metrics line, Lambda's own three, 26 for each. */
export const SCALER_LOG_BYTES = 900;

/** Usage of the auto-scaler, its alarms apart: these are in the stack's. */
export function scalerUsage({ memoryMb }: PricedScaler, load: Load, logs: LogKeeping): Usage[] {
  const count = secondsOf(load) / SECONDS_BETWEEN;
  const logGb = (count * SCALER_LOG_BYTES) / GB;
  const usage = (group: Usage["group"], item: string, price: Usage["price"], quantity: number): Usage => ({
    ...{ group, item: `${item}, auto-scaler`, price, quantity, storage: false },
  });
  return [
    usage("functions", "schedule", "scheduler.invocations", count / 1e6),
    usage("functions", "requests", "lambda.requests", count / 1e6),
    usage("functions", "duration", "lambda.duration", count * SCALER_INVOCATION_SECONDS * (memoryMb / 1024)),
    usage("monitoring", "metrics asked for", "cloudwatch.get-metric-data", (count * SCALER_METRICS_ASKED) / 1e3),
    usage("monitoring", "custom metrics", "cloudwatch.metrics", Object.keys(SCALER_METRICS).length * monthsOf(load)),
    usage("monitoring", "logs", "cloudwatch.logs", logGb),
    usage("monitoring", "logs kept", "cloudwatch.log-storage", gbMonths(logGb * logs.compression, logs.days)),
  ];
}

/** How long logs are kept, and how small. */
export interface LogKeeping {
  readonly days: number;
  /** Stored ÷ ingested size. */
  readonly compression: number;
}
