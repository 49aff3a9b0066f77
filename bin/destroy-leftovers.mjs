// `npm run test:cloud:destroy-leftovers`: what cloud tests have left in somebody's account.
import { fileURLToPath } from "node:url";
import { launch } from "./launch.mjs";

launch([
  "--disable-warning=ExperimentalWarning",
  fileURLToPath(new URL("../test/cloud/destroy-leftovers.ts", import.meta.url)),
]);
