import type { PolicyFinding } from "../preview/finding.ts";
import { RULES } from "./rules/index.ts";
import type { EnvironmentSettings } from "./settings.ts";
import type { PolicyStack } from "./stack.ts";

/** What all rules say of a stack, in order of rule and resource. Pure. */
export function evaluate(stack: PolicyStack, { limits, levelOf }: EnvironmentSettings): readonly PolicyFinding[] {
  return RULES.flatMap(({ name: rule, fix, link, check }) => {
    const severity = levelOf(rule);
    if (severity === "off") return [];
    return check(stack, limits).map(({ resource, message }) => ({ rule, severity, resource, message, fix, link }));
  });
}
