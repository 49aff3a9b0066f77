/** Which rules bind which environment, and their bounds: `policy/policy.yaml`. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { z } from "zod";

const FILE = fileURLToPath(new URL("policy.yaml", import.meta.url));

const LEVEL = z.enum(["mandatory", "advisory", "off"]);

/** `mandatory` stops a deployment, `advisory` is only said, `off` is not looked at. */
export type Level = z.infer<typeof LEVEL>;

const LIMITS = z.strictObject({
  /** AWS regions and BigQuery locations where data may be. */
  allowedRegions: z.array(z.string()).min(1),
  /** Least retention of a stream, hours. */
  minimumRetentionHours: z.int().min(24),
  /** Longest that logs may be kept, days. */
  maximumLogRetentionDays: z.int().min(1),
  /** Most that a month may cost at the declared load, US dollars. */
  monthlyBudgetUsd: z.number().positive(),
});

/** Bounds that rules compare with. */
export type Limits = z.infer<typeof LIMITS>;

const ENVIRONMENT = z.strictObject({
  level: LEVEL.optional(),
  rules: z.record(z.string(), LEVEL).optional(),
  limits: LIMITS.partial().optional(),
});

const SETTINGS = z.strictObject({
  version: z.literal(1),
  defaults: z.strictObject({ level: LEVEL, rules: z.record(z.string(), LEVEL).optional(), limits: LIMITS }),
  environments: z.record(z.string(), ENVIRONMENT),
});

/** The whole file. */
export type PolicySettings = z.infer<typeof SETTINGS>;

/** What binds one environment. */
export interface EnvironmentSettings {
  readonly limits: Limits;
  levelOf(rule: string): Level;
}

/** Parses the file's text. Throws an Error that names the first wrong place, also a rule that there is not. */
export function parseSettings(text: string, rules: readonly string[]): PolicySettings {
  const { data, error } = SETTINGS.safeParse(parse(text));
  if (error !== undefined) throw new Error(`policy/policy.yaml: ${z.prettifyError(error)}`);
  const named = [data.defaults, ...Object.values(data.environments)].flatMap(({ rules: set }) =>
    Object.keys(set ?? {}),
  );
  const unknown = named.find((name) => !rules.includes(name));
  if (unknown === undefined) return data;
  throw new Error(`policy/policy.yaml: there is no rule ${unknown}; there are ${rules.join(", ")}`);
}

/** Reads `policy/policy.yaml`. */
export function readSettings(rules: readonly string[]): PolicySettings {
  return parseSettings(readFileSync(FILE, "utf8"), rules);
}

/** An environment's own settings before the defaults; one that the file does not name has the defaults. */
export function settingsFor(environment: string, { defaults, environments }: PolicySettings): EnvironmentSettings {
  const own = environments[environment];
  return {
    limits: { ...defaults.limits, ...own?.limits },
    levelOf: (rule) => own?.rules?.[rule] ?? own?.level ?? defaults.rules?.[rule] ?? defaults.level,
  };
}
