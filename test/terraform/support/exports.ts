import { terraformAnswers } from "../../../cli/terraform/addresses.ts";
import { exportStack } from "../../../cli/terraform/export-stack.ts";
import type { TerraformExport } from "../../../cli/terraform/export-stack.ts";
import type { AwsProvider } from "../../../cli/terraform/substitutions.ts";
import type { RunProgramOptions } from "../../../local/run-program.ts";
import { graphOf } from "../../infra/support/stacks.ts";

/** What exports a stack with fixed code for a version of the AWS provider, from one run of the program. */
export async function exportsOf(
  stack: string,
  options: Omit<RunProgramOptions, "stack"> = {},
): Promise<(awsProvider: AwsProvider) => TerraformExport> {
  const { graph } = await graphOf(stack, { ...options, mode: "preview", answers: terraformAnswers });
  return (awsProvider) => exportStack(graph, awsProvider);
}
