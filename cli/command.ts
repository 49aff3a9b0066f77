import type { Command } from "commander";

/** What the command writes to; a process has it. */
export interface Terminal {
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream;
}

/** What a command's action is given besides its own arguments. */
export interface CommandContext extends Terminal {
  /** To be set by an action that ends otherwise than well without an error. */
  exitCode: number;
}

/** Adds a command; its action loads what it needs only when it runs, so that `--help` stays fast. */
export type Register = (program: Command, context: CommandContext) => void;
