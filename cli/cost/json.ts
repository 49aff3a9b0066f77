/** The machine-readable form of `sluice cost`; docs/costs.md says what each field means. */
import type { Estimate } from "../../model/cost/estimate.ts";
import { PRICES_DATE, PRICES_REGION } from "../../model/cost/price-table.ts";
import { LEFT_OUT } from "./left-out.ts";
import type { CostResult } from "./result.ts";

/** Fields are added within a version; a change of meaning makes a new one. */
export const COST_JSON_VERSION = 1;

/** One JSON object, indented, with a line break at its end. */
export function renderCostJson({ stack, load, freeTier, configuration, sluice, peers, warnings }: CostResult): string {
  const json = {
    version: COST_JSON_VERSION,
    currency: "USD",
    prices: { date: PRICES_DATE, region: PRICES_REGION, freeTier },
    stack: stack ?? null,
    load,
    configuration,
    estimates: [sluice, ...peers].map(estimateJson),
    leftOut: LEFT_OUT,
    warnings,
  };
  return `${JSON.stringify(json, undefined, 2)}\n`;
}

/** `null` where there is no record to divide by. */
function estimateJson({ name, totals, perMillion, lines }: Estimate) {
  return { name, month: totals, perMillionRecords: perMillion ?? null, lines };
}
