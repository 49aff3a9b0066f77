/** Rules on what the stream's consumers ask of the account and of the shards. */
import {
  MAX_FAN_OUT_CONSUMERS,
  MAX_PLAIN_CONSUMERS,
  UNRESERVED_CONCURRENCY,
  concurrencyNeed,
  laneCount,
} from "../../../model/capacity.ts";
import type { StackConfig } from "../../stack-config.ts";
import { grouped } from "../fields.ts";
import { type Finding, type Rule, perBackend } from "./rule.ts";

function assumedShards(config: StackConfig): string {
  const count = `${grouped(config.stream.shardCount)} shards`;
  return config.stream.mode === "on-demand" ? `${count}, assumed for an on-demand stream` : count;
}

/** Rules on concurrency and the number of readers. */
export const CONCURRENCY_RULES: readonly Rule[] = [
  {
    text: "`reservedConcurrency` is at least shards × `parallelizationFactor`.",
    check: perBackend((backend, path, config) => {
      const lanes = laneCount(config.stream.shardCount, backend.parallelizationFactor);
      if (backend.reservedConcurrency === undefined || backend.reservedConcurrency >= lanes) return [];
      return [
        {
          field: `${path}.reservedConcurrency`,
          value: backend.reservedConcurrency,
          rule: `${assumedShards(config)} × parallelizationFactor ${backend.parallelizationFactor} need ${grouped(lanes)}`,
          fix: `set reservedConcurrency to at least ${lanes}, or leave it out`,
          reads: ["stream.shardCount", "stream.mode", `${path}.parallelizationFactor`],
        },
      ];
    }),
  },
  {
    text: "Reservations, and the larger of shards × factor of all other backends and the 100 that AWS keeps unreserved, fit into `aws.concurrencyLimit`.",
    check(config) {
      const limit = config.aws.concurrencyLimit;
      const need = concurrencyNeed(config.stream.shardCount, config.backends);
      if (need.accountLimit <= limit) return [];
      const kept = need.reserved > 0 ? ` (of the rest AWS keeps ${UNRESERVED_CONCURRENCY} unreserved)` : "";
      return [
        {
          field: "aws.concurrencyLimit",
          value: limit,
          rule:
            `${assumedShards(config)}: the backends reserve ${grouped(need.reserved)} and share ${grouped(need.shared)}${kept}, ` +
            `which takes ${grouped(need.accountLimit)}`,
          fix: "have the account's limit raised and write it here, or lower stream.shardCount, parallelizationFactor or reservedConcurrency",
          reads: ["stream.shardCount", "stream.mode", "backends"],
        },
      ];
    },
  },
  {
    text: "At most 5 backends without fan-out (a shard answers 5 reads a second) and 20 with it.",
    check(config) {
      const fanOut = config.backends.filter((backend) => backend.fanOut).length;
      const plain = config.backends.length - fanOut;
      const finding = (value: string, rule: string, fix: string): Finding => {
        return { field: "backends", value, rule, fix, reads: [] };
      };
      const findings: Finding[] = [];
      if (plain > MAX_PLAIN_CONSUMERS) {
        const rule = `at most ${MAX_PLAIN_CONSUMERS} without fan-out: a shard answers 5 reads a second`;
        findings.push(finding(`${plain} without fan-out`, rule, "give some of them fanOut: true"));
      }
      if (fanOut > MAX_FAN_OUT_CONSUMERS) {
        const rule = `at most ${MAX_FAN_OUT_CONSUMERS} with fan-out: a stream takes no more`;
        findings.push(finding(`${fanOut} with fan-out`, rule, "remove some"));
      }
      return findings;
    },
  },
];
