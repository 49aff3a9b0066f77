/** Entry of the `sluice` command; `bin/sluice.mjs` starts it on the right Node. */
import { codeOf } from "./errors.ts";
import { runCommandLine } from "./program.ts";

// A reader that goes away (`| head`) is no error: what it does not want to see is not printed, and all else goes on.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error) => {
    if (codeOf(error) !== "EPIPE") throw error;
  });
}
process.exitCode = await runCommandLine(process.argv.slice(2), process);
