import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { constants, runInThisContext } from "node:vm";
import { COLUMNS, DEFAULT_CLUSTERING, READERS, TABLE_NAMES } from "../../contract/columns.ts";
import type { Clock } from "../../contract/clock.ts";
import { BETWEEN_ARGUMENTS, betweenSql, OF_PLAYER_ARGUMENTS, ofPlayerSql, recentSql } from "../../infra/readers.ts";
import type { Row } from "../../local/bigquery/append.ts";
import { openWarehouse } from "../../local/bigquery/warehouse.ts";
import type { Warehouse } from "../../local/bigquery/warehouse.ts";
import { ManualClock } from "../support/manual-clock.ts";

/** Node's own import: Google's client imports node-fetch while it runs, which Jest's module system does not do. */
export const nodeImport = runInThisContext("process.env.METADATA_SERVER_DETECTION = 'none'; (name) => import(name)", {
  importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
}) as (name: string) => Promise<unknown>;

export const PROJECT = "test-project";
export const DATASET = "game";
/** The time at which the tests take place. */
export const NOW = Date.UTC(2026, 5, 15, 12);

const directories: string[] = [];

afterAll(() => {
  for (const directory of directories) rmSync(directory, { recursive: true, force: true });
});

/** A path for a warehouse file in a folder that goes away after the tests. */
export function warehousePath(): string {
  const directory = mkdtempSync(join(tmpdir(), "sluice-bigquery-"));
  directories.push(directory);
  return join(directory, "warehouse.duckdb");
}

/** An empty warehouse with the dataset `game`. */
export async function emptyWarehouse(location = "US", clock: Clock = new ManualClock(NOW)): Promise<Warehouse> {
  const warehouse = await openWarehouse({ path: warehousePath(), clock, project: PROJECT, defaultDataset: DATASET });
  await warehouse.createDataset({ project: PROJECT, dataset: DATASET, location });
  return warehouse;
}

/** A warehouse with the 16 tables, the two table functions and the view, as the program declares them. */
export async function gameWarehouse(location = "US"): Promise<Warehouse> {
  const warehouse = await emptyWarehouse(location);
  for (const name of TABLE_NAMES) {
    await warehouse.createTable({
      project: PROJECT,
      dataset: DATASET,
      name,
      fields: COLUMNS.map(({ name: column, type, mode }) => ({ name: column, type, mode })),
      timePartitioning: { type: "DAY", field: "event_time" },
      requirePartitionFilter: true,
      clustering: DEFAULT_CLUSTERING,
    });
  }
  const dataset = { projectId: PROJECT, datasetId: DATASET };
  for (const [name, body, list] of [
    [READERS.between, betweenSql(dataset), BETWEEN_ARGUMENTS],
    [READERS.ofPlayer, ofPlayerSql(dataset), OF_PLAYER_ARGUMENTS],
  ] as const) {
    const args = list.map((argument) => ({ name: argument.name, type: argument.typeKind }));
    await warehouse.createRoutine({ project: PROJECT, dataset: DATASET, name, body, arguments: args });
  }
  await warehouse.createTable({
    project: PROJECT,
    dataset: DATASET,
    name: READERS.recent,
    fields: [],
    requirePartitionFilter: false,
    clustering: [],
    viewQuery: recentSql(dataset, 7),
  });
  return warehouse;
}

/** A row of a game table. */
export function gameRow(player: string, event: string, log: string, id: string, eventTimeMs = NOW - 3_600_000): Row {
  const now = BigInt(NOW) * 1000n;
  return [BigInt(eventTimeMs) * 1000n, event, player, log, null, id, now, now];
}
