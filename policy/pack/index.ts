/** The rules as Pulumi's engine runs them: `pulumi preview --policy-pack policy/pack`. Starts a server; nothing else imports it. */
import { fileURLToPath } from "node:url";
import * as pulumi from "@pulumi/pulumi";
import { PolicyPack } from "@pulumi/policy";
import { loadConfigFromPulumi } from "../../infra/config.ts";
import { RULES, RULE_NAMES } from "../rules/index.ts";
import { readSettings, settingsFor } from "../settings.ts";
import { enginePolicy } from "./engine-policy.ts";

const environment = pulumi.getStack();
const settings = settingsFor(environment, readSettings(RULE_NAMES));
const { load } = loadConfigFromPulumi(fileURLToPath(new URL("../..", import.meta.url)));

new PolicyPack("sluice", { policies: RULES.map((rule) => enginePolicy(rule, { environment, settings, load })) });
