/**
 * Metrics of functions and event source mappings, under AWS's names.
 * https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
 */
import type { MappingMetrics } from "../../model/event-source/types.ts";
import type { FunctionMeter, Invocation } from "../lambda/types.ts";
import { addEmbeddedMetrics } from "./embedded-metrics.ts";
import type { MetricStore } from "./metric-store.ts";

const NAMESPACE = "AWS/Lambda";

/** A meter of all functions. */
export function functionMeter(store: MetricStore): FunctionMeter {
  const series = (functionName: string, name: string, unit = "Count") =>
    store.series(NAMESPACE, name, { FunctionName: functionName }, unit);
  return {
    started(functionName, { running, runningInAccount }, nowMs) {
      series(functionName, "ConcurrentExecutions").add(running, nowMs);
      store.series(NAMESPACE, "ConcurrentExecutions", {}, "Count").add(runningInAccount, nowMs);
    },
    throttled: (functionName, nowMs) => series(functionName, "Throttles").add(1, nowMs),
    finished({ functionName, startedAt, endedAt, outcome }: Invocation) {
      series(functionName, "Invocations").add(1, startedAt);
      series(functionName, "Errors").add(outcome === "error" ? 1 : 0, startedAt);
      series(functionName, "Throttles").add(0, startedAt);
      series(functionName, "Duration", "Milliseconds").add(endedAt - startedAt, startedAt);
    },
    delivered(functionName, iteratorAgeMs, nowMs) {
      series(functionName, "IteratorAge", "Milliseconds").add(iteratorAgeMs, nowMs);
    },
    logged: (line) => addEmbeddedMetrics(line, store),
  };
}

/** Metrics of a mapping with `EventCount`, by the counts that they come from. */
const EVENT_COUNTS = {
  PolledEventCount: "polledEventCount",
  InvokedEventCount: "invokedEventCount",
  FailedInvokeEventCount: "failedInvokeEventCount",
  OnFailureDestinationDeliveredEventCount: "onFailureDestinationDeliveredEventCount",
  DroppedEventCount: "droppedEventCount",
} as const satisfies Readonly<Record<string, keyof MappingMetrics>>;

/** What of a running mapping is watched. */
export interface WatchedMapping {
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly driver: { readonly metrics: Readonly<MappingMetrics> };
}

interface Sample {
  readonly atMs: number;
  readonly counts: Readonly<MappingMetrics>;
}

/**
 * Reads the counts of running mappings now and then. What has come since the last time counts for the minute of that time, so
 * it is to be called as each minute begins.
 */
export class MappingSampler {
  readonly #store: MetricStore;
  readonly #mappings: ReadonlyMap<string, WatchedMapping>;
  readonly #samples = new Map<string, Sample>();

  /** `mappings`: by UUID, as they run at any time. */
  constructor(store: MetricStore, mappings: ReadonlyMap<string, WatchedMapping>) {
    this.#store = store;
    this.#mappings = mappings;
  }

  sample(nowMs: number): void {
    for (const [id, { inputs, driver }] of this.#mappings) {
      const { atMs, counts } = this.#samples.get(id) ?? { atMs: nowMs, counts: undefined };
      const now = { ...driver.metrics };
      this.#samples.set(id, { atMs: nowMs, counts: now });
      const functionName = String(inputs["functionName"]).replace(/^arn:aws:lambda:.*:function:/, "");
      const refused = now.destinationDeliveryFailures - (counts?.destinationDeliveryFailures ?? 0);
      this.#add("DestinationDeliveryFailures", { FunctionName: functionName }, refused, atMs);
      if (!hasEventCount(inputs)) continue;
      for (const [name, field] of Object.entries(EVENT_COUNTS)) {
        this.#add(name, { EventSourceMappingUUID: id }, now[field] - (counts?.[field] ?? 0), atMs);
      }
    }
    for (const id of this.#samples.keys()) if (!this.#mappings.has(id)) this.#samples.delete(id);
  }

  /** What has not happened makes no value: alarms fill it. */
  #add(name: string, dimensions: Readonly<Record<string, string>>, value: number, atMs: number): void {
    if (value > 0) this.#store.series(NAMESPACE, name, dimensions, "Count").add(value, atMs);
  }
}

function hasEventCount(inputs: Readonly<Record<string, unknown>>): boolean {
  const metrics = (inputs["metricsConfig"] as { readonly metrics?: readonly string[] } | undefined)?.metrics;
  return metrics?.includes("EventCount") === true;
}
