import { AUTOSCALING_RULES } from "./autoscaling.ts";
import { BACKEND_RULES } from "./backends.ts";
import { CONCURRENCY_RULES } from "./concurrency.ts";
import { ENVIRONMENT_RULES } from "./environment.ts";
import { RETRY_RULES } from "./retries.ts";
import type { Rule } from "./rule.ts";
import { STORAGE_RULES } from "./storage.ts";

/** All rules between fields, in the order of the documentation. */
export const RULES: readonly Rule[] = [
  ...BACKEND_RULES,
  ...RETRY_RULES,
  ...CONCURRENCY_RULES,
  ...STORAGE_RULES,
  ...ENVIRONMENT_RULES,
  ...AUTOSCALING_RULES,
];
