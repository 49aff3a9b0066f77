import { BigQueryError } from "./errors.ts";

/** What a table, view or routine is called in full. */
export interface ObjectName {
  readonly project: string;
  readonly dataset: string;
  readonly name: string;
}

/** What names without a project or dataset are taken to mean. */
export interface NameDefaults {
  readonly project: string;
  readonly dataset?: string;
}

/**
 * A name as queries write it, back quotes removed: `p.d.t`, `d.t` or `t`. Throws a BigQueryError for `t` where there is
 * no default dataset.
 */
export function parseObjectName(text: string, defaults: NameDefaults): ObjectName {
  const parts = text.split(".");
  const name = parts.pop() ?? "";
  const dataset = parts.pop() ?? defaults.dataset;
  if (dataset === undefined) {
    throw new BigQueryError("invalid", `Table "${text}" must be qualified with a dataset (e.g. dataset.table).`);
  }
  const project = parts.length > 0 ? parts.join(".") : defaults.project;
  return { project, dataset, name };
}

/** `project:dataset.name`, as BigQuery's messages say it. */
export function displayName(name: ObjectName): string {
  return `${name.project}:${name.dataset}.${name.name}`;
}

/** `project.dataset.name`, as BigQuery's query messages say it. */
export function dottedName(name: ObjectName): string {
  return `${name.project}.${name.dataset}.${name.name}`;
}

/** A name in double quotes for DuckDB. */
export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A text in single quotes for DuckDB. */
export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** Where DuckDB keeps a table: schema `dataset`, or `project.dataset` for a project that is not the warehouse's own. */
export function duckdbTableName(name: ObjectName, ownProject: string): string {
  return `${quoteIdentifier(duckdbSchemaName(name, ownProject))}.${quoteIdentifier(name.name)}`;
}

/** Name of the DuckDB schema for a dataset. */
export function duckdbSchemaName(name: { project: string; dataset: string }, ownProject: string): string {
  return name.project === ownProject ? name.dataset : `${name.project}.${name.dataset}`;
}
