/** Writes docs/costs.md from the model: `node cli/cost/write-docs.ts`. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { costsPage } from "./docs-page.ts";

writeFileSync(join(import.meta.dirname, "../../docs/costs.md"), costsPage());
