/** docs/policy.md, from the rules themselves. Pure. */
import { markdownTable } from "../infra/config/markdown-table.ts";
import { RULES } from "./rules/index.ts";
import { type PolicySettings, settingsFor } from "./settings.ts";

const HEAD = `# Policy

Rules that every stack is held to, before anything is deployed. They are pure functions over what the program declares (\`policy/rules/\`), and run in
three places: in \`sluice preview\`, in the tests, and in Pulumi's own engine:

    pulumi preview --stack production --policy-pack policy/pack
    pulumi up --stack production --policy-pack policy/pack

\`policy/policy.yaml\` says which rules bind which environment, and their bounds. _mandatory_ stops a deployment, _advisory_ is only said,
_off_ is not looked at. A stack that the file does not name has the defaults. A finding names the rule, the resource, what is wrong and
what to write instead.

In the engine's own preview of a stack that does not exist yet, a rule that needs a value which only the cloud knows is skipped with a notice; \`up\` runs it.
The budget is priced at the stack's declared load (\`sluice:load\`); the engine does not tell it, and there it is half of what the shards take.

`;

/** The whole page, unformatted. */
export function policyPage(settings: PolicySettings): string {
  return `${HEAD}${levelTable(settings)}\n\n${RULES.map(section).join("\n\n")}\n`;
}

function levelTable(settings: PolicySettings): string {
  const environments = ["other stacks", ...Object.keys(settings.environments)];
  const rows = RULES.map(({ name }) => [
    `[${name}](#${name})`,
    ...environments.map((environment) => settingsFor(environment, settings).levelOf(name)),
  ]);
  return markdownTable([["rule", ...environments], ...rows]);
}

function section({ name, description, why, fix, link }: (typeof RULES)[number]): string {
  return `## ${name}\n\n${description} ${why}\n\nCure: ${fix}. See <${link}>.`;
}
