import { terraformAnswers } from "../../../cli/terraform/addresses.ts";
import { exportStack } from "../../../cli/terraform/export-stack.ts";
import type { TerraformExport } from "../../../cli/terraform/export-stack.ts";
import { AWS_PROVIDERS } from "../../../cli/terraform/substitutions.ts";
import type { AwsProvider } from "../../../cli/terraform/substitutions.ts";
import type { RunProgramOptions } from "../../../local/run-program.ts";
import { graphOf } from "../../infra/support/stacks.ts";

/** The exports of a stack with fixed code for each version of the AWS provider, from one run of the program. */
export async function exportsOf(
  stack: string,
  options: Omit<RunProgramOptions, "stack"> = {},
): Promise<Readonly<Record<AwsProvider, TerraformExport>>> {
  const { graph } = await graphOf(stack, { ...options, mode: "preview", answers: terraformAnswers });
  const exported = AWS_PROVIDERS.map((provider) => [provider, exportStack(graph, provider)]);
  return Object.fromEntries(exported) as Record<AwsProvider, TerraformExport>;
}
