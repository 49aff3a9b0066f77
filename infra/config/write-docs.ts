/** Writes docs/configuration.md and the README's table of settings from the validator: `node infra/config/write-docs.ts`. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { configurationPage, withSettings } from "./table.ts";

const root = join(import.meta.dirname, "../..");
writeFileSync(join(root, "docs/configuration.md"), configurationPage());
const readme = join(root, "README.md");
writeFileSync(readme, withSettings(readFileSync(readme, "utf8")));
