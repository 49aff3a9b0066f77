import type * as GoogleBigQuery from "@google-cloud/bigquery";
import type { BigQueryServer } from "../../local/bigquery/server.ts";
import { startBigQuery } from "../../local/bigquery/server.ts";
import type { Warehouse } from "../../local/bigquery/warehouse.ts";
import { gameWarehouse, nodeImport, PROJECT } from "./support.ts";

let warehouse: Warehouse;
let server: BigQueryServer;
let client: GoogleBigQuery.BigQuery;

beforeAll(async () => {
  warehouse = await gameWarehouse();
  server = await startBigQuery({ warehouse, host: "127.0.0.1" });
  const library = (await nodeImport("@google-cloud/bigquery")) as typeof GoogleBigQuery;
  client = new library.BigQuery({
    projectId: PROJECT,
    apiEndpoint: `http://127.0.0.1:${server.restPort}`,
    autoRetry: false,
  });
});

afterAll(async () => {
  await server.close();
  await warehouse.close();
});

describe("@google-cloud/bigquery", () => {
  test("makes, changes, lists and deletes datasets and tables", async () => {
    const [dataset] = await client.createDataset("other", { location: "EU" });
    expect((await dataset.getMetadata())[0].location).toBe("EU");
    await expect(client.createDataset("other")).rejects.toMatchObject({ code: 409 });
    const [table] = await dataset.createTable("people", {
      schema: [
        { name: "id", type: "INTEGER", mode: "REQUIRED" },
        { name: "born", type: "TIMESTAMP" },
        { name: "tags", type: "STRING", mode: "REPEATED" },
        { name: "doc", type: "JSON" },
      ],
      timePartitioning: { type: "DAY", field: "born" },
      description: "who plays",
    } as never);
    expect((await table.getMetadata())[0]).toMatchObject({
      type: "TABLE",
      description: "who plays",
      timePartitioning: { field: "born" },
      numRows: "0",
    });
    await table.setMetadata({ description: "who played" });
    expect((await table.getMetadata())[0].description).toBe("who played");
    expect((await dataset.getTables())[0].map(({ id }) => id)).toEqual(["people"]);
    expect((await client.getDatasets())[0].map(({ id }) => id)).toEqual(["game", "other"]);
    await expect(dataset.delete()).rejects.toMatchObject({ code: 400 });
    await dataset.delete({ force: true });
    expect(await dataset.exists()).toEqual([false]);
  });

  test("inserts rows, is told of each bad one, and reads them in pages", async () => {
    const [table] = await client.dataset("game").createTable("plain", {
      schema: [
        { name: "id", type: "INT64", mode: "REQUIRED" },
        { name: "at", type: "TIMESTAMP" },
        { name: "doc", type: "JSON" },
      ],
    } as never);
    const rows = Array.from({ length: 5 }, (_, id) => ({
      id,
      at: "2026-06-01T00:00:00.5Z",
      doc: JSON.stringify({ z: 1, a: id }),
    }));
    await table.insert(rows);
    const failure = (await table.insert([{ id: 9 }, { id: "x" }, { nothing: 1 }]).catch((error: unknown) => error)) as {
      errors: { errors: { message: string; reason: string }[] }[];
    };
    expect(failure.errors.map(({ errors }) => errors[0])).toEqual([
      expect.objectContaining({ reason: "stopped" }),
      expect.objectContaining({ reason: "invalid", message: "Cannot convert the value to integer" }),
      expect.objectContaining({ reason: "invalid", message: "no such field: nothing." }),
    ]);
    const [page, next] = await table.getRows({ maxResults: 2, autoPaginate: false });
    expect([page.length, (next as { pageToken: string }).pageToken]).toEqual([2, "2"]);
    const [all] = await table.getRows();
    expect(all.map((row: { id: number }) => row.id)).toEqual([0, 1, 2, 3, 4]);
    expect(all[1].at.value).toBe("2026-06-01T00:00:00.500Z");
    const [found] = await client.query("SELECT id, at, doc FROM game.plain WHERE id > 2 ORDER BY id");
    expect(found).toEqual([
      { id: 3, at: expect.objectContaining({ value: "2026-06-01T00:00:00.500Z" }), doc: '{"a":3,"z":1}' },
      { id: 4, at: expect.objectContaining({ value: "2026-06-01T00:00:00.500Z" }), doc: '{"a":4,"z":1}' },
    ]);
  });

  test("refuses insertAll for a partition outside 10 years back and 1 ahead", async () => {
    const row = {
      event_time: "2015-01-01T00:00:00Z",
      player_id: "a",
      record_id: "0:0:0",
      arrived_at: "2026-06-15T00:00:00Z",
      ingested_at: "2026-06-15T00:00:00Z",
    };
    await expect(client.dataset("game").table("player_log_a").insert([row])).rejects.toThrow(
      "is outside the allowed bounds",
    );
  });

  test("queries with named and positional parameters", async () => {
    const [named] = await client.query({
      query: "SELECT @n + 1 AS n, @list AS list, @at < CURRENT_TIMESTAMP() AS past",
      params: { n: 41, list: ["a", "b"], at: client.timestamp("1970-01-01T00:00:00Z") },
    });
    expect(named).toEqual([{ n: 42, list: ["a", "b"], past: true }]);
    const [positional] = await client.query({ query: "SELECT ? AS a, ? AS b", params: ["x", 1.5] });
    expect(positional).toEqual([{ a: "x", b: 1.5 }]);
  });

  test("runs a job and fetches its results page by page", async () => {
    const [job] = await client.createQueryJob({
      query: "SELECT x, STRUCT(x AS y) AS s FROM UNNEST(GENERATE_ARRAY(1, 25)) AS x ORDER BY x",
    });
    const [first, next] = await job.getQueryResults({ maxResults: 10, autoPaginate: false });
    expect(first).toHaveLength(10);
    expect(next).toMatchObject({ pageToken: "10" });
    const [last] = await job.getQueryResults({ ...(next as object), pageToken: "20", autoPaginate: false });
    expect(last).toHaveLength(5);
    expect(last[4]).toEqual({ x: 25, s: { y: 25 } });
    expect((await job.getMetadata())[0].status.state).toBe("DONE");
  });

  test("is told why a query is refused", async () => {
    await expect(client.query("SELECT * FROM `game.player_log_*`")).rejects.toThrow(
      "without a filter over column(s) 'event_time'",
    );
    await expect(client.query("SELECT * FROM game.nowhere")).rejects.toThrow(
      "Not found: Table test-project:game.nowhere",
    );
    await expect(client.createQueryJob("SELEC 1").then(([job]) => job.getQueryResults())).rejects.toThrow(
      "Syntax error",
    );
  });

  test("makes and calls a table function", async () => {
    const [routine] = await client.dataset("game").createRoutine("up_to", {
      routineType: "TABLE_VALUED_FUNCTION",
      language: "SQL",
      arguments: [{ name: "top", dataType: { typeKind: "INT64" } }],
      definitionBody: "SELECT x FROM UNNEST(GENERATE_ARRAY(1, top)) AS x",
    } as never);
    expect((await client.query("SELECT SUM(x) AS s FROM game.up_to(4)"))[0]).toEqual([{ s: 10 }]);
    expect((await client.dataset("game").getRoutines())[0].map(({ id }) => id)).toEqual([
      "log_between",
      "log_of_player",
      "up_to",
    ]);
    await routine.delete();
    await expect(client.query("SELECT 1 FROM game.up_to(4)")).rejects.toThrow("Table-valued function not found");
  });
});

test("what is not served is an error that names it", async () => {
  const answer = await fetch(`http://127.0.0.1:${server.restPort}/bigquery/v2/projects/p/models`);
  expect(answer.status).toBe(404);
  expect(await answer.json()).toMatchObject({
    error: { code: 404, message: "The local warehouse does not serve GET /bigquery/v2/projects/p/models" },
  });
});
