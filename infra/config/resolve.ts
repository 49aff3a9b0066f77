/** The one way from written configuration to a resolved `StackConfig`. Pure. */
import { MAX_PART_LENGTH, NAME_PATTERN, NAME_RULE, REFUSED_PROJECTS, joinParts } from "../names.ts";
import type { BackendConfig, StackConfig } from "../stack-config.ts";
import { ConfigError, type ConfigProblem, showValue } from "./error.ts";
import { NAMESPACE, parseValues } from "./parse.ts";
import { UNPROTECTED_ENVIRONMENTS } from "./rules/environment.ts";
import { RULES } from "./rules/index.ts";
import type { RuleContext } from "./rules/rule.ts";
import type { WrittenBackend, WrittenConfig } from "./schema.ts";

/** What Pulumi knows of a stack before its program runs. */
export interface RawConfig {
  /** Name of the project, from Pulumi.yaml. */
  readonly project: string;
  /** Name of the stack, which is the environment. */
  readonly stack: string;
  /** Pulumi's configuration map, `sluice:stream` to its value: JSON text for a structure, plain text for a scalar. */
  readonly values: Readonly<Record<string, string>>;
}

/** Age in hours of the oldest unread record at which the alarm rings, unless configured: at most 6, and within half of the outage to be survived. */
function alarmAgeHours(toleratedOutageHours: number): number {
  return Math.min(6, Math.floor(toleratedOutageHours / 2));
}

function isName(name: string): boolean {
  return name.length <= MAX_PART_LENGTH && NAME_PATTERN.test(name);
}

function nameProblems(raw: RawConfig): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  if (!isName(raw.project) || REFUSED_PROJECTS.includes(raw.project)) {
    const rule = `${NAME_RULE}; not ${REFUSED_PROJECTS.join(", ")}`;
    const fix = "change name in Pulumi.yaml, for example to sluice";
    problems.push({ field: "project name", value: showValue(raw.project), rule, fix });
  }
  if (!isName(raw.stack)) {
    const fix = "name the stack for example dev: pulumi stack rename dev";
    problems.push({ field: "stack name", value: showValue(raw.stack), rule: NAME_RULE, fix });
  }
  return problems;
}

function resolveBackend(name: string, written: WrittenBackend): BackendConfig {
  return {
    ...written,
    name,
    bisectOnError: written.bisectOnError ?? name !== "archive",
    fanOutSwitches: written.fanOutSwitches.map((time) => new Date(time).toISOString()),
    reservedConcurrency: written.reservedConcurrency,
  };
}

function byName(one: { name: string }, other: { name: string }): number {
  return one.name < other.name ? -1 : 1;
}

function fillIn(raw: RawConfig, written: WrittenConfig): StackConfig {
  const { project, stack: environment } = raw;
  const { configVersion: _version, ...settings } = written;
  const { stream, warehouse, alarms } = settings;
  return {
    ...settings,
    project,
    environment,
    protectData: written.protectData ?? !UNPROTECTED_ENVIRONMENTS.includes(environment),
    warehouse: {
      ...warehouse,
      dataset: warehouse.dataset ?? joinParts([project, environment]).replaceAll("-", "_"),
      partitionExpiryDays: warehouse.partitionExpiryDays,
    },
    alarms: {
      email: alarms.email,
      timeToDataLossHours:
        alarms.timeToDataLossHours ?? stream.retentionHours - alarmAgeHours(written.toleratedOutageHours),
    },
    backends: Object.entries(written.backends)
      .map(([name, backend]) => resolveBackend(name, backend))
      .sort(byName),
    forwarder: written.forwarder,
    autoscaling: written.autoscaling,
    load: written.load,
  };
}

/**
 * Checks a stack's whole configuration and fills in its defaults. Throws a `ConfigError` that lists every problem, and
 * never anything else.
 */
export function resolveConfig(raw: RawConfig, context: RuleContext): StackConfig {
  const { written, problems, isBroken } = parseValues(raw.values, raw.project);
  const config = fillIn(raw, written);
  const all = [...nameProblems(raw), ...problems];
  for (const finding of RULES.flatMap((rule) => rule.check(config, context))) {
    if ([finding.field, ...finding.reads].some((field) => isBroken(`${NAMESPACE}:${field}`))) continue;
    const { field, value, rule, fix } = finding;
    all.push({ field: `${NAMESPACE}:${field}`, value: showValue(value), rule, fix });
  }
  if (all.length > 0) throw new ConfigError(`The configuration of stack "${raw.stack}"`, all);
  return config;
}
