/** The stack that a cloud test deploys: small, unprotected, tagged with the time after which nobody needs it. */
import { stringify } from "yaml";
import { pricedConfiguration } from "../../../cli/cost/stack-configuration.ts";
import { CommandError } from "../../../cli/errors.ts";
import { resolveConfig } from "../../../infra/config/resolve.ts";
import { readStackFile } from "../../../infra/config/stack-file.ts";
import { estimate } from "../../../model/cost/estimate.ts";
import type { CloudTestSettings } from "./settings.ts";

/** After so long a stack is a leftover. A run takes a quarter of an hour. */
export const LIFE_HOURS = 4;
const HOUR_MS = 3_600_000;

/** Tag and label of every resource: when the stack may be deleted by whoever finds it. */
export const EXPIRY_TAG = "sluice-test-expires";

/** Text of `stacks/Pulumi.<stack>.yaml`. */
export function stackFileText(settings: CloudTestSettings, expiresAtMs: number): string {
  const expires = new Date(expiresAtMs).toISOString().slice(0, 16).toLowerCase().replace(":", "-");
  return stringify({
    config: {
      "sluice:aws": { accountId: settings.awsAccountId, region: settings.awsRegion },
      "sluice:google": {
        projectId: settings.googleProjectId,
        projectNumber: settings.googleProjectNumber,
        location: settings.googleLocation,
      },
      "sluice:stream": { shardCount: 1, shardLevelMetrics: false },
      "sluice:protectData": false,
      "sluice:archive": { infrequentAccessAfterDays: "never", expireAfterDays: 2, expireNoncurrentAfterDays: 1 },
      "sluice:deadLetters": { expireAfterDays: 7 },
      "sluice:warehouse": { partitionExpiryDays: 2, recentDays: 1 },
      "sluice:logRetentionDays": 1,
      "sluice:tags": { [EXPIRY_TAG]: expires },
      "sluice:backends": {
        archive: { grants: ["archive-bucket-write"], batchWindowSeconds: 1 },
        warehouse: { grants: ["google-warehouse-write"], batchWindowSeconds: 1 },
      },
    },
  });
}

/** When a stack that begins now expires. */
export function expiryOf(nowMs: number): number {
  return nowMs + LIFE_HOURS * HOUR_MS;
}

/**
 * What the stack costs if it stays up until it expires, in US dollars at list prices: more than a run. Whole gigabytes are not reached; what is billed
 * by the month (keys, alarms) counts by the hour, as both clouds do.
 */
export function priceOfRun(stack: string, text: string): number {
  const { values } = readStackFile(text, { name: `stacks/Pulumi.${stack}.yaml` });
  const config = resolveConfig({ project: "sluice", stack, values }, { hasFunction: () => true });
  const load = { recordsPerSecond: 1, recordBytes: 256, format: "plain", gzipRatio: 1, hours: LIFE_HOURS } as const;
  return estimate(pricedConfiguration(config), load, { freeTier: false }).totals.usd;
}

/** Throws a CommandError for a price above the ceiling. */
export function refuseAbove(usd: number, maxUsd: number): void {
  if (usd <= maxUsd) return;
  throw new CommandError(
    `the stack costs up to $${usd.toFixed(2)} in ${LIFE_HOURS} hours, above the ceiling of $${maxUsd.toFixed(2)}: nothing was deployed`,
    { hint: "The ceiling is SLUICE_TEST_MAX_USD." },
  );
}
