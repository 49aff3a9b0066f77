/** What a shard costs. Pure. */
import { HOURS_PER_MONTH } from "../cost/load.ts";
import { PRICES } from "../cost/price-table.ts";

/** What of a stream is billed by the shard. */
export interface ShardTerms {
  readonly retentionHours: number;
  readonly fanOutConsumers: number;
  /** Enhanced metrics that each shard has. */
  readonly shardMetrics: number;
}

const BASE_RETENTION_HOURS = 24;

/** US dollars a month for each shard, at the list prices of docs/costs.md; what is written and read is not in it: it stays the same. */
export function shardUsdPerMonth({ retentionHours, fanOutConsumers, shardMetrics }: ShardTerms): number {
  const usd = (key: keyof typeof PRICES): number => PRICES[key].tiers[0]!.usd;
  const perHour =
    usd("kinesis.shard") +
    (retentionHours > BASE_RETENTION_HOURS ? usd("kinesis.extended") : 0) +
    fanOutConsumers * usd("kinesis.fan-out-hours");
  return perHour * HOURS_PER_MONTH + shardMetrics * usd("cloudwatch.metrics");
}
