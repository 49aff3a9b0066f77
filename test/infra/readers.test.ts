import { COLUMNS, TABLE_NAMES } from "../../contract/columns.ts";
import { BETWEEN_ARGUMENTS, OF_PLAYER_ARGUMENTS, betweenSql, ofPlayerSql, recentSql } from "../../infra/readers.ts";
import { daysToMs, tableSpecs } from "../../infra/tables.ts";

const DATASET = { projectId: "my-project", datasetId: "sluice_dev" };
const ALL = { between: betweenSql(DATASET), ofPlayer: ofPlayerSql(DATASET), recent: recentSql(DATASET, 7) };

/** The 16 parts between the UNION ALLs. */
function branches(sql: string): readonly string[] {
  return sql.slice(sql.indexOf("(\n") + 2, sql.indexOf("\n)\n")).split("\n  UNION ALL\n");
}

describe.each(Object.entries(ALL))("%s", (_, sql) => {
  test("reads each of the 16 tables in a branch of its own, with a filter on event_time inside", () => {
    expect(branches(sql)).toHaveLength(16);
    branches(sql).forEach((branch, index) => {
      expect(branch).toContain(`FROM \`my-project.sluice_dev.${TABLE_NAMES[index]!}\``);
      expect(branch).toMatch(/WHERE .*event_time >= /);
    });
  });

  test("names its columns, all of them, and gives one row per record id", () => {
    const columns = COLUMNS.map(({ name }) => name).join(", ");
    expect(sql.split(`SELECT ${columns}`)).toHaveLength(18);
    expect(sql).not.toContain("*");
    expect(sql).toMatch(/QUALIFY ROW_NUMBER\(\) OVER \(PARTITION BY record_id ORDER BY ingested_at\) = 1$/);
  });
});

describe("reading functions", () => {
  test("log_between takes since inclusive and until exclusive", () => {
    expect(branches(ALL.between)[10]).toBe(
      "  SELECT event_time, event, player_id, log, log_text, record_id, arrived_at, ingested_at\n" +
        "  FROM `my-project.sluice_dev.player_log_a`\n" +
        "  WHERE event_time >= since AND event_time < until",
    );
  });

  test("log_of_player settles without reading which one table it reads", () => {
    expect(branches(ALL.ofPlayer)[10]).toContain(
      "WHERE SUBSTR(LOWER(player), 1, 1) = 'a' AND player_id = LOWER(player) AND event_time >= since AND event_time < until",
    );
  });

  test("log_recent has a fixed window in each branch", () => {
    expect(branches(ALL.recent)[0]).toContain("event_time >= TIMESTAMP_SUB(CURRENT_TIMESTAMP(), INTERVAL 7 DAY)");
  });

  test("no argument is named like a column, which would win over it", () => {
    const columns: readonly string[] = COLUMNS.map(({ name }) => name);
    for (const { name } of [...BETWEEN_ARGUMENTS, ...OF_PLAYER_ARGUMENTS]) expect(columns).not.toContain(name);
    expect(OF_PLAYER_ARGUMENTS).toEqual([
      { name: "player", typeKind: "STRING" },
      { name: "since", typeKind: "TIMESTAMP" },
      { name: "until", typeKind: "TIMESTAMP" },
    ]);
  });
});

describe("table specs", () => {
  test("are 16, alike but for name and digit", () => {
    const specs = tableSpecs({ partitionExpiryDays: 730, clustering: ["event", "player_id"] });
    expect(specs.map(({ tableId }) => tableId)).toEqual(TABLE_NAMES);
    expect(new Set(specs.map(({ schema }) => schema)).size).toBe(1);
    expect(specs[15]).toMatchObject({
      tableId: "player_log_f",
      digit: "f",
      partitionColumn: "event_time",
      partitionExpirationMs: 63_072_000_000,
      clustering: ["event", "player_id"],
    });
  });

  test("a schema has every column's name, type, mode and description, and nothing of the wire format", () => {
    const [spec] = tableSpecs({ partitionExpiryDays: undefined, clustering: ["event"] });
    const fields = JSON.parse(spec!.schema) as Record<string, unknown>[];
    expect(fields.map(({ name, type }) => `${String(name)} ${String(type)}`)).toEqual([
      "event_time TIMESTAMP",
      "event STRING",
      "player_id STRING",
      "log JSON",
      "log_text STRING",
      "record_id STRING",
      "arrived_at TIMESTAMP",
      "ingested_at TIMESTAMP",
    ]);
    for (const field of fields) expect(Object.keys(field)).toEqual(["name", "type", "mode", "description"]);
  });

  test("never is no expiry", () => {
    expect(daysToMs(undefined)).toBeUndefined();
    expect(daysToMs(1)).toBe(86_400_000);
  });
});
