import { COLUMNS, DEFAULT_CLUSTERING, TABLE_NAMES } from "../../contract/columns.ts";
import { systemClock } from "../../contract/clock.ts";
import type { Clock } from "../../contract/clock.ts";
import type { Authorization, BigQueryServer } from "../../local/bigquery/server.ts";
import { startBigQuery } from "../../local/bigquery/server.ts";
import type { Warehouse } from "../../local/bigquery/warehouse.ts";
import { realConnections, warehouseInstance } from "../support/warehouse-consumer.ts";
import type { WarehouseInstance } from "../support/warehouse-consumer.ts";
import { DATASET, NOW, PROJECT, gameWarehouse } from "./support.ts";

const TABLE = { project: PROJECT, dataset: DATASET, name: "player_log_7" };
/** Ten records for each of the 16 tables. */
const RECORDS = Array.from({ length: 160 }, (_, index) =>
  JSON.stringify({ player_id: (index % 16).toString(16).repeat(32), timestamp: NOW }),
);
const DAY_MS = 86_400_000;
/** Timers of the machine, at the time of the tests. */
let behindMs = 0;
const clock: Clock = { now: () => NOW - behindMs, after: (delayMs, callback) => systemClock.after(delayMs, callback) };
let warehouse: Warehouse;
let server: BigQueryServer;
let instance: WarehouseInstance;
let decision: Authorization = { allowed: true };

beforeAll(async () => {
  warehouse = await gameWarehouse();
  server = await startBigQuery({
    warehouse,
    host: "127.0.0.1",
    authorize: (_bearer, { name }) => (name === TABLE.name ? decision : { allowed: true }),
  });
});
afterAll(async () => {
  await server.close();
  await warehouse.close();
});
beforeEach(() => {
  instance = warehouseInstance({
    clock,
    open: realConnections(`http://127.0.0.1:${server.grpcPort}`, clock, `projects/${PROJECT}/locations/US`),
    environment: { SLUICE_GOOGLE_PROJECT: PROJECT, SLUICE_DATASET: DATASET },
    random: () => 0,
  });
});
afterEach(() => instance.connections.close());

async function counts(): Promise<number[]> {
  const tables = TABLE_NAMES.filter((name) => name !== TABLE.name);
  return Promise.all(tables.map((name) => warehouse.countRows({ ...TABLE, name })));
}

function forbid(): Promise<void> {
  decision = { allowed: false, code: "PERMISSION_DENIED", message: "no" };
  return Promise.resolve();
}

/** The table anew, without the column that rows refused as JSON go to. */
async function dropColumn(): Promise<void> {
  decision = { allowed: true };
  await warehouse.deleteTable(TABLE);
  const fields = COLUMNS.filter(({ name }) => name !== "log_text");
  await warehouse.createTable({
    ...TABLE,
    fields: fields.map(({ name, type, mode }) => ({ name, type, mode })),
    timePartitioning: { type: "DAY", field: "event_time" },
    requirePartitionFilter: true,
    clustering: DEFAULT_CLUSTERING,
  });
}

test.each([
  ["forbidden", "PERMISSION_DENIED", forbid],
  ["without a column", "INVALID_ARGUMENT", dropColumn],
  ["deleted", "NOT_FOUND", () => warehouse.deleteTable(TABLE)],
] as const)("one of 16 tables is %s: the other 15 get all their rows", async (_name, code, harm) => {
  const before = await counts();
  await harm();

  expect(await instance.invoke(RECORDS)).toEqual({ batchItemFailures: [] });
  expect(await instance.invoke(RECORDS)).toEqual({ batchItemFailures: [] });

  expect(await counts()).toEqual(before.map((count) => count + 20));
  expect(instance.log).toMatchObject([
    { RecordsWritten: 150, RecordsDiverted: 10, RecordsRetried: 0 },
    { RecordsWritten: 150, RecordsDiverted: 10, RecordsRetried: 0 },
  ]);
  const [object, ...others] = instance.s3.names;
  expect(others).toEqual([]);
  expect(object).toContain("dead/diverted/warehouse/player_log_7/");
  const lines = instance.s3.lines(object!).map((line) => JSON.parse(line) as { table: string; code: string });
  expect(lines.map((line) => [line.table, line.code])).toEqual(Array.from({ length: 10 }, () => [TABLE.name, code]));
});

test("a date that passes our limits but not BigQuery's is found among its neighbours and quarantined", async () => {
  const before = await counts();
  const good = RECORDS.filter((_record, index) => index % 16 !== 7);
  const tooOld = JSON.stringify({ player_id: "a".repeat(32), timestamp: NOW - 3_750 * DAY_MS });
  // The function's clock is behind, so that its ten years reach further back than BigQuery's.
  behindMs = 200 * DAY_MS;

  expect(await instance.invoke([...good, tooOld])).toEqual({ batchItemFailures: [] });

  expect(instance.log).toMatchObject([{ RecordsWritten: 150, "RecordsQuarantined.REFUSED_BY_BACKEND": 1 }]);
  expect(await counts()).toEqual(before.map((count) => count + 10));
});
