/** Entry of the `sluice` command; `bin/sluice.mjs` starts it on the right Node. */
import { runCommandLine } from "./program.ts";

process.exitCode = await runCommandLine(process.argv.slice(2), process);
