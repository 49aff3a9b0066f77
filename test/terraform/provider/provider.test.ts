import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { TerraformConfiguration, TerraformExport } from "../../../cli/terraform/export-stack.ts";
import { filesOf } from "../../../cli/terraform/terraform-command.ts";
import { reference, template } from "../../../cli/terraform/references.ts";
import { STACKS } from "../../infra/support/stacks.ts";
import { EVERYTHING } from "../support/everything.ts";
import { exportsOf } from "../support/exports.ts";
import { byAddress } from "../support/pulumis-terms.ts";
import { awsHalf } from "./aws-half.ts";
import { startCallerIdentity } from "./caller-identity.ts";
import type { CallerIdentity } from "./caller-identity.ts";
import { notPlanned } from "./planned.ts";
import { openTerraform } from "./terraform.ts";
import type { TerraformFolder } from "./terraform.ts";

let terraform: TerraformFolder;
let sts: CallerIdentity;
let accountId = "";
beforeAll(async () => {
  terraform = await openTerraform();
  sts = await startCallerIdentity(() => accountId);
});
afterAll(async () => {
  terraform?.close();
  await sts?.close();
});

const credentials = () => ({ AWS_ACCESS_KEY_ID: "none", AWS_SECRET_ACCESS_KEY: "none", AWS_ENDPOINT_URL_STS: sts.url });

/** Writes the AWS half of an export; gives its configuration. */
function write(exported: TerraformExport, imports?: Parameters<typeof filesOf>[1]): TerraformConfiguration {
  const main = awsHalf(exported.main);
  const files = Object.fromEntries(filesOf(exported, imports));
  const terraformBlock = { required_providers: { aws: { source: "hashicorp/aws", version: "~> 5.100" } } };
  const versions = JSON.stringify({ terraform: terraformBlock });
  terraform.write({ ...files, "main.tf.json": JSON.stringify(main), "versions.tf.json": versions });
  accountId = (main.provider["aws"]!["allowed_account_ids"] as string[])[0]!;
  return main;
}

/** Terraform's own arguments, which a plan does not show, and what a file's hash comes to. */
const NOT_SHOWN = ["depends_on", "lifecycle", "source_code_hash", "filename"];

const VARIANTS = [
  ...STACKS.map((stack) => ({ title: stack, stack, options: {} })),
  { title: "a stack that declares everything", stack: "production", options: EVERYTHING },
];

test.each(VARIANTS)(
  "$title: the real provider accepts it, and plans to make all of it as declared",
  async (variant) => {
    const main = write((await exportsOf(variant.stack, variant.options))("5"));
    expect(await terraform.validate()).toEqual([]);

    const plan = await terraform.plan(credentials());
    const planned = new Map(plan.map((resource) => [resource.address, resource]));
    const declared = byAddress(main);
    expect([...planned.keys()].sort()).toEqual([...declared.keys()].sort());
    expect(plan.filter(({ actions }) => actions.join() !== "create")).toEqual([]);
    const different = [...declared].flatMap(([address, properties]) => {
      const shown = Object.entries(properties).filter(([key]) => !NOT_SHOWN.includes(key));
      return notPlanned(Object.fromEntries(shown), planned.get(address)!.after, address);
    });
    expect(different).toEqual([]);
    // Nothing was asked but whose credentials these are.
    expect(new Set(sts.asked)).toEqual(new Set(["GetCallerIdentity"]));
  },
);

test("credentials of another account are refused before anything is planned", async () => {
  write((await exportsOf("dev"))("5"));
  accountId = "999999999999";
  await expect(terraform.plan(credentials())).rejects.toThrow("AWS account ID not allowed: 999999999999");
});

test("with the override of docs/terraform.md a plan needs no account", async () => {
  write((await exportsOf("dev"))("5"));
  const page = readFileSync(join(__dirname, "../../../docs/terraform.md"), "utf8");
  const override = /```json\n(.*?)```/s.exec(page)![1]!;
  const asked = sts.asked.length;
  terraform.write({ "no_account_override.tf.json": override });
  try {
    expect((await terraform.plan({})).length).toBeGreaterThan(40);
  } finally {
    terraform.write({ "no_account_override.tf.json": undefined });
  }
  expect(sts.asked).toHaveLength(asked);
});

test("Terraform reads a template as the program meant it, whatever stands around its references", async () => {
  const name = reference("local.name");
  const texts = [
    "$",
    "%",
    "${",
    "%{",
    "$${x}",
    "$$${x}",
    "%%{if}",
    `$${name}`,
    `$$${name}$`,
    `%${name}%{`,
    `\\"${name}{`,
  ];
  const main = { locals: { name: "N" }, output: { texts: { value: texts.map(template) } } };
  terraform.write({ "main.tf.json": JSON.stringify(main) });
  expect(await terraform.planOutputs()).toEqual({ texts: texts.map((text) => text.replace(name, "N")) });
});

test("import blocks are valid, each for a resource that is there", async () => {
  const exported = (await exportsOf("dev"))("5");
  const addresses = [...exported.addresses.values()].filter((address) => address.startsWith("aws_"));
  const blocks = addresses.map((to) => ({ to, id: `id-of-${to}` }));
  write(exported, { blocks, missing: [], left: [] });
  try {
    expect(await terraform.validate()).toEqual([]);
  } finally {
    terraform.write({ "imports.tf.json": undefined });
  }
});

test.each([
  [
    "a property that the provider does not have",
    "aws_kinesis_stream",
    { max_record_size_in_kib: 1024 },
    "Extraneous JSON object property",
  ],
  [
    "a runtime that it does not know",
    "aws_lambda_function",
    { runtime: "nodejs24.x" },
    "expected runtime to be one of",
  ],
  [
    "a reference to nothing",
    "aws_sns_topic",
    { name: "${aws_sns_topic.none.name}" },
    "Reference to undeclared resource",
  ],
])("%s is found", async (_, type, properties, summary) => {
  const exported = (await exportsOf("dev"))("5");
  const [name, own] = Object.entries(exported.main.resource[type]!)[0]!;
  const resource = { ...exported.main.resource, [type]: { [name]: { ...own, ...properties } } };
  write({ ...exported, main: { ...exported.main, resource } });
  expect(JSON.stringify(await terraform.validate())).toContain(summary);
});
