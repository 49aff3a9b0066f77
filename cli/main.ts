/** Entry of the `sluice` command; `bin/sluice.mjs` starts it on the right Node. */
import { enableCompileCache } from "node:module";
import { join } from "node:path";

// Compiled code of Pulumi's and the clouds' SDKs, kept between runs: a fifth of a short run's processor time.
enableCompileCache(join(import.meta.dirname, "..", "node_modules", ".cache", "sluice"));
const { runCommandLine } = await import("./program.ts");

process.exitCode = await runCommandLine(process.argv.slice(2), process);
