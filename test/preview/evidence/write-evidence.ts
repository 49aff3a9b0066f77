/**
 * Asks the real AWS provider what a change of each input does: plans every change of changes.ts against a state made by hand, without an account, and
 * writes aws-replacements.json. `TF_CLI_CONFIG_FILE=… node test/preview/evidence/write-evidence.ts` (Node 22.18 or newer), with `terraform` on PATH.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CHANGES } from "./changes.ts";

const VERSION = "5.100.0";
const PROVIDER = 'provider["registry.terraform.io/hashicorp/aws"]';

interface Case {
  readonly type: string;
  readonly input: string;
  readonly terraform: string;
  readonly base: Readonly<Record<string, unknown>>;
  readonly defaults: Readonly<Record<string, unknown>> | undefined;
  readonly changed: Readonly<Record<string, unknown>>;
}

const cases = Object.entries(CHANGES).flatMap(([type, { terraform, base, defaults, changes }]): Case[] =>
  Object.entries(changes).map(([input, values]) => {
    const changed = { ...base, ...values };
    return { type, input, terraform, base, defaults, changed };
  }),
);

const nameOf = (index: number): string => `r${index}`;

const configuration = {
  terraform: { required_providers: { aws: { source: "hashicorp/aws", version: VERSION } } },
  provider: {
    aws: {
      ...{ region: "us-east-1", access_key: "x", secret_key: "x", skip_credentials_validation: true },
      ...{ skip_requesting_account_id: true, skip_metadata_api_check: true, skip_region_validation: true },
    },
  },
  resource: Object.fromEntries(
    [...new Set(cases.map(({ terraform }) => terraform))].map((terraform) => [
      terraform,
      Object.fromEntries(
        cases.flatMap((each, index) => (each.terraform === terraform ? [[nameOf(index), each.changed]] : [])),
      ),
    ]),
  ),
};

const state = {
  ...{ version: 4, terraform_version: "1.11.0", serial: 1, lineage: "evidence", outputs: {} },
  resources: cases.map(({ terraform, base, defaults }, index) => ({
    ...{ mode: "managed", type: terraform, name: nameOf(index), provider: PROVIDER },
    instances: [{ schema_version: 0, attributes: { id: "x", ...defaults, ...base }, sensitive_attributes: [] }],
  })),
};

const folder = mkdtempSync(join(tmpdir(), "sluice-evidence-"));
try {
  writeFileSync(join(folder, "main.tf.json"), JSON.stringify(configuration));
  writeFileSync(join(folder, "terraform.tfstate"), JSON.stringify(state));
  const terraform = (...args: string[]) =>
    execFileSync("terraform", args, {
      cwd: folder,
      encoding: "utf8",
      maxBuffer: 1 << 28,
      stdio: ["ignore", "pipe", "inherit"],
    });
  terraform("init", "-input=false", "-no-color");
  terraform("plan", "-refresh=false", "-input=false", "-no-color", "-out=plan", "-lock=false");
  const plan = JSON.parse(terraform("show", "-json", "plan")) as Plan;
  const found = new Map(plan.resource_changes.map(({ name, change }) => [name, change]));
  const evidence = cases.map(({ type, input, terraform }, index) => {
    const { actions, replace_paths = [] } = found.get(nameOf(index))!;
    return { type, input, terraform, actions, replacePaths: replace_paths.map((path) => path.join(".")).sort() };
  });
  const path = join(import.meta.dirname, "aws-replacements.json");
  writeFileSync(path, `${JSON.stringify({ provider: `hashicorp/aws ${VERSION}`, evidence }, undefined, 2)}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

interface Plan {
  readonly resource_changes: readonly {
    readonly name: string;
    readonly change: { readonly actions: readonly string[]; readonly replace_paths?: readonly (string | number)[][] };
  }[];
}
