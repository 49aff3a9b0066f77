/** The auto-scaler: one decision, and one call at most, each time that it is invoked. */
import type { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { type KinesisClient, UpdateShardCountCommand } from "@aws-sdk/client-kinesis";
import type { Clock } from "../../contract/clock.ts";
import { DIMENSIONS, METRIC_NAMESPACE, SCALER_METRICS } from "../../contract/metrics.ts";
import { type ScalerDecision, type ScalerReason, decide } from "../../model/resharding/decide.ts";
import type { ScalerEnvironment } from "./environment.ts";
import { look } from "./look.ts";

/** What the scaler works with. */
export interface ScalerDependencies {
  readonly environment: ScalerEnvironment;
  readonly kinesis: KinesisClient;
  readonly cloudwatch: CloudWatchClient;
  readonly clock: Clock;
  /** Writes one line of the function's log. */
  readonly log: (line: string) => void;
}

/** What an invocation came to. */
export type ScalerAnswer =
  | (ScalerDecision & { readonly shards: number; readonly changed: boolean })
  /** The stream is on-demand, UPDATING or not there yet. */
  | { readonly status: string };

/** An operator should know of these: nothing that the scaler may do helps. */
const HINDERED: readonly ScalerReason[] = ["hot-shard", "at-maximum", "no-calls-left"];

/** What Lambda calls once a minute. Rejects with the SDK's errors: Lambda counts them, and an alarm watches that. */
export function createHandler(dependencies: ScalerDependencies): () => Promise<ScalerAnswer> {
  const { environment, kinesis, cloudwatch, clock, log } = dependencies;
  const { streamName, mode, settings } = environment;
  return async () => {
    const nowMs = clock.now();
    const { status, view } = await look(kinesis, cloudwatch, streamName, nowMs);
    if (view === undefined) return { status };
    const { shards } = view;
    const decision = decide(view, settings);
    const changed = mode === "act" && decision.target !== shards;
    if (changed) {
      await kinesis.send(
        new UpdateShardCountCommand({
          ...{ StreamName: streamName, TargetShardCount: decision.target, ScalingType: "UNIFORM_SCALING" },
        }),
      );
    }
    log(metricsLine(streamName, nowMs, shards, decision, changed));
    return { ...decision, shards, changed };
  };
}

/** One line of CloudWatch's embedded metric format, the reason as a plain field. */
function metricsLine(
  stream: string,
  Timestamp: number,
  shards: number,
  decision: ScalerDecision,
  changed: boolean,
): string {
  const counts = {
    [SCALER_METRICS.changes]: changed ? 1 : 0,
    [SCALER_METRICS.hindered]: HINDERED.includes(decision.reason) ? 1 : 0,
    [SCALER_METRICS.shards]: shards,
    [SCALER_METRICS.wanted]: decision.target,
  };
  const Metrics = Object.keys(counts).map((Name) => ({ Name, Unit: "Count" }));
  return JSON.stringify({
    _aws: {
      Timestamp,
      CloudWatchMetrics: [{ Namespace: METRIC_NAMESPACE, Dimensions: [[DIMENSIONS.stream]], Metrics }],
    },
    [DIMENSIONS.stream]: stream,
    ...counts,
    ...{ reason: decision.reason, load: decision.load, callsLeft: decision.callsLeft },
  });
}
