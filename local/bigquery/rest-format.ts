/** The warehouse's objects in the form of BigQuery's REST API. https://docs.cloud.google.com/bigquery/docs/reference/rest */
import type { Dataset, Routine, Table, TimePartitioning } from "./catalog.ts";
import { BigQueryError } from "./errors.ts";
import type { ObjectName } from "./names.ts";
import type { ResultField, ResultValue } from "./result.ts";
import type { TableField } from "./schema.ts";
import { restType, sqlType } from "./schema.ts";
import type { DatasetDefinition, RoutineDefinition, TableDefinition } from "./warehouse.ts";

/** JSON of a request, unchecked. */
export type Body = Readonly<Record<string, unknown>>;

/** A member that is an object, `{}` where it is none. */
export function objectIn(body: Body | undefined, key: string): Body {
  const value = body?.[key];
  return typeof value === "object" && value !== null ? (value as Body) : {};
}

/** A member that is a text. */
export function textIn(body: Body | undefined, key: string): string | undefined {
  const value = body?.[key];
  return typeof value === "string" ? value : undefined;
}

/** A member that is a number, or a decimal text, as int64 is in Google's JSON. */
export function numberIn(body: Body | undefined, key: string): number | undefined {
  const value = body?.[key];
  const number = typeof value === "number" || (typeof value === "string" && value !== "") ? Number(value) : undefined;
  return number === undefined || Number.isNaN(number) ? undefined : number;
}

function described(body: Body): { description?: string; labels?: Record<string, string> } {
  const description = textIn(body, "description");
  const labels = body["labels"] as Record<string, string> | undefined;
  return { ...(description === undefined ? {} : { description }), ...(labels === undefined ? {} : { labels }) };
}

export function datasetResource(dataset: Dataset): object {
  const { project, dataset: id, location, createdMs, defaultPartitionExpirationMs } = dataset;
  return {
    kind: "bigquery#dataset",
    id: `${project}:${id}`,
    datasetReference: { projectId: project, datasetId: id },
    location,
    ...described(dataset as unknown as Body),
    ...(defaultPartitionExpirationMs === undefined
      ? {}
      : { defaultPartitionExpirationMs: String(defaultPartitionExpirationMs) }),
    creationTime: String(createdMs),
    lastModifiedTime: String(createdMs),
  };
}

/** A dataset from a request's body; what the body does not say stays as in `old`. */
export function datasetDefinition(project: string, body: Body, old?: Dataset): DatasetDefinition {
  const id = textIn(objectIn(body, "datasetReference"), "datasetId") ?? old?.dataset;
  if (id === undefined || !/^\w{1,1024}$/.test(id))
    throw new BigQueryError("invalid", `Invalid dataset ID "${id ?? ""}".`);
  const expiry = numberIn(body, "defaultPartitionExpirationMs") ?? old?.defaultPartitionExpirationMs;
  return {
    ...(old === undefined ? {} : described(old as unknown as Body)),
    project,
    dataset: id,
    location: textIn(body, "location") ?? old?.location ?? "US",
    ...described(body),
    ...(expiry === undefined ? {} : { defaultPartitionExpirationMs: expiry }),
  };
}

function fieldResource(field: TableField): object {
  const description = field.description === undefined ? {} : { description: field.description };
  return { name: field.name, type: restType(sqlType(field.type)), mode: field.mode ?? "NULLABLE", ...description };
}

export function tableResource(table: Table, rows?: number): object {
  const partitioning = table.timePartitioning;
  const expirationMs = partitioning?.expirationMs;
  return {
    kind: "bigquery#table",
    id: `${table.project}:${table.dataset}.${table.name}`,
    tableReference: { projectId: table.project, datasetId: table.dataset, tableId: table.name },
    type: table.viewQuery === undefined ? "TABLE" : "VIEW",
    schema: { fields: table.fields.map(fieldResource) },
    ...described(table as unknown as Body),
    ...(partitioning === undefined
      ? {}
      : {
          timePartitioning: {
            ...partitioning,
            ...(expirationMs === undefined ? {} : { expirationMs: String(expirationMs) }),
          },
        }),
    ...(table.requirePartitionFilter ? { requirePartitionFilter: true } : {}),
    ...(table.clustering.length === 0 ? {} : { clustering: { fields: table.clustering } }),
    ...(table.viewQuery === undefined ? {} : { view: { query: table.viewQuery, useLegacySql: false } }),
    ...(rows === undefined ? {} : { numRows: String(rows) }),
    creationTime: String(table.createdMs),
    lastModifiedTime: String(table.createdMs),
  };
}

