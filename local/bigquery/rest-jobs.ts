/** Queries over REST: jobs.query, jobs.insert, jobs.get, jobs.getQueryResults. Jobs are done when they are answered. */
import { BigQueryError } from "./errors.ts";
import { restParameter } from "./parameters.ts";
import type { RestParameterType, RestParameterValue } from "./parameters.ts";
import type { Body } from "./rest-format.ts";
import { numberIn, objectIn, rowResources, textIn } from "./rest-format.ts";
import type { Typed } from "./sql/types.ts";
import type { QueryOptions, QueryResult, Warehouse } from "./warehouse.ts";

interface Job {
  readonly id: string;
  readonly project: string;
  readonly query: string;
  readonly createdMs: number;
  readonly result: QueryResult | BigQueryError;
}

/** Results are kept for this many of the latest jobs. */
const KEPT_JOBS = 100;
/** Rows in a page unless the client asks for fewer. */
const PAGE_ROWS = 10_000;

interface RestParameter {
  readonly name?: string;
  readonly parameterType: RestParameterType;
  readonly parameterValue?: RestParameterValue;
}

/** The jobs of a server. */
export class Jobs {
  readonly #warehouse: Warehouse;
  readonly #jobs = new Map<string, Job>();
  #count = 0;

  constructor(warehouse: Warehouse) {
    this.#warehouse = warehouse;
  }

  /** jobs.query: runs and answers with the first page. */
  async query(project: string, body: Body): Promise<object> {
    const job = await this.#run(project, body, undefined);
    if (job.result instanceof BigQueryError) throw job.result;
    return this.#page(
      job,
      { maxResults: numberIn(body, "maxResults"), int64: isInt64(objectIn(body, "formatOptions")) },
      "bigquery#queryResponse",
    );
  }

  /** jobs.insert: runs the query; its error, if any, is in the job's status. */
  async insert(project: string, body: Body): Promise<object> {
    const configuration = objectIn(body, "configuration");
    if (configuration["query"] === undefined)
      throw new BigQueryError("notImplemented", "The local warehouse runs query jobs only");
    const dryRun = configuration["dryRun"] === true;
    const job = await this.#run(
      project,
      { ...objectIn(configuration, "query"), dryRun },
      textIn(objectIn(body, "jobReference"), "jobId"),
    );
    return this.#resource(job);
  }

  get(id: string): object {
    return this.#resource(this.#job(id));
  }

  /** jobs.getQueryResults: a page. */
  results(id: string, params: URLSearchParams): object {
    const job = this.#job(id);
    const limit = params.get("maxResults");
    return this.#page(
      job,
      {
        maxResults: limit === null ? undefined : Number(limit),
        pageToken: params.get("pageToken") ?? undefined,
        start: params.get("startIndex") ?? undefined,
        int64: params.get("formatOptions.useInt64Timestamp") === "true",
      },
      "bigquery#getQueryResultsResponse",
    );
  }

  #job(id: string): Job {
    const job = this.#jobs.get(id);
    if (job === undefined) throw new BigQueryError("notFound", `Not found: Job ${this.#warehouse.project}:${id}`);
    return job;
  }

  async #run(project: string, body: Body, givenId: string | undefined): Promise<Job> {
    const query = textIn(body, "query");
    if (query === undefined) throw new BigQueryError("invalid", "Required parameter is missing: query");
    if (body["useLegacySql"] === true)
      throw new BigQueryError("invalidQuery", "The local warehouse has no legacy SQL: set useLegacySql to false");
    if (body["destinationTable"] !== undefined && body["destinationTable"] !== null)
      throw new BigQueryError("notImplemented", "The local warehouse has no destination tables");
    const createdMs = this.#warehouse.clock.now();
    const id = givenId ?? `job_${createdMs}_${++this.#count}`;
    if (this.#jobs.has(id)) throw new BigQueryError("duplicate", `Already Exists: Job ${project}:${id}`);
    const options = queryOptions(body);
    const result = await this.#warehouse.query(query, options).catch((error: unknown) => {
      if (error instanceof BigQueryError) return error;
      throw error;
    });
    const job: Job = {
      id,
      project,
      query,
      createdMs,
      result: body["dryRun"] === true && !(result instanceof BigQueryError) ? { ...result, rows: [] } : result,
    };
    this.#jobs.set(id, job);
    if (this.#jobs.size > KEPT_JOBS) this.#jobs.delete(this.#jobs.keys().next().value!);
    return job;
  }

  #resource(job: Job): object {
    const failed = job.result instanceof BigQueryError ? errorProto(job.result) : undefined;
    const time = String(job.createdMs);
    return {
      kind: "bigquery#job",
      id: `${job.project}:US.${job.id}`,
      jobReference: reference(job),
      configuration: { jobType: "QUERY", query: { query: job.query, useLegacySql: false } },
      status: { state: "DONE", ...(failed === undefined ? {} : { errorResult: failed, errors: [failed] }) },
      statistics: {
        creationTime: time,
        startTime: time,
        endTime: time,
        query: { statementType: "SELECT", cacheHit: false },
      },
    };
  }

  #page(
    job: Job,
    page: {
      maxResults?: number | undefined;
      pageToken?: string | undefined;
      start?: string | undefined;
      int64: boolean;
    },
    kind: string,
  ): object {
    if (job.result instanceof BigQueryError) throw job.result;
    const { schema, rows } = job.result;
    const start = Number(page.pageToken ?? page.start ?? 0);
    const end = Math.min(rows.length, start + Math.min(page.maxResults ?? PAGE_ROWS, PAGE_ROWS));
    return {
      kind,
      schema: { fields: schema },
      jobReference: reference(job),
      jobComplete: true,
      totalRows: String(rows.length),
      totalBytesProcessed: "0",
      cacheHit: false,
      rows: rowResources(schema, rows.slice(start, end), page.int64),
      ...(end < rows.length ? { pageToken: String(end) } : {}),
    };
  }
}

function reference(job: Job): object {
  return { projectId: job.project, jobId: job.id, location: "US" };
}

function isInt64(options: Body): boolean {
  return options["useInt64Timestamp"] === true || options["useInt64Timestamp"] === "true";
}

/** An error as Google's JSON has it inside jobs. */
export function errorProto(error: BigQueryError): object {
  return {
    reason: error.reason,
    message: error.message,
    ...(error.reason === "invalidQuery" ? { location: "query" } : {}),
  };
}

function queryOptions(body: Body): QueryOptions {
  const dataset = objectIn(body, "defaultDataset");
  const datasetId = textIn(dataset, "datasetId");
  const given = body["queryParameters"] ?? [];
  if (!Array.isArray(given)) throw new BigQueryError("invalid", "queryParameters is a list");
  const values = given.map((parameter: RestParameter | null): [string | undefined, Typed] => {
    if (typeof parameter?.parameterType?.type !== "string")
      throw new BigQueryError("invalid", "A query parameter needs parameterType.type");
    return [parameter.name, restParameter(parameter.parameterType, parameter.parameterValue)];
  });
  const isNamed = values.some(([name]) => name !== undefined && name !== "");
  return {
    ...(datasetId === undefined ? {} : { defaultDataset: datasetId }),
    ...(isNamed
      ? { named: new Map(values.map(([name, value]) => [String(name).toLowerCase(), value])) }
      : { positional: values.map(([, value]) => value) }),
  };
}
