import type { Command } from "commander";

/** A bench: adds its command, with its own options, to `npm run bench -- NAME`. Each one checks what it measured. */
export type RegisterBench = (program: Command) => void;
