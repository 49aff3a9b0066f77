import { startRest } from "../../../local/bigquery/rest.ts";
import { exchange, request, statusCodes } from "../http.ts";
import { bytesFrom } from "../inputs/bytes.ts";
import { HTTP_TOKENS } from "../inputs/http.ts";
import { temporaryWarehouse } from "../local-warehouse.ts";
import { claim } from "../target.ts";
import type { FuzzTarget } from "../target.ts";

const BASE = "/bigquery/v2/projects/p";
const TABLE = `${BASE}/datasets/game/tables/player_log_0`;

function count(dataset: string): string {
  return `SELECT COUNT(*) FROM ${dataset}.player_log_0 WHERE event_time > '2026-01-01'`;
}

function query(sql: string, more: object = {}): Buffer {
  return request(`POST ${BASE}/queries`, [], JSON.stringify({ query: sql, useLegacySql: false, ...more }));
}

const ROW = { event_time: "2026-01-01T00:00:00Z", player_id: "a", record_id: "0:1:0", arrived_at: 1, ingested_at: "1" };
// prettier-ignore
const SQL_TOKENS = [
  "SELECT ", "FROM ", "WHERE ", "GROUP BY ", "ORDER BY ", "LIMIT ", "game.player_log_0", "`game.player_log_*`", "_TABLE_SUFFIX", "event_time",
  "JSON_VALUE(log, '$.a')", "TIMESTAMP '2026-01-01'", "CAST(", " AS ", "STRING", "(", ")", "'", "\\\"", "`", ",", "*", "@p", "?", "--", "/*", ";",
  "UNION ALL ", "WITH x AS (", "COUNT(*)", "NULL", "[1,2]", "UNNEST(", "QUALIFY ", "OVER (", "DECLARE ", "DELETE ", "CREATE TABLE ",
];

export const localBigquery: FuzzTarget = {
  name: "local-bigquery",
  group: "local cloud",
  claim:
    "the local BigQuery answers any bytes on its REST port with an answer of the API or of HTTP, and queries afterwards",
  share: 0.001,
  inputs: bytesFrom({
    seeds: [
      query(count("game")),
      query("SELECT * FROM UNNEST([1, 2]) AS x WHERE x = @p", {
        queryParameters: [{ name: "p", parameterType: { type: "INT64" }, parameterValue: { value: "1" } }],
      }),
      query(
        "SELECT record_id, JSON_VALUE(log, '$.a') FROM `game.player_log_*` WHERE event_time >= TIMESTAMP '2026-01-01'",
      ),
      request(`GET ${TABLE}`),
      request(`GET ${TABLE}/data?maxResults=1&startIndex=0`),
      request(`POST ${TABLE}/insertAll`, [], JSON.stringify({ rows: [{ insertId: "1", json: ROW }] })),
      request(`PATCH ${TABLE}`, [], JSON.stringify({ description: "d", labels: { a: "b" } })),
      request(`POST ${BASE}/datasets`, [], JSON.stringify({ datasetReference: { datasetId: "other" } })),
      request(`POST ${BASE}/jobs`, [], JSON.stringify({ configuration: { query: { query: "SELECT 1" } } })),
      request(`GET ${BASE}/jobs/x`),
      request(`DELETE ${BASE}/datasets/game?deleteContents=true`),
    ],
    tokens: [...HTTP_TOKENS, ...SQL_TOKENS, BASE, TABLE, '"query":', '{"', "null", "[]"],
    maxBytes: 2048,
  }),
  async start() {
    const { warehouse, close } = await temporaryWarehouse();
    const server = await startRest({ warehouse, host: "127.0.0.1" });
    const good = query(count("kept"));
    return {
      async run(input) {
        const answer = await exchange(server.port, input);
        claim(!statusCodes(answer).includes(500), `answers ${answer.slice(0, 2000)}`);
      },
      async checkWorks() {
        claim(statusCodes(await exchange(server.port, good, true)).join() === "200", "answers a good query");
      },
      async close() {
        await server.close();
        await close();
      },
    };
  },
};
