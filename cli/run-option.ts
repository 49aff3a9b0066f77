import { type Command, Option } from "commander";

/** `--run DIR`: which run of the local cloud is meant. */
export function runOption(): Option {
  return new Option("--run <dir>", "folder of a run of the local cloud").default(".sluice/latest");
}

/** Command line of a command that works on a local run or a deployed stack. */
export interface CloudOptions {
  readonly run: string;
  readonly stack?: string;
}

/** Adds `--run DIR` and `--stack NAME`. */
export function cloudOptions(command: Command): Command {
  return command
    .addOption(runOption())
    .addOption(new Option("--stack <name>", "the deployed stack of stacks/Pulumi.<name>.yaml").conflicts("run"));
}

/** Which of the two is meant: a stack that is named, or else the run. */
export function cloudOf({ run, stack }: CloudOptions): { readonly run: string } | { readonly stack: string } {
  return stack === undefined ? { run } : { stack };
}
