/** A stack's configuration in the terms of tuning. */
import type { StackConfig } from "../../../infra/stack-config.ts";
import type { Design } from "../../../model/tuning/design.ts";
import type { TunedStack } from "../../../model/tuning/problem.ts";
import { pricedConfiguration } from "../../cost/stack-configuration.ts";

/** What tuning leaves alone: the backends' kinds, time-outs and reservations, the account's limit, all that is priced. */
export function tunedStack(config: StackConfig): TunedStack {
  const priced = pricedConfiguration(config);
  return {
    priced,
    backends: config.backends.map(({ timeoutSeconds, reservedConcurrency }, index) => ({
      ...{ priced: priced.backends[index]!, timeoutSeconds, reservedConcurrency },
    })),
    accountConcurrency: config.aws.concurrencyLimit,
  };
}

/** What the stack declares now; `undefined` for an on-demand stream, which has no shards of its own. */
export function declaredDesign({ stream, backends }: StackConfig): Design | undefined {
  if (stream.mode === "on-demand") return undefined;
  const settings = backends.map(({ name, parallelizationFactor, batchWindowSeconds, memoryMb, fanOut }) => [
    name,
    { parallelizationFactor, batchWindowSeconds, memoryMb, fanOut },
  ]);
  return { shards: stream.shardCount, backends: Object.fromEntries(settings) as Design["backends"] };
}
