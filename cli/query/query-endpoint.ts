import { z } from "zod";
import type { TokenSource } from "../../functions/warehouse/token-cache.ts";
import { CommandError, messageOf } from "../errors.ts";
import type { QueryResult, ResultColumn, ResultValue } from "./result.ts";

/** Where a warehouse answers. */
export interface QueryEndpoint {
  /** Scheme, host and port of BigQuery's REST API. */
  readonly origin: string;
  readonly project: string;
  readonly dataset: string;
  /** Of the dataset; a query's pages are asked where it ran. Google finds it for queries in the multi-regions alone. */
  readonly location?: string;
  /** Whose tokens to send; none unless given. */
  readonly tokens?: TokenSource;
}

/** The warehouse refuses a query: wrong SQL, no such table, no permission. In its own words. */
export class QueryError extends CommandError {
  constructor(message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.name = "QueryError";
  }
}

const columnSchema: z.ZodType<ResultColumn> = z.object({
  name: z.string(),
  type: z.string(),
  mode: z.enum(["NULLABLE", "REQUIRED", "REPEATED"]).default("NULLABLE"),
  get fields() {
    return z.array(columnSchema).optional();
  },
});

/** One page of an answer. https://cloud.google.com/bigquery/docs/reference/rest/v2/jobs/query#response-body */
const pageSchema = z.object({
  schema: z.object({ fields: z.array(columnSchema).default([]) }).optional(),
  rows: z.array(z.object({ f: z.array(z.object({ v: z.unknown() })) })).default([]),
  jobComplete: z.boolean(),
  jobReference: z.object({ jobId: z.string() }).optional(),
  pageToken: z.string().optional(),
});

const errorSchema = z.object({ error: z.object({ message: z.string() }) });

/** Runs a query over BigQuery's REST API and reads all pages. Throws a CommandError. */
export async function queryEndpoint(endpoint: QueryEndpoint, sql: string): Promise<QueryResult> {
  const { origin, project, dataset, location } = endpoint;
  const base = `${origin}/bigquery/v2/projects/${encodeURIComponent(project)}/queries`;
  let page = await call(endpoint, base, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      query: sql,
      useLegacySql: false,
      formatOptions: { useInt64Timestamp: true },
      defaultDataset: { projectId: project, datasetId: dataset },
      ...(location !== undefined && { location }),
    }),
  });
  let schema: readonly ResultColumn[] = [];
  const rows: ResultValue[][] = [];
  for (;;) {
    // A job that is not done yet has none.
    schema = page.schema?.fields ?? schema;
    for (const row of page.rows) rows.push(schema.map((column, index) => decode(row.f[index]?.v, column)));
    if (page.jobComplete && page.pageToken === undefined) return { schema, rows };
    const jobId = page.jobReference?.jobId;
    if (jobId === undefined) throw new CommandError("the warehouse's answer names no job to read on from");
    const query = new URLSearchParams({ "formatOptions.useInt64Timestamp": "true" });
    if (location !== undefined) query.set("location", location);
    if (page.pageToken !== undefined) query.set("pageToken", page.pageToken);
    page = await call(endpoint, `${base}/${encodeURIComponent(jobId)}?${query.toString()}`, {});
  }
}

async function call({ tokens }: QueryEndpoint, url: string, init: RequestInit): Promise<z.infer<typeof pageSchema>> {
  const headers = new Headers(init.headers);
  if (tokens !== undefined) headers.set("authorization", `Bearer ${await tokens.token()}`);
  let response: Response;
  let body: unknown;
  try {
    response = await fetch(url, { ...init, headers });
    body = await response.json();
  } catch (error) {
    throw new CommandError(`the warehouse does not answer at ${new URL(url).origin}`, {
      cause: error,
      hint: `A local run may be ending: try again when it has. (${messageOf(error)})`,
    });
  }
  if (!response.ok) {
    const failure = errorSchema.safeParse(body);
    throw new QueryError(failure.success ? failure.data.error.message : `the warehouse answered ${response.status}`);
  }
  return pageSchema.parse(body);
}

/** A value in REST form: `{ v }` in lists, `{ f: [{ v }] }` for records. */
function decode(value: unknown, column: ResultColumn): ResultValue {
  if (value === null || value === undefined) return column.mode === "REPEATED" ? [] : null;
  if (column.mode === "REPEATED") {
    return (value as { v: unknown }[]).map((item) => decode(item.v, { ...column, mode: "NULLABLE" }));
  }
  if (column.fields !== undefined) {
    const { f } = value as { f: { v: unknown }[] };
    return Object.fromEntries(column.fields.map((field, index) => [field.name, decode(f[index]?.v, field)]));
  }
  return String(value);
}
