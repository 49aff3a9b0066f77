/** Every stack of the repository against the rules, as it is deployed. */
import { runProgram } from "../../../local/run-program.ts";
import { evaluate } from "../../../policy/evaluate.ts";
import { monthlyUsd } from "../../../policy/priced.ts";
import { RULE_NAMES } from "../../../policy/rules/index.ts";
import { readSettings, settingsFor } from "../../../policy/settings.ts";
import { policyStack } from "../../../policy/stack.ts";
import { SERVICE_TIMES } from "../../../model/service-times.ts";

const settings = readSettings(RULE_NAMES);

it.each(["local", "dev", "staging", "production"])("nothing is found in the stack %s", async (environment) => {
  const { graph, config } = await runProgram({ stack: environment });
  const usd = monthlyUsd(graph, config.load, SERVICE_TIMES);
  expect(usd).toBeGreaterThan(0);
  expect(evaluate(policyStack(graph, environment, usd), settingsFor(environment, settings))).toEqual([]);
});
