import type { Rule } from "../rule.ts";
import { alarmed } from "./alarms.ts";
import { deletionProtection, partitionFilter } from "./data.ts";
import { boundedRetries, failureDestination, retentionMinimum } from "./delivery.ts";
import { encryptionAtRest } from "./encryption.ts";
import { leastPrivilege } from "./least-privilege.ts";
import { allowedRegions, budgetCeiling, logRetention, noStoredGoogleKey, tagged } from "./operations.ts";
import { noPublicAccess } from "./public-access.ts";
import { tlsOnly } from "./tls-only.ts";

/** All rules, in the order of docs/policy.md. */
export const RULES: readonly Rule[] = [
  encryptionAtRest,
  noPublicAccess,
  tlsOnly,
  leastPrivilege,
  noStoredGoogleKey,
  boundedRetries,
  failureDestination,
  retentionMinimum,
  alarmed,
  partitionFilter,
  deletionProtection,
  logRetention,
  tagged,
  allowedRegions,
  budgetCeiling,
];

/** Their names. */
export const RULE_NAMES: readonly string[] = RULES.map(({ name }) => name);
