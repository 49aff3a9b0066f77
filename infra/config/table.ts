/** docs/configuration.md, made from the validator's own schema and rules. Pure. */
import { z } from "zod";
import { NAME_RULE } from "../names.ts";
import { FIELDS, type FieldInfo } from "./fields.ts";
import { markdownTable } from "./markdown-table.ts";
import { NAMESPACE } from "./parse.ts";
import { RULES } from "./rules/index.ts";
import { SCHEMA } from "./schema.ts";
import { container } from "./walk.ts";

/** One setting, as the table shows it. */
export interface Setting {
  /** Below `sluice:`, with `<name>` for the name of a map's entry: `backends.<name>.memoryMb`. */
  readonly key: string;
  readonly type: string;
  readonly default: string;
  readonly rule: string;
  readonly meaning: string;
}

/** A section that each stack has is no setting itself; an optional one and a map are, with what is in them below. */
function settingsOf(schema: z.ZodType, key: string): Setting[] {
  const inner = container(schema);
  const info = FIELDS.get(schema);
  const own = info === undefined ? [] : [settingOf(key, info)];
  const entry = inner instanceof z.ZodRecord ? container(inner.valueType as z.ZodType) : inner;
  if (!(entry instanceof z.ZodObject)) return own;
  const parent = entry === inner ? key : `${key}.<name>`;
  const children = Object.entries(entry.shape);
  return [
    ...own,
    ...children.flatMap(([name, child]) => settingsOf(child, parent === "" ? name : `${parent}.${name}`)),
  ];
}

function settingOf(key: string, { type, default: defaultText = "required", rule, names, meaning }: FieldInfo): Setting {
  return { key, type, default: defaultText, rule: names === undefined ? rule : `${rule}; names: ${names}`, meaning };
}

/** Every setting, in the schema's order. */
export function settings(): readonly Setting[] {
  return settingsOf(SCHEMA, "");
}

/** The table of all settings, in Markdown: key, type, default, rule, meaning. */
export function configurationTable(): string {
  const rows = settings().map((setting) => [
    `\`${setting.key}\``,
    setting.type,
    setting.default,
    setting.rule,
    setting.meaning,
  ]);
  return markdownTable([["setting", "type", "default", "rule", "meaning"], ...rows]);
}

const README_TABLE =
  /(?<=<!-- settings: written by infra\/config\/write-docs.ts -->\n\n)[\s\S]*?(?=\n\n<!-- end of settings -->)/;

/** The README with its table of settings as it is now: key, default, meaning. Throws an Error if the README has no place for it. */
export function withSettings(readme: string): string {
  if (!README_TABLE.test(readme)) throw new Error("README.md has no place for the table of settings");
  const rows = settings().map((setting) => [`\`${setting.key}\``, setting.default, setting.meaning]);
  return readme.replace(README_TABLE, () => markdownTable([["setting", "default", "meaning"], ...rows]));
}

/** The whole text of docs/configuration.md. */
export function configurationPage(): string {
  return `# Configuration

One file for each environment, \`stacks/Pulumi.<environment>.yaml\`; the stack's name is the environment.
Names of projects and environments: ${NAME_RULE}.
All settings stand below \`config:\`, each section as \`${NAMESPACE}:<section>\`; what is left out has its default. The shortest file:

\`\`\`yaml
config:
  sluice:aws:
    accountId: "123456789012"
    region: us-east-1
  sluice:google:
    projectId: example-sluice-dev
    projectNumber: "123456789012"
  sluice:backends:
    archive:
      grants: [archive-bucket-write]
    warehouse:
      grants: [google-warehouse-write]
\`\`\`

From the command line: \`pulumi config set --path 'sluice:stream.shardCount' 4\`. A text that must not be read, such as a variable in
\`backends.<name>.environment\`, is set with \`--secret\`: see [engine.md](engine.md#secrets).

Everything is checked before any resource is made, and every problem is reported at once: field, value, rule, fix. A key
that is not in this table is an error, at every level. Beside \`config\`, a file may hold Pulumi's own \`encryptionsalt\`,
\`secretsprovider\` and \`encryptedkey\`. Settings of other namespaces are refused, \`aws:\` and \`gcp:\` too: the program makes
its own providers from \`sluice:aws\` and \`sluice:google\`.

## Settings

${configurationTable()}

## Rules between settings

${RULES.map((rule) => `- ${rule.text}`).join("\n")}

## Switching fan-out on or off

A mapping's event source cannot change, so a switch makes a new mapping, and a new one would read the whole retention
again. So a switch is written down with the time to go on from:

1. Disable the mapping (docs/operations.md, "Pause and resume a backend") and note when the last record was delivered: now − iterator age.
2. Flip \`fanOut\`, append that time to \`fanOutSwitches\`, and leave \`createdWithFanOut\` as it is.
3. \`pulumi up\`. The new mapping starts a margin before that time; records delivered twice have the same record id.

## This page

Written from the validator by \`node infra/config/write-docs.ts\` (Node 22.18 or newer); a test compares them.
`;
}
