/** Finds out which steps are needed, and takes them. */
import { spawn } from "node:child_process";
import { CommandError, UsageError, codeOf } from "../errors.ts";
import { type Command, type Plan, type Step, shellLine } from "./step.ts";

/** How a command ended. */
interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** A step that is needed, and by which commands. */
export interface Needed {
  readonly step: Step;
  readonly commands: readonly Command[];
}

/** Looks at the account, changing nothing. Rejects with a UsageError for another account, and a CommandError for a check that fails. */
export async function neededSteps({ guard, steps }: Plan, report: (line: string) => void): Promise<readonly Needed[]> {
  const { code, out, err } = await run(guard.command);
  if (code !== 0) throw failed(guard.command, err, "Log in first; nothing was changed.");
  if (out.trim() !== guard.expected) {
    throw new UsageError(`${shellLine(guard.command)} says ${out.trim()}, not ${guard.expected}`, {
      hint: "Log in where the stack is, or correct its stack file; nothing was changed.",
    });
  }
  const needed: Needed[] = [];
  for (const [index, step] of steps.entries()) {
    const state = await stateOf(step);
    report(`${index + 1}. ${step.title}: ${state}`);
    if (state === "not there") needed.push({ step, commands: step.create });
    if (state === "otherwise") needed.push({ step, commands: step.change ?? step.create });
  }
  return needed;
}

async function stateOf(step: Step): Promise<"as it should be" | "otherwise" | "not there"> {
  const { code, out, err } = await run(step.check);
  if (code === 0) return step.isDone(out) ? "as it should be" : "otherwise";
  if (step.absent.test(err)) return "not there";
  throw failed(step.check, err, "Nothing was changed.");
}

/** Takes the steps in order. Rejects with a CommandError at the first command that fails: what was done before stays. */
export async function takeSteps(needed: readonly Needed[], report: (line: string) => void): Promise<void> {
  const variables = new Map<string, string>();
  for (const { step, commands } of needed) {
    for (const command of commands) {
      const args = command.args.map((arg) => variables.get(arg) ?? arg);
      const { code, out, err } = await run({ ...command, args });
      if (code !== 0) throw failed(command, err, "What was done before it stays; run the bootstrap again to go on.");
      if (command.captures !== undefined) variables.set(`$${command.captures}`, out.trim());
    }
    report(`done: ${step.title}`);
  }
}

function failed(command: Command, err: string, hint: string): CommandError {
  return new CommandError(`${shellLine(command)} failed:\n${err.trim()}`, { hint });
}

function run({ program, args }: Command): Promise<Ended> {
  return new Promise((resolve, reject) => {
    // The tool's pager and questions would wait for somebody.
    const env = { ...process.env, AWS_PAGER: "", CLOUDSDK_CORE_DISABLE_PROMPTS: "1" };
    const child = spawn(program, args, { env, stdio: ["ignore", "pipe", "pipe"] });
    const [out, err]: [Buffer[], Buffer[]] = [[], []];
    child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
    child.on("error", (error) => {
      const missing = codeOf(error) === "ENOENT";
      reject(
        missing
          ? new UsageError(`${program} is not on PATH`, {
              hint: "Install the cloud's own command-line tool, or read the commands with --dry-run.",
            })
          : error,
      );
    });
    child.on("close", (code) =>
      resolve({ code, out: Buffer.concat(out).toString(), err: Buffer.concat(err).toString() }),
    );
  });
}
