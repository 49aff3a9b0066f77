import { TABLE_NAMES } from "../../contract/columns.ts";
import { openWarehouse } from "../../local/bigquery/warehouse.ts";
import type { Warehouse } from "../../local/bigquery/warehouse.ts";
import { ManualClock } from "../support/manual-clock.ts";
import { emptyWarehouse, gameRow, gameWarehouse, NOW, PROJECT, warehousePath } from "./support.ts";

let warehouse: Warehouse;
const PLAYER_A = "a".repeat(32);
const PLAYER_B = "b".repeat(32);

beforeAll(async () => {
  warehouse = await gameWarehouse();
  const table = (name: string) => warehouse.catalog.table({ project: PROJECT, dataset: "game", name });
  await warehouse.appendRows(table("player_log_a"), [
    gameRow(PLAYER_A, "login", '{"level":3}', "0:1:0"),
    gameRow(PLAYER_A, "login", '{"level":3}', "0:1:0"),
    gameRow(PLAYER_A, "logout", "{}", "0:2:0", NOW - 30 * 86_400_000),
  ]);
  await warehouse.appendRows(table("player_log_b"), [gameRow(PLAYER_B, "login", "{}", "0:3:0")]);
  const plain = "SELECT event_time, event, player_id FROM `game.player_log_a`";
  const view = { project: PROJECT, dataset: "game", fields: [], requirePartitionFilter: false, clustering: [] };
  await warehouse.createTable({ ...view, name: "plain_view", viewQuery: plain });
  const numbered = `${plain} QUALIFY ROW_NUMBER() OVER (PARTITION BY player_id ORDER BY event_time) = 1`;
  await warehouse.createTable({ ...view, name: "numbered_view", viewQuery: numbered });
});

afterAll(() => warehouse.close());

const refusal = (table: string): string =>
  `Cannot query over table '${PROJECT}.game.${table}' without a filter over column(s) 'event_time' that can be used for partition elimination`;

describe("the required partition filter", () => {
  test.each([
    ["SELECT COUNT(*) FROM player_log_a", "player_log_a"],
    ["SELECT COUNT(*) FROM player_log_a WHERE event = 'login'", "player_log_a"],
    ["SELECT COUNT(*) FROM `game.player_log_*`", "player_log_*"],
    ["SELECT COUNT(*) FROM `game.player_log_*` WHERE _TABLE_SUFFIX = 'a'", "player_log_*"],
    ["SELECT COUNT(*) FROM player_log_a WHERE event_time > arrived_at", "player_log_a"],
    ["SELECT COUNT(*) FROM player_log_a WHERE event_time > TIMESTAMP '2026-01-01' OR event = 'login'", "player_log_a"],
    [
      "SELECT COUNT(*) FROM player_log_a WHERE event_time = (SELECT MAX(at) FROM UNNEST([TIMESTAMP '2026-01-01']) AS at)",
      "player_log_a",
    ],
    [
      "SELECT COUNT(*) FROM player_log_a AS a JOIN player_log_b AS b USING (player_id) WHERE a.event_time > TIMESTAMP '2026-01-01'",
      "player_log_b",
    ],
    ["SELECT COUNT(*) FROM plain_view", "player_log_a"],
    ["SELECT COUNT(*) FROM numbered_view WHERE event_time > TIMESTAMP '2026-01-01'", "player_log_a"],
    [
      "SELECT COUNT(*) FROM (SELECT event_time FROM player_log_a LIMIT 10) WHERE event_time > TIMESTAMP '2026-01-01'",
      "player_log_a",
    ],
    ["SELECT x FROM (SELECT MAX(event_time) AS x FROM player_log_a) WHERE x > TIMESTAMP '2026-01-01'", "player_log_a"],
    ["SELECT 1 WHERE EXISTS (SELECT 1 FROM player_log_a)", "player_log_a"],
    ["WITH w AS (SELECT event_time FROM player_log_a) SELECT COUNT(*) FROM w", "player_log_a"],
    [
      "SELECT event FROM player_log_a WHERE event_time > TIMESTAMP '2026-01-01' UNION ALL SELECT event FROM player_log_b",
      "player_log_b",
    ],
  ])("is missed: %s", async (sql, table) => {
    await expect(warehouse.query(sql)).rejects.toThrow(refusal(table));
  });

  test.each([
    ["SELECT COUNT(*) FROM player_log_a WHERE event_time > TIMESTAMP '2026-06-01'", "2"],
    [
      "SELECT COUNT(*) FROM player_log_a AS l WHERE l.event_time BETWEEN TIMESTAMP '2026-01-01' AND TIMESTAMP '2026-12-01'",
      "3",
    ],
    ["SELECT COUNT(*) FROM player_log_a WHERE DATE(event_time) = '2026-06-15' AND event = 'login'", "2"],
    ["SELECT COUNT(*) FROM player_log_a WHERE event_time >= TIMESTAMP_SUB(CURRENT_TIMESTAMP(), INTERVAL 60 DAY)", "3"],
    ["SELECT COUNT(*) FROM `game.player_log_*` WHERE event_time > TIMESTAMP '2026-01-01' AND _TABLE_SUFFIX = 'b'", "1"],
    ["SELECT COUNT(*) FROM plain_view WHERE event_time > TIMESTAMP '2026-01-01'", "3"],
    ["SELECT COUNT(*) FROM (SELECT event_time AS t FROM player_log_a) WHERE t > TIMESTAMP '2026-06-01'", "2"],
    ["WITH w AS (SELECT * FROM player_log_a) SELECT COUNT(*) FROM w WHERE event_time > TIMESTAMP '2026-06-01'", "2"],
    [
      "SELECT COUNT(*) FROM player_log_a AS a JOIN player_log_b AS b ON a.event = b.event AND b.event_time > TIMESTAMP '2026-01-01' WHERE a.event_time > TIMESTAMP '2026-01-01'",
      "2",
    ],
    ["SELECT COUNT(*) FROM log_recent", "2"],
    ["SELECT COUNT(*) FROM game.log_between(TIMESTAMP '2026-01-01', TIMESTAMP '2027-01-01')", "3"],
  ])("is there: %s", async (sql, count) => {
    expect((await warehouse.query(sql)).rows).toEqual([[count]]);
  });
});

