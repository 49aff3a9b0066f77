/** Writes the list of behaviours into docs/local-cloud.md: `node test/event-source/fidelity/write-docs.ts`. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { withBehaviours } from "./page.ts";

const page = join(import.meta.dirname, "../../../docs/local-cloud.md");
writeFileSync(page, withBehaviours(readFileSync(page, "utf8")));
