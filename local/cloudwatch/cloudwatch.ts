import type { Clock } from "../../contract/clock.ts";
import type { FunctionMeter } from "../lambda/types.ts";
import { AlarmRegistry } from "./alarm-registry.ts";
import { MappingSampler, type WatchedMapping, functionMeter } from "./function-metrics.ts";
import { MINUTE_MS, MetricStore } from "./metric-store.ts";
import { type CountingMeter, streamMeter } from "./stream-meter.ts";

/** What a CloudWatch watches, beside what it is told. */
export interface CloudWatchOptions {
  readonly clock: Clock;
  /** Event source mappings by UUID, as they run at any time. */
  readonly mappings: ReadonlyMap<string, WatchedMapping>;
  /** Shard-level metrics that are on for a stream. */
  readonly shardMetrics: (streamName: string) => readonly string[];
}

/** The metrics and alarms of a running local cloud. */
export class CloudWatch {
  readonly store = new MetricStore();
  readonly alarms = new AlarmRegistry(this.store);
  /** To be told of invocations. */
  readonly functions: FunctionMeter = functionMeter(this.store);
  readonly #clock: Clock;
  readonly #shardMetrics: CloudWatchOptions["shardMetrics"];
  readonly #sampler: MappingSampler;
  readonly #streams: CountingMeter[] = [];
  #cancelTimer: () => void = () => undefined;

  constructor({ clock, mappings, shardMetrics }: CloudWatchOptions) {
    this.#clock = clock;
    this.#shardMetrics = shardMetrics;
    this.#sampler = new MappingSampler(this.store, mappings);
  }

  /** A meter for a new stream. */
  streamMeter(streamName: string): CountingMeter {
    const shardMetrics = (): readonly string[] => this.#shardMetrics(streamName);
    const meter = streamMeter({ store: this.store, streamName, shardMetrics });
    this.#streams.push(meter);
    return meter;
  }

  /** Makes metrics of everything that has been counted up to now. */
  settle(): void {
    for (const meter of this.#streams) meter.settle();
    this.#sampler.sample(this.#clock.now());
  }

  /** Begins to look at what only counts on, as each minute begins. */
  start(): void {
    this.settle();
    const nowMs = this.#clock.now();
    this.#cancelTimer = this.#clock.after(MINUTE_MS - (nowMs % MINUTE_MS), () => this.start());
  }

  /** Ends that. */
  stop(): void {
    this.#cancelTimer();
  }
}
