import { STACKS, graphOf } from "../../infra/support/stacks.ts";
import { declaredSide, exportedOutputs, exportedSide } from "../support/comparison.ts";
import { exportOf } from "../support/exports.ts";
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
  const exported = await exportOf(stack, "6", { configOverrides });
  expect(exportedSide(exported, graph)).toEqual(declaredSide(graph));
  expect(exportedOutputs(exported, graph)).toEqual(graph.outputs);
});

test.each(STACKS)("%s: everything conforms to the providers' schemas, every reference has its end", async (stack) => {
  const { main } = await exportOf(stack, "5");
  expect(violations(main)).toEqual([]);
});
