/** Writes the list of classes into docs/hostile-input.md: `node test/hostile/write-docs.ts`. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { withClasses } from "./page.ts";

const page = join(import.meta.dirname, "../../docs/hostile-input.md");
writeFileSync(page, withClasses(readFileSync(page, "utf8")));
