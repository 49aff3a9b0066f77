import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { systemClock } from "../../contract/clock.ts";
import { BigQueryError } from "../../local/bigquery/errors.ts";
import { type Warehouse, openWarehouse } from "../../local/bigquery/warehouse.ts";
import { CommandError, UsageError, messageOf } from "../errors.ts";
import { queryEndpoint } from "./query-endpoint.ts";
import type { QueryResult } from "./result.ts";

const WAREHOUSE_FILE = "warehouse.duckdb";
const ENDPOINTS_FILE = "endpoints.json";
/** What DuckDB's message says when another process has the file open; its errors have no code. */
const LOCKED = /lock/i;

const endpointsSchema = z.object({ bigquery: z.string(), project: z.string(), dataset: z.string() });

/** Runs a query on a run's warehouse: on its file, or, while the run has that open, at its endpoint. Throws a CommandError. */
export async function queryRun(run: string, sql: string): Promise<QueryResult> {
  const file = join(run, WAREHOUSE_FILE);
  if (!existsSync(file)) {
    throw new UsageError(`${run} holds no warehouse`, { hint: "Start a run with npm start, or name one with --run." });
  }
  const endpoints = readEndpoints(join(run, ENDPOINTS_FILE));
  let warehouse: Warehouse;
  try {
    warehouse = await openWarehouse({
      path: file,
      readOnly: true,
      clock: systemClock,
      project: endpoints.project,
      defaultDataset: endpoints.dataset,
    });
  } catch (error) {
    if (LOCKED.test(messageOf(error))) return queryEndpoint(endpoints, sql);
    throw new CommandError(`${file}: cannot be opened: ${messageOf(error)}`, { cause: error });
  }
  try {
    return await warehouse.query(sql);
  } catch (error) {
    if (error instanceof BigQueryError) throw new CommandError(error.message, { cause: error });
    throw error;
  } finally {
    await warehouse.close();
  }
}

function readEndpoints(file: string): z.infer<typeof endpointsSchema> {
  try {
    return endpointsSchema.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch (error) {
    throw new CommandError(`${file}: cannot be read: ${messageOf(error)}`, {
      cause: error,
      hint: "The run ended before its cloud was up: start another one with npm start.",
    });
  }
}
