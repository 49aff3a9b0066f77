/** What `sluice tune apply` prints. Pure. */
import Table from "cli-table3";
import type { Obstacle, Plan, Step } from "../../../model/resharding/plan.ts";
import { STREAM_MAX_SHARDS } from "../../../contract/limits.ts";

/** Version of the JSON form. */
export const APPLY_VERSION = 1;

const STYLE = { head: [], border: [], compact: true };

/** A plan and what it costs. */
export interface PricedPlan {
  readonly streamName: string;
  readonly plan: Plan;
  readonly usdPerShardMonth: number;
}

/** The plan as a table. */
export function renderPlan({ streamName, plan, usdPerShardMonth }: PricedPlan): string {
  const { fromShards, target, steps, endsAtMs } = plan;
  if (steps.length === 0) return `${streamName} has ${shardsText(target)}: nothing to do.\n`;
  const table = new Table({
    head: ["", "call", "shards", "splits, merges", "not before (UTC)", "takes about", "$ a month"],
    colAligns: ["right", "left", "right", "right", "left", "right", "right"],
    style: STYLE,
  });
  steps.forEach((step, index) => {
    const { splits, merges } = changesOf(step);
    const usd = (step.toShards * usdPerShardMonth).toFixed(2);
    const shards = `${step.fromShards} → ${step.toShards}`;
    const seconds = `${Math.round(step.durationMs / 1000)} s`;
    table.push([index + 1, callText(step), shards, `${splits}, ${merges}`, timeText(step.startsAtMs), seconds, usd]);
  });
  const monthly = (target - fromShards) * usdPerShardMonth;
  return [
    `${streamName}: from ${shardsText(fromShards)} to ${target} in ${steps.length === 1 ? "1 step" : `${steps.length} steps`}`,
    table.toString(),
    `Done about ${timeText(endsAtMs)} UTC; AWS promises no times. ` +
      `${monthly < 0 ? "-" : "+"}$${Math.abs(monthly).toFixed(2)} a month for shards, at list prices of us-east-1.`,
    "",
  ].join("\n");
}

/** The plan as JSON; hash keys are decimal texts, as in the Kinesis API. */
export function planJson({ streamName, plan, usdPerShardMonth }: PricedPlan) {
  const range = ({ first, last }: { first: bigint; last: bigint }) => ({ first: String(first), last: String(last) });
  return {
    stream: streamName,
    fromShards: plan.fromShards,
    target: plan.target,
    usdPerMonth: { from: plan.fromShards * usdPerShardMonth, to: plan.target * usdPerShardMonth },
    endsAt: new Date(plan.endsAtMs).toISOString(),
    steps: plan.steps.map((step) => ({
      kind: step.kind,
      ...{ fromShards: step.fromShards, toShards: step.toShards, ...changesOf(step) },
      ...(step.kind === "split" && { shard: range(step.shard), at: String(step.at) }),
      ...(step.kind === "merge" && { mergedShards: step.shards.map(range) }),
      ...{ notBefore: new Date(step.startsAtMs).toISOString(), seconds: step.durationMs / 1000 },
    })),
  };
}

/** One step in a line of progress. */
export function stepText(step: Step): string {
  return `${callText(step)}: ${step.fromShards} → ${shardsText(step.toShards)}`;
}

/** Why there is no plan, and what to do. */
export function obstacleText(obstacle: Obstacle): { readonly message: string; readonly hint?: string } {
  switch (obstacle.code) {
    case "target-out-of-range":
      return { message: `a stream has from ${obstacle.lowest} to ${obstacle.highest} shards` };
    case "account-limit":
      return {
        message: `the change needs ${obstacle.needed} open shards for a time, and the account has ${obstacle.available} for this stream`,
        hint: "Ask AWS for more shards in the region (Service Quotas), or name a target that needs fewer splits.",
      };
    case "too-many-shards":
      return {
        message: `with ${obstacle.shards} shards, over ${STREAM_MAX_SHARDS}, Kinesis asks for a quota of your own`,
      };
    case "cannot-split":
      return { message: "no shard can be split any more: each holds only a few hash keys" };
  }
}

/** `1 shard`, `4 shards`. */
export function shardsText(count: number): string {
  return count === 1 ? "1 shard" : `${count} shards`;
}

function callText({ kind }: Step): string {
  return { "update-shard-count": "UpdateShardCount", split: "SplitShard", merge: "MergeShards" }[kind];
}

function changesOf(step: Step): { readonly splits: number; readonly merges: number } {
  if (step.kind === "update-shard-count") return { splits: step.splits, merges: step.merges };
  return { splits: step.kind === "split" ? 1 : 0, merges: step.kind === "merge" ? 1 : 0 };
}

function timeText(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19).replace("T", " ");
}
