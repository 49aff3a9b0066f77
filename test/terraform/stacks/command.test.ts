import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { managed } from "../support/pulumis-terms.ts";
import { declared } from "../../infra/support/stacks.ts";
import { sluiceHere } from "../../support/run-sluice.ts";

let folder: string;
const limit = Error.stackTraceLimit;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "sluice-terraform-"));
  // Pulumi takes a trace with every resource and output: see test/infra/support/stacks.ts.
  Error.stackTraceLimit = 0;
});
afterAll(() => {
  Error.stackTraceLimit = limit;
  rmSync(folder, { recursive: true });
});

const FILES = ["archive-function.zip", "main.tf.json", "versions.tf.json", "warehouse-function.zip"];
const contents = (out: string) =>
  readdirSync(out).map((file) => [file, readFileSync(join(out, file)).toString("base64")]);

test("it writes configuration and zip files, says what differs, and the same bytes again", async () => {
  const [one, other] = [join(folder, "deep/one"), join(folder, "other")];
  const { code, out, err } = await sluiceHere("terraform", "--stack", "production", "--out", one);
  expect({ code, err }).toEqual({ code: 0, err: "" });
  expect(out.replaceAll(folder, "TMP").split("\n")).toEqual([
    expect.stringMatching(
      /^\d+ resources in TMP\/deep\/one: main\.tf\.json, versions\.tf\.json, archive-function\.zip, warehouse-function\.zip$/,
    ),
    "Differs from the program, for the sake of the AWS provider's version:",
    "  aws_kinesis_stream.player_log_stream: max_record_size_in_kib left out",
    "  aws_kinesis_stream_consumer.archive_fan_out: tags left out",
    "  aws_kinesis_stream_consumer.warehouse_fan_out: tags left out",
    "  aws_lambda_function.archive_function: runtime nodejs24.x → nodejs22.x",
    "  aws_lambda_function.warehouse_function: runtime nodejs24.x → nodejs22.x",
    "",
  ]);
  expect(readdirSync(one).sort()).toEqual(FILES);
  expect((await sluiceHere("terraform", "--stack", "production", "--out", other)).code).toBe(0);
  expect(contents(other)).toEqual(contents(one));
});

test("with a state it writes an import block for each deployed resource", async () => {
  const { graph } = await declared("dev");
  const out = join(folder, "imports");
  const state = join(folder, "state.json");
  const resources = managed(graph).map(({ urn, type, id, outputs }) => ({ urn, type, id, outputs, custom: true }));
  const [first, ...deployed] = resources;
  writeFileSync(state, JSON.stringify({ version: 3, deployment: { resources: deployed } }));
  const args = ["--stack", "dev", "--out", out, "--aws-provider", "6", "--import", state];
  const { code, out: printed } = await sluiceHere("terraform", ...args);
  expect(code).toBe(0);
  expect(printed.split("\n").slice(1)).toEqual([
    `${deployed.length} resources will be imported.`,
    "Not deployed yet: Terraform will make:",
    expect.stringContaining(first!.urn.split("::").at(-1)!.replaceAll("-", "_")),
    "",
  ]);
  expect(readdirSync(out).sort()).toEqual([...FILES, "imports.tf.json"].sort());
  const { import: blocks } = JSON.parse(readFileSync(join(out, "imports.tf.json"), "utf8")) as { import: unknown[] };
  expect(blocks).toHaveLength(deployed.length);
  expect(blocks).toContainEqual({ to: "aws_kinesis_stream.player_log_stream", id: "sluice-dev-player-log" });
});

test.each([
  [
    ["--stack", "nowhere", "--out", "x"],
    "sluice: there is no stack nowhere: stacks/Pulumi.nowhere.yaml does not exist\n",
  ],
  [["--stack", "dev"], "sluice: required option '--out <folder>' not specified\n"],
  [
    ["--stack", "dev", "--out", "x", "--aws-provider", "4"],
    "sluice: option '--aws-provider <major>' argument '4' is invalid. Allowed choices are 5, 6.\n",
  ],
  [["--stack", "dev", "--out", "x", "--import", "no-such.json"], "sluice: no-such.json cannot be read: "],
])("%j is an error of the command line, and nothing is written", async (args, message) => {
  const { code, err, out } = await sluiceHere("terraform", ...args);
  expect({ code, out }).toEqual({ code: 2, out: "" });
  expect(err.slice(0, message.length)).toBe(message);
});
