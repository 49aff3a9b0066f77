import { readFileSync } from "node:fs";
import { join } from "node:path";
import { UsageError } from "../../cli/errors.ts";
import { SUBSTITUTIONS, substitute } from "../../cli/terraform/substitutions.ts";

const PROVIDER = { region: "us-east-1" };
const changed = (type: string, properties: Record<string, unknown>) =>
  substitute({ type, name: "it", properties }, PROVIDER);

test.each([
  [
    "aws_lambda_function",
    { runtime: "nodejs24.x", timeout: 60 },
    { runtime: "nodejs22.x", timeout: 60 },
    "runtime nodejs24.x → nodejs22.x",
  ],
  ["aws_sns_topic", { region: "us-east-1", name: "a" }, { name: "a" }, "region left out"],
  ["aws_kinesis_stream", { max_record_size_in_kib: 1024, name: "a" }, { name: "a" }, "max_record_size_in_kib left out"],
  ["aws_kinesis_stream_consumer", { tags: { backend: "a" }, name: "a" }, { name: "a" }, "tags left out"],
])("%s: %j becomes %j", (type, properties, expected, change) => {
  expect(changed(type, properties)).toEqual({ properties: expected, changes: [`${type}.it: ${change}`] });
});

test.each([
  ["aws_lambda_function", { runtime: "nodejs22.x" }],
  ["google_bigquery_dataset", { region: "us-east-1" }],
  ["aws_sns_topic", { tags: { backend: "a" }, max_record_size_in_kib: 1024, runtime: "nodejs24.x" }],
])("%s: %j stays as it is", (type, properties) => {
  expect(changed(type, properties)).toEqual({ properties, changes: [] });
});

test.each([
  [
    "aws_kinesis_stream",
    { max_record_size_in_kib: 2048 },
    "aws_kinesis_stream.it: max_record_size_in_kib is 2048, and without it would be 1024; hashicorp/aws 5 does not have the property",
  ],
  [
    "aws_sns_topic",
    { region: "eu-west-1" },
    "aws_sns_topic.it: region is eu-west-1, and without it would be the provider's, us-east-1; hashicorp/aws 5 does not have the property",
  ],
])("%s: %j is refused by name", (type, properties, message) => {
  expect(() => changed(type, properties)).toThrow(new UsageError(message));
});

test("docs/terraform.md has every substitution", () => {
  const page = readFileSync(join(__dirname, "../../docs/terraform.md"), "utf8").replaceAll(/ +/g, " ");
  const rows = SUBSTITUTIONS.map(({ type, property, rule }) => `| \`${type}\` | \`${property}\` | ${rule} |`);
  expect(rows.filter((row) => !page.includes(row))).toEqual([]);
  expect(page.match(/^\| `aws_[^|]*\|[^|]*\|[^|]*\|$/gm)).toHaveLength(SUBSTITUTIONS.length);
});
