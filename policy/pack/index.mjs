/**
 * The rules as Pulumi's engine runs them: `pulumi preview --policy-pack policy/pack`. Starts a server; nothing else imports it.
 * Plain JavaScript: the SDK hands a TypeScript entry to ts-node, which cannot read this tree.
 */
import { PolicyPack } from "@pulumi/policy";
import { RULES, RULE_NAMES } from "../rules/index.ts";
import { readSettings } from "../settings.ts";
import { enginePolicies } from "./engine-policies.ts";

const settings = readSettings(RULE_NAMES);

// The SDK reads the pack's package.json from where the process is.
process.chdir(import.meta.dirname);
new PolicyPack("sluice", { policies: RULES.flatMap((rule) => enginePolicies(rule, settings)) });
