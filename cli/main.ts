/** Entry of the `sluice` command; `bin/sluice.mjs` starts it on the right Node. */
import { tolerateGoneReaders } from "./gone-readers.ts";
import { runCommandLine } from "./program.ts";

tolerateGoneReaders(process.stdout, process.stderr);
process.exitCode = await runCommandLine(process.argv.slice(2), process);
