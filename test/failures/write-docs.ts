/** Writes docs/failures.md from the classes: `node test/failures/write-docs.ts`. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { failuresPage } from "./page.ts";

writeFileSync(join(import.meta.dirname, "../../docs/failures.md"), failuresPage());
