/** Writes docs/policy.md anew from the rules and policy/policy.yaml: `node policy/write-docs.ts`, then `npm run format`. */
import { writeFileSync } from "node:fs";
import { policyPage } from "./docs-page.ts";
import { RULE_NAMES } from "./rules/index.ts";
import { readSettings } from "./settings.ts";

writeFileSync(new URL("../docs/policy.md", import.meta.url), policyPage(readSettings(RULE_NAMES)));
