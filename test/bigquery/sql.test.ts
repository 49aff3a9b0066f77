import type { QueryResult, Warehouse } from "../../local/bigquery/warehouse.ts";
import { emptyWarehouse } from "./support.ts";

let warehouse: Warehouse;

beforeAll(async () => {
  warehouse = await emptyWarehouse();
  const table = await warehouse.createTable({
    project: "test-project",
    dataset: "game",
    name: "t",
    fields: [
      { name: "id", type: "INT64" },
      { name: "name", type: "STRING" },
      { name: "at", type: "TIMESTAMP" },
      { name: "doc", type: "JSON" },
    ],
    requirePartitionFilter: false,
    clustering: [],
  });
  const at = BigInt(Date.UTC(2026, 5, 14, 23, 30)) * 1000n;
  await warehouse.appendRows(table, [
    [1n, "ann", at, '{"a":{"b":[1,"x",null]},"n":1.5,"s":"t","t":true}'],
    [2n, "bob", at + 5_400_000_000n, '{"a":null,"n":7}'],
    [3n, null, null, null],
  ]);
});

afterAll(() => warehouse.close());

async function rows(sql: string, parameters?: Parameters<Warehouse["query"]>[1]): Promise<QueryResult["rows"]> {
  return (await warehouse.query(sql, parameters)).rows;
}

