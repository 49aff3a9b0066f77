import { STACKS, graphOf } from "../../infra/support/stacks.ts";
import { declaredSide, exportedOutputs, exportedSide } from "../support/comparison.ts";
import { EVERYTHING } from "../support/everything.ts";
import { exportsOf } from "../support/exports.ts";
import { byAddress } from "../support/pulumis-terms.ts";
import { violations } from "../support/schema.ts";

const VARIANTS = [
  ...STACKS.map((stack) => ({ title: stack, stack, configOverrides: {} })),
  {
    title: "a stack without the warehouse, whose records may be larger",
    stack: "dev",
    configOverrides: { "stream.maxRecordKib": 2048, "backends.warehouse": undefined },
  },
];

test.each(VARIANTS)("$title: every declared property, protection and dependency is in the export", async (variant) => {
  const { stack, configOverrides } = variant;
  const { graph } = await graphOf(stack, { configOverrides });
  const exported = (await exportsOf(stack, { configOverrides }))("6");
  expect(exportedSide(exported, graph)).toEqual(declaredSide(graph));
  expect(exportedOutputs(exported, graph)).toEqual(graph.outputs);
});

test.each(STACKS)("%s: everything conforms to the providers' schemas, every reference has its end", async (stack) => {
  const { main } = (await exportsOf(stack))("5");
  expect(violations(main)).toEqual([]);
});

test("another run gives the same bytes, and another backend renames nothing", async () => {
  const { main } = (await exportsOf("production"))("6");
  const [more, again] = [
    (await exportsOf("production", EVERYTHING))("6"),
    (await exportsOf("production", EVERYTHING))("6"),
  ];
  expect(JSON.stringify(again.main)).toBe(JSON.stringify(more.main));
  const names = [...byAddress(main).keys()];
  expect(names.filter((address) => !byAddress(more.main).has(address))).toEqual([]);
});

test("records above 1 MiB are refused by name for provider 5", async () => {
  const exported = await exportsOf("dev", { configOverrides: { "stream.maxRecordKib": 2048 } });
  expect(() => exported("5")).toThrow(
    "aws_kinesis_stream.player_log_stream: max_record_size_in_kib is 2048, and without it would be 1024; " +
      "hashicorp/aws 5 does not have the property",
  );
});
