import { Command } from "commander";
import type { RegisterBench } from "./bench.ts";
import { registerCage } from "./cage/cage-bench.ts";
import { registerFuzz } from "./fuzz/fuzz.ts";
import { registerIsolation } from "./isolation/isolation.ts";

/** One folder under `bench/` and one line here for each bench. */
const BENCHES: readonly RegisterBench[] = [registerCage, registerFuzz, registerIsolation];

const program = new Command("npm run bench --")
  .description("Measures what Sluice claims; every bench checks what it measured and exits with 1 if that is wrong.")
  .showHelpAfterError();
for (const register of BENCHES) register(program);
await program.parseAsync();
