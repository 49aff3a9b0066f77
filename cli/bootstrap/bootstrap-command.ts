/** The action of `sluice bootstrap`. */
import { createInterface } from "node:readline/promises";
import type { Terminal } from "../command.ts";
import { configOfStack } from "../connect/facts-of-stack.ts";
import { CommandError, UsageError } from "../errors.ts";
import { UnknownRightsError } from "./aws-policy.ts";
import { awsPlan } from "./aws-plan.ts";
import type { Cloud } from "./afterwards.ts";
import { googlePlan } from "./google-plan.ts";
import { repositoryOf } from "./names.ts";
import { neededSteps, takeSteps } from "./run-plan.ts";
import { type Plan, script, shellLine } from "./step.ts";

/** What the command line asks for. */
export interface BootstrapOptions {
  readonly stack: string;
  /** `OWNER/NAME` or `OWNER@ID/NAME@ID`. */
  readonly repository: string;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

/** Code stands still here: rights follow from what is declared, not from what a function does. */
const NO_CODE = { has: () => true, bundle: () => ({ code: "export const handler = 0;" }) };

/** The plan of a stack. Rejects with a UsageError for a stack that is not there, `local`, or one whose rights are not known. */
export async function planOf(cloud: Cloud, { stack, repository }: BootstrapOptions): Promise<Plan> {
  const config = configOfStack(stack);
  if (stack === "local") throw new UsageError("stack local is in no account");
  const { runProgram } = await import("../../local/run-program.ts");
  const { graph } = await runProgram({ stack, functions: NO_CODE });
  try {
    return (cloud === "aws" ? awsPlan : googlePlan)(config, graph, repositoryOf(repository));
  } catch (error) {
    if (error instanceof UnknownRightsError) throw new UsageError(error.message, { cause: error });
    throw error;
  }
}

/** Makes what a stack's account needs, or says it. */
export async function bootstrap(cloud: Cloud, options: BootstrapOptions, terminal: Terminal): Promise<void> {
  await carryOut(await planOf(cloud, options), options, terminal);
}

/** Prints a plan, or looks what of it is missing and makes that after a yes. */
export async function carryOut(
  plan: Plan,
  options: Pick<BootstrapOptions, "dryRun" | "yes">,
  { stdout }: Terminal,
): Promise<void> {
  const say = (line: string): void => void stdout.write(`${line}\n`);
  if (options.dryRun === true) {
    stdout.write(script(plan));
    return;
  }
  const needed = await neededSteps(plan, say);
  if (needed.length === 0) {
    say("Nothing is missing.");
  } else {
    say("\nTo be run:");
    for (const command of needed.flatMap(({ commands }) => commands)) say(`  ${shellLine(command)}`);
    if (options.yes !== true && !(await confirmed(stdout))) {
      throw new CommandError("not confirmed: nothing was changed", { hint: "--yes runs them without asking." });
    }
    await takeSteps(needed, say);
  }
  for (const line of ["", ...plan.afterwards]) say(line);
}

/** Asks a person; where nobody can answer, that is a no. */
async function confirmed(stdout: NodeJS.WritableStream): Promise<boolean> {
  if (!process.stdin.isTTY) return false;
  const lines = createInterface({ input: process.stdin, output: stdout });
  try {
    return /^y(es)?$/i.test((await lines.question("Run them? [y/N] ")).trim());
  } finally {
    lines.close();
  }
}