describe("the readers", () => {
  test("give one row per record id, from since up to but without until", async () => {
    const sql = "SELECT record_id FROM log_between(@since, @until) ORDER BY record_id";
    const query = async (since: number, until: number) =>
      (await warehouse.query(sql, { parameters: { since: new Date(since), until: new Date(until) } })).rows.flat();
    expect(await query(NOW - 3_600_000, NOW)).toEqual(["0:1:0", "0:3:0"]);
    expect(await query(NOW - 7_200_000, NOW - 3_600_000)).toEqual([]);
  });

  test("log_of_player finds the player's rows, the id in either case", async () => {
    const sql =
      "SELECT event, log.level FROM `test-project.game.log_of_player`(?, TIMESTAMP '2026-06-01', TIMESTAMP '2026-07-01')";
    expect((await warehouse.query(sql, { parameters: [PLAYER_A.toUpperCase()] })).rows).toEqual([["login", "3"]]);
  });

  test("stay outside the wildcard of the 16 tables", async () => {
    const sql =
      "SELECT DISTINCT _TABLE_SUFFIX AS s FROM `game.player_log_*` WHERE event_time > TIMESTAMP '2026-01-01' ORDER BY s";
    expect((await warehouse.query(sql)).rows).toEqual([["a"], ["b"]]);
    expect(TABLE_NAMES).toHaveLength(16);
  });

  test("refuse a wrong number and wrong types of arguments", async () => {
    await expect(warehouse.query("SELECT 1 FROM log_between(CURRENT_TIMESTAMP())")).rejects.toThrow(
      "it takes 2 arguments, 1 are given",
    );
    await expect(warehouse.query("SELECT 1 FROM log_between(1, 2)")).rejects.toThrow(
      "Invalid cast from INT64 to TIMESTAMP",
    );
    await expect(warehouse.query("SELECT 1 FROM log_after(1)")).rejects.toThrow(
      "Table-valued function not found: log_after",
    );
  });
});

test("rows of expired partitions are gone", async () => {
  const clock = new ManualClock(NOW);
  const expiring = await emptyWarehouse("US", clock);
  const table = await expiring.createTable({
    project: PROJECT,
    dataset: "game",
    name: "short",
    fields: [{ name: "at", type: "TIMESTAMP" }],
    timePartitioning: { type: "DAY", field: "at", expirationMs: 730 * 86_400_000 },
    requirePartitionFilter: false,
    clustering: [],
  });
  const at = BigInt(NOW) * 1000n;
  await expiring.appendRows(table, [[at], [at - 732n * 86_400_000_000n]]);
  const count = async () => (await expiring.query("SELECT COUNT(*) FROM short")).rows[0]![0];
  expect(await count()).toBe("1");
  await clock.advance(731 * 86_400_000);
  expect(await count()).toBe("0");
  await expiring.close();
});

test("a closed file is opened again, for reading only, with all that was declared", async () => {
  const path = warehousePath();
  const clock = new ManualClock(NOW);
  const first = await openWarehouse({ path, clock, project: PROJECT });
  await first.createDataset({ project: PROJECT, dataset: "d", location: "EU" });
  const table = await first.createTable({
    project: PROJECT,
    dataset: "d",
    name: "t",
    fields: [{ name: "x", type: "INT64" }],
    requirePartitionFilter: false,
    clustering: [],
  });
  await first.appendRows(table, [[1n], [2n]]);
  await first.close();
  const second = await openWarehouse({ path, clock, project: PROJECT, defaultDataset: "d", readOnly: true });
  expect((await second.query("SELECT SUM(x) FROM t")).rows).toEqual([["3"]]);
  expect(second.catalog.dataset(PROJECT, "d").location).toBe("EU");
  await expect(second.appendRows(table, [[3n]])).rejects.toThrow("open for reading only");
  await second.close();
  await second.close();
});
