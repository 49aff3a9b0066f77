import type { RunProgramOptions } from "../../../local/run-program.ts";
import type { TerraformExport } from "../../../cli/terraform/export-stack.ts";
import type { AwsProvider } from "../../../cli/terraform/substitutions.ts";
import { declaredExport } from "../../../cli/terraform/terraform-command.ts";
import { FIXED_FUNCTIONS } from "../../infra/support/stacks.ts";

/** The export of a stack with fixed code; stack traces left off as in test/infra. */
export async function exportOf(
  stack: string,
  awsProvider: AwsProvider = "5",
  options: Omit<RunProgramOptions, "stack"> = {},
): Promise<TerraformExport> {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    return await declaredExport(stack, awsProvider, { functions: FIXED_FUNCTIONS, ...options });
  } finally {
    Error.stackTraceLimit = limit;
  }
}