function partitioningOf(body: Body): TimePartitioning | undefined {
  if (body["timePartitioning"] === undefined || body["timePartitioning"] === null) return undefined;
  const given = objectIn(body, "timePartitioning");
  const field = textIn(given, "field");
  if (field === undefined)
    throw new BigQueryError(
      "invalid",
      "The local warehouse has no ingestion-time partitioning: timePartitioning.field is needed",
    );
  const type = (textIn(given, "type") ?? "DAY") as TimePartitioning["type"];
  if (!["DAY", "HOUR", "MONTH", "YEAR"].includes(type))
    throw new BigQueryError("invalid", `Invalid partitioning type ${type}`);
  const expirationMs = numberIn(given, "expirationMs");
  return { type, field, ...(expirationMs === undefined ? {} : { expirationMs }) };
}

/** A table from a request's body; with `old`, a patch of it. */
export function tableDefinition(
  dataset: { project: string; dataset: string },
  body: Body,
  old?: Table,
): TableDefinition {
  const name = textIn(objectIn(body, "tableReference"), "tableId") ?? old?.name;
  if (name === undefined) throw new BigQueryError("invalid", "Required parameter is missing: tableReference.tableId");
  const view = objectIn(body, "view");
  if (view["useLegacySql"] === true) throw new BigQueryError("invalid", "The local warehouse has no legacy SQL");
  const fields = objectIn(body, "schema")["fields"] as TableField[] | undefined;
  const partitioning = partitioningOf(body) ?? old?.timePartitioning;
  const clustering = objectIn(body, "clustering")["fields"] as string[] | undefined;
  const viewQuery = textIn(view, "query") ?? old?.viewQuery;
  const required = body["requirePartitionFilter"] ?? objectIn(body, "timePartitioning")["requirePartitionFilter"];
  return {
    ...(old === undefined ? {} : described(old as unknown as Body)),
    project: dataset.project,
    dataset: dataset.dataset,
    name,
    fields: fields ?? old?.fields ?? [],
    requirePartitionFilter: required === undefined ? (old?.requirePartitionFilter ?? false) : required === true,
    clustering: clustering ?? old?.clustering ?? [],
    ...described(body),
    ...(partitioning === undefined ? {} : { timePartitioning: partitioning }),
    ...(viewQuery === undefined ? {} : { viewQuery }),
  };
}

export function routineResource(routine: Routine): object {
  return {
    routineReference: { projectId: routine.project, datasetId: routine.dataset, routineId: routine.name },
    routineType: "TABLE_VALUED_FUNCTION",
    language: "SQL",
    definitionBody: routine.body,
    arguments: routine.arguments.map(({ name, type }) => ({ name, dataType: { typeKind: type } })),
    ...described(routine as unknown as Body),
    creationTime: String(routine.createdMs),
    lastModifiedTime: String(routine.createdMs),
  };
}

/** A table function from a request's body. */
export function routineDefinition(
  dataset: { project: string; dataset: string },
  body: Body,
  name?: ObjectName,
): RoutineDefinition {
  const id = name?.name ?? textIn(objectIn(body, "routineReference"), "routineId");
  const type = textIn(body, "routineType");
  const definition = textIn(body, "definitionBody");
  if (id === undefined || definition === undefined)
    throw new BigQueryError("invalid", "A routine needs routineReference.routineId and definitionBody");
  if (type !== "TABLE_VALUED_FUNCTION")
    throw new BigQueryError("invalid", `The local warehouse has table functions only, no ${type ?? "untyped routine"}`);
  const given = (body["arguments"] ?? []) as Body[];
  return {
    project: dataset.project,
    dataset: dataset.dataset,
    name: id,
    body: definition,
    arguments: given.map((argument) => ({
      name: textIn(argument, "name") ?? "",
      type: textIn(objectIn(argument, "dataType"), "typeKind") ?? "",
    })),
    ...described(body),
  };
}

/** Rows as `{ f: [{ v }] }`. TIMESTAMP is microseconds, or seconds in floating form unless the client asked for int64. */
export function rowResources(
  schema: readonly ResultField[],
  rows: readonly (readonly ResultValue[])[],
  int64Timestamp: boolean,
): object[] {
  return rows.map((row) => ({ f: row.map((value, index) => ({ v: cell(schema[index]!, value, int64Timestamp) })) }));
}

function cell(field: ResultField, value: ResultValue, int64: boolean): unknown {
  if (field.mode === "REPEATED")
    return ((value ?? []) as readonly ResultValue[]).map((item) => ({
      v: cell({ ...field, mode: "NULLABLE" }, item, int64),
    }));
  if (value === null) return null;
  if (field.fields !== undefined) {
    const record = value as Readonly<Record<string, ResultValue>>;
    return { f: field.fields.map((each) => ({ v: cell(each, record[each.name] ?? null, int64) })) };
  }
  if (field.type === "TIMESTAMP" && !int64) return String(Number(value) / 1e6);
  return value;
}
