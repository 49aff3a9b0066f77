import { graphOf } from "../infra/support/stacks.ts";
import { declaredSide, exportedOutputs, exportedSide } from "./support/comparison.ts";
import { exportsOf } from "./support/exports.ts";
import { EVERYTHING } from "./support/everything.ts";
import { byAddress } from "./support/pulumis-terms.ts";
import { violations } from "./support/schema.ts";

/** What provider 6 has beyond the schemas of provider 5. */
const SINCE_5 = {
  aws_kinesis_stream: { attributes: { max_record_size_in_kib: ["optional", "number"] as const } },
  aws_kinesis_stream_consumer: { attributes: { tags: ["optional", ["map", "string"]] as const } },
};

const run = exportsOf("production", EVERYTHING);
const both = run.then((exported) => ({ 5: exported("5"), 6: exported("6") }));

test("every declared property, protection and dependency is in the export, in Terraform's name and with its value", async () => {
  const { 6: exported } = await both;
  const { graph } = await graphOf("production", EVERYTHING);
  expect(exportedSide(exported, graph)).toEqual(declaredSide(graph));
  expect(exportedOutputs(exported, graph)).toEqual(graph.outputs);
  expect(exported.changes).toEqual([]);
});

test("for provider 5 the listed substitutions differ, and nothing else", async () => {
  const { 5: five, 6: six } = await both;
  const [before, after] = [byAddress(six.main), byAddress(five.main)];
  const differences = [...before].flatMap(([address, properties]) => {
    const left = after.get(address)!;
    expect(Object.keys(left).filter((key) => !(key in properties))).toEqual([]);
    return Object.keys(properties)
      .filter((key) => JSON.stringify(left[key]) !== JSON.stringify(properties[key]))
      .map(
        (key) => `${address}: ${key} ${key in left ? `${String(properties[key])} → ${String(left[key])}` : "left out"}`,
      );
  });
  expect(differences).toEqual([
    "aws_kinesis_stream.player_log_stream: max_record_size_in_kib left out",
    "aws_kinesis_stream_consumer.archive_fan_out: tags left out",
    "aws_kinesis_stream_consumer.warehouse_fan_out: tags left out",
    "aws_lambda_function.archive_function: runtime nodejs24.x → nodejs22.x",
    "aws_lambda_function.search_function: runtime nodejs24.x → nodejs22.x",
    "aws_lambda_function.warehouse_function: runtime nodejs24.x → nodejs22.x",
  ]);
  expect(five.changes).toEqual(differences);
  expect([...after.keys()]).toEqual([...before.keys()]);
  expect({ ...five.main, resource: {} }).toEqual({ ...six.main, resource: {} });
});

test("it conforms to the providers' schemas, and every reference has its end", async () => {
  const { 5: five, 6: six } = await both;
  expect(violations(five.main)).toEqual([]);
  expect(violations(six.main, SINCE_5)).toEqual([]);
  expect(violations(six.main)).toEqual([
    "aws_kinesis_stream.player_log_stream: max_record_size_in_kib is not known",
    "aws_kinesis_stream_consumer.archive_fan_out: tags is not known",
    "aws_kinesis_stream_consumer.warehouse_fan_out: tags is not known",
  ]);
});

test("there are no data sources, and nothing but resources, outputs and the two providers", async () => {
  const { main, versions } = (await both)[6];
  expect(Object.keys(main).sort()).toEqual(["output", "provider", "resource"]);
  expect(main.provider).toEqual({
    aws: {
      allowed_account_ids: ["333333333333"],
      default_tags: { tags: { backend: "shared", environment: "production", project: "sluice", team: "player-data" } },
      region: "us-east-1",
      skip_credentials_validation: false,
      skip_region_validation: true,
    },
    google: {
      add_terraform_attribution_label: false,
      default_labels: { backend: "shared", environment: "production", project: "sluice", team: "player-data" },
      project: "example-sluice-production",
    },
  });
  expect(versions).toEqual({
    terraform: {
      required_version: ">= 1.5",
      required_providers: {
        aws: { source: "hashicorp/aws", version: "~> 6.21" },
        google: { source: "hashicorp/google", version: "~> 7.45" },
      },
    },
  });
});
