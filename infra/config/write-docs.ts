/** Writes docs/configuration.md from the validator: `node infra/config/write-docs.ts`. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { configurationPage } from "./table.ts";

writeFileSync(join(import.meta.dirname, "../../docs/configuration.md"), configurationPage());
