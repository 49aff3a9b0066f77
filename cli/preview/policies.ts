import type { DeclaredLoad } from "../../infra/stack-config.ts";
import type { Graph } from "../../local/graph.ts";
import { SERVICE_TIMES } from "../../model/service-times.ts";
import { evaluate } from "../../policy/evaluate.ts";
import { monthlyUsd } from "../../policy/priced.ts";
import { RULE_NAMES } from "../../policy/rules/index.ts";
import { readSettings, settingsFor } from "../../policy/settings.ts";
import { policyStack } from "../../policy/stack.ts";
import type { PolicyFinding } from "../../preview/finding.ts";

/** What the working tree's policies say of a stack, whichever revision declares it. */
export function policyFindings(graph: Graph, stack: string, load: DeclaredLoad | undefined): readonly PolicyFinding[] {
  const settings = settingsFor(stack, readSettings(RULE_NAMES));
  return evaluate(policyStack(graph, stack, monthlyUsd(graph, load, SERVICE_TIMES)), settings);
}
