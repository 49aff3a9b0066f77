// `npm run simulate -- --seeds N`: the consumers and the event source mapping under injected faults, on a virtual clock.
import { fileURLToPath } from "node:url";
import { launch } from "./launch.mjs";

launch([
  "--disable-warning=ExperimentalWarning",
  fileURLToPath(new URL("../simulation/main.ts", import.meta.url)),
  ...process.argv.slice(2),
]);
