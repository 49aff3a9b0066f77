import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Clock } from "../../contract/clock.ts";
import { COLUMNS, TABLE_NAMES } from "../../contract/columns.ts";
import { openWarehouse } from "../../local/bigquery/warehouse.ts";
import type { Warehouse } from "../../local/bigquery/warehouse.ts";
import { ARRIVED_MS } from "./event.ts";

const clock: Clock = { now: () => ARRIVED_MS, after: () => () => undefined };

/** Datasets with a table `player_log_0` each; inputs name the first alone, so the second stays as it is. */
const DATASETS = ["game", "kept"] as const;

/** A warehouse with {@link DATASETS} in a folder of its own, which goes with it. */
export async function temporaryWarehouse(): Promise<{ warehouse: Warehouse; close(): Promise<void> }> {
  const directory = mkdtempSync(join(tmpdir(), "sluice-fuzz-warehouse-"));
  const path = join(directory, "warehouse.duckdb");
  const warehouse = await openWarehouse({ path, clock, project: "p", defaultDataset: DATASETS[0] });
  for (const dataset of DATASETS) {
    await warehouse.createDataset({ project: "p", dataset, location: "US" });
    await warehouse.createTable({
      project: "p",
      dataset,
      name: TABLE_NAMES[0]!,
      fields: COLUMNS.map(({ name, type, mode }) => ({ name, type, mode })),
      timePartitioning: { type: "DAY", field: "event_time" },
      requirePartitionFilter: true,
      clustering: [],
    });
  }
  return {
    warehouse,
    async close() {
      await warehouse.close();
      rmSync(directory, { recursive: true });
    },
  };
}