describe("GoogleSQL", () => {
  test.each<[string, unknown[][]]>([
    [
      "SELECT 1, 1.5, 'x', TRUE, NULL, [1, 2], DATE '2026-01-02'",
      [["1", "1.5", "x", "true", null, ["1", "2"], "2026-01-02"]],
    ],
    ["SELECT 'a\\nb', \"it's\", r'\\d', '''q'''", [["a\nb", "it's", "\\d", "q"]]],
    ["SELECT STRUCT(1 AS a, 'b' AS c).c", [["b"]]],
    ["SELECT name FROM `test-project.game.t` WHERE id = 1", [["ann"]]],
    ["SELECT t.name FROM `game.t` AS t WHERE t.id IN (1, 2) ORDER BY t.id DESC", [["bob"], ["ann"]]],
    [
      "SELECT * EXCEPT (doc, at) FROM t ORDER BY name",
      [
        ["3", null],
        ["1", "ann"],
        ["2", "bob"],
      ],
    ],
    ["SELECT name FROM t ORDER BY name DESC LIMIT 1 OFFSET 1", [["ann"]]],
    [
      "SELECT COUNT(*), COUNT(name), COUNT(DISTINCT name), COUNTIF(id > 1), SUM(id), AVG(id), MIN(name), MAX(id) FROM t",
      [["3", "2", "2", "2", "6", "2.0", "ann", "3"]],
    ],
    ["SELECT name IS NULL AS missing, COUNT(*) AS n FROM t GROUP BY missing HAVING n > 1", [["false", "2"]]],
    [
      "SELECT APPROX_COUNT_DISTINCT(id), ANY_VALUE(id HAVING MAX id), ARRAY_AGG(name IGNORE NULLS ORDER BY id DESC LIMIT 1), STRING_AGG(name, '-' ORDER BY id) FROM t",
      [["3", "3", ["bob"], "ann-bob"]],
    ],
    [
      "SELECT id, ROW_NUMBER() OVER (ORDER BY id DESC) AS n, SUM(id) OVER (ORDER BY id) AS s, LAG(id) OVER (ORDER BY id) AS l FROM t QUALIFY n <= 2 ORDER BY id",
      [
        ["2", "2", "3", "1"],
        ["3", "1", "6", "2"],
      ],
    ],
    [
      "WITH a AS (SELECT id FROM t), b AS (SELECT id * 10 AS x FROM a) SELECT a.id, x FROM a JOIN b ON x = a.id * 10 WHERE a.id < 3 ORDER BY 1",
      [
        ["1", "10"],
        ["2", "20"],
      ],
    ],
    [
      "SELECT a.id FROM t AS a LEFT JOIN (SELECT 1 AS id) AS b USING (id) WHERE b.id IS NULL ORDER BY id",
      [["2"], ["3"]],
    ],
    ["SELECT 1 AS x UNION ALL SELECT 2 UNION ALL SELECT 2 ORDER BY x DESC", [["2"], ["2"], ["1"]]],
    ["SELECT 1 AS x UNION DISTINCT SELECT 1", [["1"]]],
    [
      "SELECT x, o FROM UNNEST(['a', 'b']) AS x WITH OFFSET AS o ORDER BY o DESC",
      [
        ["b", "1"],
        ["a", "0"],
      ],
    ],
    [
      "SELECT t.id, x FROM t, UNNEST(GENERATE_ARRAY(1, t.id)) AS x WHERE t.id = 2 ORDER BY x",
      [
        ["2", "1"],
        ["2", "2"],
      ],
    ],
    [
      "SELECT [10, 20][OFFSET(1)], [10, 20][ORDINAL(1)], [10][SAFE_OFFSET(5)], ARRAY_LENGTH([1, 2, 3]), 2 IN UNNEST([1, 2])",
      [["20", "10", null, "3", "true"]],
    ],
    [
      "SELECT (SELECT MAX(id) FROM t), EXISTS (SELECT 1 FROM t WHERE id = 9), ARRAY(SELECT id FROM t ORDER BY id)",
      [["3", "false", ["1", "2", "3"]]],
    ],
    [
      "SELECT CASE WHEN id = 1 THEN 'one' ELSE 'more' END, IF(id = 1, 'y', 'n'), IFNULL(name, '?'), COALESCE(NULL, name, '!') FROM t WHERE id <> 2 ORDER BY id",
      [
        ["one", "y", "ann", "ann"],
        ["more", "n", "?", "!"],
      ],
    ],
    [
      "SELECT 7 / 2, DIV(-7, 2), MOD(-7, 3), SAFE_DIVIDE(1, 0), ROUND(2.5), ROUND(1.234, 2), CEIL(1.2), 2147483647 + 1",
      [["3.5", "-3", "-1", null, "3.0", "1.23", "2.0", "2147483648"]],
    ],
    [
      "SELECT CAST(2.5 AS INT64), CAST(1.0 AS STRING), CAST('12' AS INT64), SAFE_CAST('1.5' AS INT64), CAST(TRUE AS STRING), CAST(TIMESTAMP '2026-01-01 00:00:00.5' AS STRING)",
      [["3", "1", "12", null, "true", "2026-01-01 00:00:00.500+00"]],
    ],
    [
      "SELECT LOWER('AB'), LENGTH('é'), SUBSTR('abc', -2, 1), SUBSTR('abc', 0, 2), CONCAT('a', NULL), 'a' || 'b', STARTS_WITH('ab', 'a'), SPLIT('a,b', ','), TRIM('  a\\t')",
      [["ab", "1", "b", "ab", null, "ab", "true", ["a", "b"], "a"]],
    ],
    [
      "SELECT REGEXP_CONTAINS('ab1', r'\\d'), REGEXP_EXTRACT('ab1', r'(\\d)'), REGEXP_EXTRACT('ab', r'\\d'), REGEXP_REPLACE('aba', 'a', 'x'), 'a_c' LIKE 'a\\\\_c', 'abc' LIKE 'a\\\\_c'",
      [["true", "1", null, "xbx", "true", "false"]],
    ],
    [
      "SELECT TO_HEX(MD5('a')), GREATEST(1, NULL), LEAST(2, 1), NULLIF(1, 1), 1 BETWEEN 0 AND 2, NOT TRUE, NULL IS NULL",
      [["0cc175b9c0f1b6a831c399e269772661", null, "1", null, "true", "false", "true"]],
    ],
    [
      "SELECT doc.a.b[1], doc['a']['b'][0], JSON_VALUE(doc, '$.s'), JSON_VALUE(doc.n), JSON_VALUE(doc, '$.a'), JSON_QUERY(doc, '$.a') FROM t WHERE id = 1",
      [['"x"', "1", "t", "1.5", null, '{"b":[1,"x",null]}']],
    ],
    [
      "SELECT doc.a, JSON_VALUE(doc, '$.a'), doc.nothing, INT64(doc.n), LAX_INT64(doc.n), JSON_TYPE(doc.a), JSON_TYPE(doc.n) FROM t WHERE id = 2",
      [["null", null, null, "7", "7", "null", "number"]],
    ],
    [
      "SELECT STRING(doc.s), BOOL(doc.t), FLOAT64(doc.n), LAX_STRING(doc.n), LAX_FLOAT64(doc.s), JSON_VALUE_ARRAY(doc.a.b), TO_JSON_STRING(doc.a), JSON_QUERY_ARRAY(doc, '$.a.b')[OFFSET(0)] FROM t WHERE id = 1",
      [["t", "true", "1.5", "1.5", null, ["1", "x", null], '{"b":[1,"x",null]}', "1"]],
    ],
    [
      "SELECT PARSE_JSON('{\"b\":1, \"a\":1e2}'), PARSE_JSON(CONCAT('[1', ' ]')), JSON '{\"k\" : 1}'",
      [['{"a":100.0,"b":1}', "[1]", '{"k":1}']],
    ],
    [
      "SELECT JSON_VALUE('{\"a\":5}', '$.a'), JSON_VALUE('not json', '$.a'), JSON_EXTRACT_SCALAR('{\"a b\":5}', \"$['a b']\")",
      [["5", null, "5"]],
    ],
    [
      "SELECT CURRENT_TIMESTAMP(), CURRENT_DATE(), TIMESTAMP '2026-01-01 09:00:00+09', TIMESTAMP('2026-01-01'), TIMESTAMP '2026-01-01 09:00:00 Asia/Tokyo'",
      [["1781524800000000", "2026-06-15", "1767225600000000", "1767225600000000", "1767225600000000"]],
    ],
    [
      "SELECT TIMESTAMP_SUB(at, INTERVAL 1 DAY) = TIMESTAMP '2026-06-13 23:30:00', TIMESTAMP_ADD(at, INTERVAL id HOUR) > at, DATE(at), DATE(at, 'Asia/Tokyo') FROM t WHERE id = 1",
      [["true", "true", "2026-06-14", "2026-06-15"]],
    ],
    [
      "SELECT FORMAT_TIMESTAMP('%F %T', TIMESTAMP_TRUNC(at, HOUR)), FORMAT_TIMESTAMP('%F', TIMESTAMP_TRUNC(at, WEEK)), FORMAT_TIMESTAMP('%F %H:%M', at, 'Asia/Tokyo') FROM t WHERE id = 1",
      [["2026-06-14 23:00:00", "2026-06-14", "2026-06-15 08:30"]],
    ],
    [
      "SELECT EXTRACT(HOUR FROM at), EXTRACT(DAYOFWEEK FROM at), EXTRACT(HOUR FROM at AT TIME ZONE 'Asia/Tokyo'), EXTRACT(DATE FROM at), UNIX_MILLIS(at), UNIX_SECONDS(at) FROM t WHERE id = 1",
      [["23", "1", "8", "2026-06-14", "1781479800000", "1781479800"]],
    ],
    [
      "SELECT TIMESTAMP_DIFF(TIMESTAMP '2026-01-02 01:00:00', TIMESTAMP '2026-01-01 23:00:00', DAY), DATE_DIFF(DATE '2026-01-02', DATE '2026-01-01', DAY), DATE_ADD(DATE '2026-01-31', INTERVAL 1 MONTH), DATE_TRUNC(DATE '2026-06-17', WEEK)",
      [["0", "1", "2026-02-28", "2026-06-14"]],
    ],
    [
      "SELECT TIMESTAMP_MILLIS(1000), PARSE_TIMESTAMP('%Y-%m-%d', '2026-01-01'), SAFE.PARSE_JSON('{')",
      [["1000000", "1767225600000000", null]],
    ],
  ])("%s", async (sql, expected) => {
    expect(await rows(sql)).toEqual(expected);
  });

  test("named and positional parameters have the types of their values", async () => {
    const at = new Date(Date.UTC(2026, 5, 15));
    expect(
      await rows("SELECT id FROM t WHERE name IN UNNEST(@names) AND at < @at", {
        parameters: { names: ["ann", "it's"], at },
      }),
    ).toEqual([["1"]]);
    expect(await rows("SELECT ?, '?', id FROM t WHERE id > ? -- ?", { parameters: ["x", 2] })).toEqual([
      ["x", "?", "3"],
    ]);
  });

  test("names and types of columns are BigQuery's", async () => {
    const { schema } = await warehouse.query("SELECT id, 1, doc.s, doc.a AS j, [TRUE] AS list, at FROM t");
    expect(schema.map(({ name, type, mode }) => `${name} ${type} ${mode}`)).toEqual([
      "id INTEGER NULLABLE",
      "f0_ INTEGER NULLABLE",
      "s JSON NULLABLE",
      "j JSON NULLABLE",
      "list BOOLEAN REPEATED",
      "at TIMESTAMP NULLABLE",
    ]);
  });

  test.each([
    ["SELECT doc = 'x' FROM t", "No matching signature for operator = for argument types: JSON, STRING"],
    ["SELECT doc.n + 1 FROM t", "No matching signature for operator + for argument types: JSON, INT64"],
    ["SELECT at > 5 FROM t", "No matching signature for operator > for argument types: TIMESTAMP, INT64"],
    ["SELECT nothing FROM t", "Unrecognized name: nothing at [1:8]"],
    ["SELECT t.nothing FROM t", "Name nothing not found inside t"],
    ["SELECT 1 FROM nowhere", "Not found: Table test-project:game.nowhere was not found in location US"],
    ["SELECT 1 / 0", "division by zero"],
    ["SELECT CAST('1.5' AS INT64)", "Bad int64 value: 1.5"],
    ["SELECT [1][OFFSET(1)]", "Array index out of bounds"],
    ["SELECT INT64(doc.s) FROM t WHERE id = 1", "The provided JSON input is not INT64"],
    ["SELECT PARSE_JSON(name) FROM t WHERE id = 1", "Invalid input to PARSE_JSON: syntax error at character 0"],
    ["SELECT TIMESTAMP 'soon'", 'Invalid TIMESTAMP literal "soon"'],
    ["SELECT @missing", "Query parameter 'missing' not found"],
    ["SELECT 1 UNION SELECT 2", "Syntax error: Expected keyword ALL or keyword DISTINCT after UNION"],
    ["SELECT 1 AS a, 2 AS A", "Duplicate column names in the result are not supported. Found duplicate(s): A"],
  ])("refuses, as BigQuery does: %s", async (sql, message) => {
    await expect(rows(sql)).rejects.toThrow(message);
  });

  test.each([
    ["SELECT NET.HOST('x')", "functions with dotted names"],
    ["SELECT FARM_FINGERPRINT('x')", "the function FARM_FINGERPRINT"],
    ["SELECT * FROM t PIVOT(SUM(id) FOR name IN ('ann'))", "PIVOT in FROM"],
    ["SELECT * FROM t TABLESAMPLE SYSTEM (10 PERCENT)", "TABLE SAMPLE in FROM"],
    ["SELECT * FROM t FOR SYSTEM_TIME AS OF CURRENT_TIMESTAMP", "SYSTEM TIME in FROM"],
    ["SELECT AS STRUCT 1", "KIND in SELECT"],
    ["SELECT id FROM t GROUP BY ROLLUP(id)", "the function ROLLUP"],
    ["DELETE FROM t WHERE TRUE", "DELETE: only queries (SELECT)"],
    ["CREATE TABLE x AS SELECT 1", "CREATE TABLE: only queries (SELECT)"],
    ["SELECT 1; SELECT 2", "scripts of more than one statement"],
    ["WITH RECURSIVE a AS (SELECT 1 AS x UNION ALL SELECT x + 1 FROM a) SELECT x FROM a", "WITH RECURSIVE"],
    ["SELECT FORMAT_TIMESTAMP('%s', at) FROM t", "the format element %s"],
    ["SELECT CAST(at AS STRING FORMAT 'YYYY') FROM t", "FORMAT in CAST"],
    ["SELECT constructor(1)", "the function constructor"],
  ])("names what it does not have: %s", async (sql, construct) => {
    await expect(rows(sql)).rejects.toThrow(`The local warehouse does not support ${construct}`);
  });
});
