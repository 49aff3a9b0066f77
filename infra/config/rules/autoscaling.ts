/** Rules on the auto-scaler. */
import { SCALER } from "../../names.ts";
import { type Rule, perBackend } from "./rule.ts";

const streamHasShards: Rule = {
  text: "`autoscaling` needs a provisioned stream: an on-demand one scales itself.",
  check: ({ autoscaling, stream }) =>
    autoscaling !== undefined && stream.mode === "on-demand"
      ? [
          {
            field: "autoscaling",
            value: autoscaling,
            rule: "for stream.mode provisioned: Kinesis itself scales an on-demand stream",
            fix: "remove the section, or set stream.mode to provisioned",
            reads: ["stream.mode"],
          },
        ]
      : [],
};

const bounds: Rule = {
  text: "`autoscaling.minShards` ≤ `stream.shardCount` ≤ `autoscaling.maxShards`.",
  check({ autoscaling, stream: { shardCount } }) {
    if (autoscaling === undefined) return [];
    const { minShards, maxShards } = autoscaling;
    if (minShards <= shardCount && shardCount <= maxShards) return [];
    const reads = ["stream.shardCount", "autoscaling.minShards"];
    return minShards > maxShards
      ? [
          {
            field: "autoscaling.maxShards",
            value: maxShards,
            rule: `at least minShards (${minShards})`,
            fix: `write ${minShards} or more`,
            reads,
          },
        ]
      : [
          {
            field: "autoscaling",
            value: autoscaling,
            rule: `stream.shardCount (${shardCount}), with which the stream is made, is within minShards to maxShards`,
            fix: `set stream.shardCount to a number from ${minShards} to ${maxShards}, or widen the bounds`,
            reads: [...reads, "autoscaling.maxShards"],
          },
        ];
  },
};

const name: Rule = {
  text: `No backend is called \`${SCALER}\`: that is the auto-scaler's function.`,
  check: perBackend((backend, path) =>
    backend.name === SCALER
      ? [
          {
            field: path,
            value: backend.name,
            rule: `functions/${SCALER}/ is the auto-scaler, no consumer`,
            fix: "give the backend another name; the auto-scaler is switched on with autoscaling",
            reads: [],
          },
        ]
      : [],
  ),
};

/** Rules on the auto-scaler. */
export const AUTOSCALING_RULES: readonly Rule[] = [streamHasShards, bounds, name];
