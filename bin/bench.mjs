// `npm run bench -- NAME`: the measured claims.
import { fileURLToPath } from "node:url";
import { launch } from "./launch.mjs";

launch([
  "--disable-warning=ExperimentalWarning",
  fileURLToPath(new URL("../bench/main.ts", import.meta.url)),
  ...process.argv.slice(2),
]);
