/**
 * What the provider does about a changed schema of a BigQuery table. Pure; the rules are those of `resourceBigQueryTableSchemaIsChangeable` in
 * https://github.com/hashicorp/terraform-provider-google/blob/main/google/services/bigquery/resource_bigquery_table.go
 */
import { isDeepStrictEqual } from "node:util";

/** One column, as the schema's JSON has it. */
interface SchemaColumn {
  readonly name: string;
  readonly type?: string;
  readonly mode?: string;
  readonly fields?: readonly SchemaColumn[];
}

/** Names of types that mean the same. https://cloud.google.com/bigquery/docs/reference/standard-sql/data-types */
const SAME_TYPES = [
  ["STRUCT", "RECORD"],
  ["BOOL", "BOOLEAN"],
  ["FLOAT", "FLOAT64"],
  ["INT64", "INTEGER"],
];

/** How a table's columns differ. */
export interface SchemaChange {
  readonly added: readonly string[];
  /** Their values go with them. A renamed column is one dropped and one added. */
  readonly dropped: readonly string[];
  /** With another type, mode or fields. */
  readonly changed: readonly string[];
}

/** How two schemas, as JSON text, differ at their top level; `undefined` if one of them cannot be read. */
export function schemaChange(before: unknown, after: unknown): SchemaChange | undefined {
  const [old, now] = [columnsOf(before), columnsOf(after)];
  if (old === undefined || now === undefined) return undefined;
  const shape = ({ type = "", mode = "NULLABLE", fields = [] }: SchemaColumn) => [sameType(type), mode, fields];
  return {
    added: [...now.keys()].filter((name) => !old.has(name)),
    dropped: [...old.keys()].filter((name) => !now.has(name)),
    changed: [...now.values()]
      .filter((column) => old.has(column.name) && !isDeepStrictEqual(shape(old.get(column.name)!), shape(column)))
      .map(({ name }) => name),
  };
}

/**
 * Whether the provider makes a new, empty table. It changes in place: columns added that may be null, columns dropped with none added at the same time, a
 * column that no longer has to be set, descriptions. Anything else replaces: a rename, another type, a column that must be set.
 */
export function tableSchemaReplaces(before: unknown, after: unknown): boolean {
  const [old, now] = [columnsOf(before), columnsOf(after)];
  if (old === undefined || now === undefined) return true;
  return !isChangeable(old, now, true);
}

function isChangeable(
  old: ReadonlyMap<string, SchemaColumn>,
  now: ReadonlyMap<string, SchemaColumn>,
  top: boolean,
): boolean {
  const added = [...now.values()].filter(({ name }) => !old.has(name));
  const dropped = [...old.values()].filter(({ name }) => !now.has(name));
  if (added.some(({ mode }) => mode === "REQUIRED")) return false;
  if (dropped.length > 0 && (!top || added.length > 0)) return false;
  return [...now.values()].every((column) => {
    const was = old.get(column.name);
    return was === undefined || isColumnChangeable(was, column);
  });
}

function isColumnChangeable(was: SchemaColumn, column: SchemaColumn): boolean {
  const [from, to] = [was.mode ?? "NULLABLE", column.mode ?? "NULLABLE"];
  if (sameType(was.type ?? "") !== sameType(column.type ?? "")) return false;
  if (from !== to && !(from === "REQUIRED" && to === "NULLABLE")) return false;
  return isChangeable(byName(was.fields ?? []), byName(column.fields ?? []), false);
}

function sameType(type: string): string {
  const upper = type.toUpperCase();
  return SAME_TYPES.find((names) => names.includes(upper))?.[0] ?? upper;
}

function byName(columns: readonly SchemaColumn[]): ReadonlyMap<string, SchemaColumn> {
  return new Map(columns.map((column) => [column.name, column]));
}

function columnsOf(schema: unknown): ReadonlyMap<string, SchemaColumn> | undefined {
  if (typeof schema !== "string") return undefined;
  try {
    const columns = JSON.parse(schema) as unknown;
    return Array.isArray(columns) ? byName(columns as SchemaColumn[]) : undefined;
  } catch {
    return undefined;
  }
}
