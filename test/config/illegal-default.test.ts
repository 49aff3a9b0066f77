import { type ColumnName, DEFAULT_CLUSTERING } from "../../contract/columns.ts";

test.each([
  ["a stack that leaves it to the default", {}],
  ["a stack whose own value has to be replaced", { warehouse: { clustering: "player_id" } }],
])("a default that its own rule refuses is named, and the reading ends: %s", async (_, settings) => {
  // As where a column was renamed and the default was forgotten. The schema takes it when it is loaded.
  (DEFAULT_CLUSTERING as ColumnName[])[1] = "gamer_id" as ColumnName;
  const { configErrorOf, resolve } = await import("./support.ts");
  const error = configErrorOf(() => resolve(settings));
  expect(error.message).toMatch(/^Sluice's own default for sluice:warehouse\.clustering has 1 problem\.\n/);
  expect(error.problems).toEqual([
    {
      field: "sluice:warehouse.clustering[1]",
      value: '["event","gamer_id"]',
      rule: "a list of 1 to 4, no two the same, each one of event_time, event, player_id, log_text, record_id, arrived_at, ingested_at",
      fix: "correct the default or the rule, in infra/config/schema.ts or where it takes them from (contract/)",
    },
  ]);
});
