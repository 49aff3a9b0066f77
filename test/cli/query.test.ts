import { type Server, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { queryEndpoint } from "../../cli/query/query-endpoint.ts";
import { renderJson, renderTable } from "../../cli/query/render.ts";
import type { QueryResult } from "../../cli/query/result.ts";

const RESULT: QueryResult = {
  schema: [
    { name: "n", type: "INTEGER", mode: "NULLABLE" },
    { name: "f", type: "FLOAT", mode: "NULLABLE" },
    { name: "at", type: "TIMESTAMP", mode: "NULLABLE" },
    { name: "log", type: "JSON", mode: "NULLABLE" },
    { name: "ok", type: "BOOLEAN", mode: "NULLABLE" },
    { name: "tags", type: "STRING", mode: "REPEATED" },
    { name: "r", type: "RECORD", mode: "NULLABLE", fields: [{ name: "x", type: "INTEGER", mode: "NULLABLE" }] },
  ],
  rows: [
    ["12", "1.5", "1767323045678901", '{"a":1}', "true", ["p", "q"], { x: "3" }],
    ["9223372036854775807", "NaN", "-1000000", null, "false", [], null],
  ],
};

describe("query results", () => {
  test("as JSON: one object a row, values as what they are where that loses nothing", () => {
    expect(renderJson(RESULT)).toBe(
      '{"n":12,"f":1.5,"at":"2026-01-02T03:04:05.678901Z","log":{"a":1},"ok":true,"tags":["p","q"],"r":{"x":3}}\n' +
        '{"n":"9223372036854775807","f":"NaN","at":"1969-12-31T23:59:59Z","log":null,"ok":false,"tags":[],"r":null}\n',
    );
    expect(renderJson({ schema: RESULT.schema, rows: [] })).toBe("");
  });

  test("as a table: numbers to the right, NULL as such, the rows counted", () => {
    const schema = [RESULT.schema[0]!, { name: "event", type: "STRING", mode: "NULLABLE" as const }];
    const rows = [
      ["12", "login"],
      ["3", null],
    ];
    expect(renderTable({ schema, rows })).toBe(
      [
        "┌────┬───────┐",
        "│  n │ event │",
        "├────┼───────┤",
        "│ 12 │ login │",
        "├────┼───────┤",
        "│  3 │ NULL  │",
        "└────┴───────┘",
        "2 rows",
        "",
      ].join("\n"),
    );
    expect(renderTable({ schema, rows: [["1", "x"]] })).toMatch(/\n1 row\n$/);
  });
});

describe("the endpoint of a served warehouse", () => {
  let server: Server;
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  /** Answers in order; remembers the requests. */
  async function served(answers: { status?: number; body: unknown }[]) {
    const requests: { method: string; url: string; body: string }[] = [];
    server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        requests.push({ method: request.method!, url: request.url!, body: Buffer.concat(chunks).toString() });
        const { status = 200, body } = answers.shift()!;
        response.writeHead(status, { "content-type": "application/json", connection: "close" });
        response.end(JSON.stringify(body));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return { endpoint: { origin, project: "p", dataset: "d" }, requests };
  }

  test("is asked in standard SQL on the run's dataset, and all pages are read", async () => {
    const schema = {
      fields: RESULT.schema.map(({ mode, ...column }) => (mode === "NULLABLE" ? column : { ...column, mode })),
    };
    const first = ["12", "1.5", "1767323045678901", '{"a":1}', "true", [{ v: "p" }, { v: "q" }], { f: [{ v: "3" }] }];
    const second = ["9223372036854775807", "NaN", "-1000000", null, "false", [], null];
    const row = (values: unknown[]) => ({ f: values.map((v) => ({ v })) });
    const jobReference = { jobId: "j/1" };
    const { endpoint, requests } = await served([
      { body: { jobComplete: false, jobReference } },
      { body: { jobComplete: true, jobReference, schema, rows: [row(first)], pageToken: "t" } },
      { body: { jobComplete: true, jobReference, schema, rows: [row(second)] } },
    ]);
    expect(await queryEndpoint(endpoint, "SELECT 1")).toMatchObject({ rows: RESULT.rows });
    expect(requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
      "POST /bigquery/v2/projects/p/queries",
      "GET /bigquery/v2/projects/p/queries/j%2F1?formatOptions.useInt64Timestamp=true",
      "GET /bigquery/v2/projects/p/queries/j%2F1?formatOptions.useInt64Timestamp=true&pageToken=t",
    ]);
    expect(JSON.parse(requests[0]!.body)).toEqual({
      query: "SELECT 1",
      useLegacySql: false,
      formatOptions: { useInt64Timestamp: true },
      defaultDataset: { projectId: "p", datasetId: "d" },
    });
  });

  test("an error of the SQL is told in its own words", async () => {
    const { endpoint } = await served([{ status: 400, body: { error: { code: 400, message: "Syntax error" } } }]);
    await expect(queryEndpoint(endpoint, "SELEC")).rejects.toMatchObject({
      name: "QueryError",
      message: "Syntax error",
    });
  });

  test("a warehouse that is gone is an error that says so", async () => {
    const { endpoint } = await served([]);
    await new Promise((resolve) => server.close(resolve));
    await expect(queryEndpoint(endpoint, "SELECT 1")).rejects.toThrow(
      `the warehouse does not answer at ${endpoint.origin}`,
    );
  });
});
