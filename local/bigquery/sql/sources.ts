/** What stands in FROM: tables, wildcard tables, views, table functions, subqueries and UNNEST. */
import type { Table } from "../catalog.ts";
import { BigQueryError, invalidQuery, unsupported } from "../errors.ts";
import type { ObjectName } from "../names.ts";
import { displayName, dottedName, duckdbTableName, parseObjectName, quoteIdentifier, quoteText } from "../names.ts";
import type { TableField } from "../schema.ts";
import { duckdbColumnType, sqlType } from "../schema.ts";
import type { Expression, Node } from "./ast.ts";
import { allowOnly, nodeOf, open, parseStatement } from "./ast.ts";
import { castTo } from "./casts.ts";
import type { ColumnType, Scope, Source } from "./scope.ts";
import { childScope, findCte } from "./scope.ts";
import { currentTimestamp } from "./time-functions.ts";
import type { Translator } from "./translator.ts";
import type { Type, Typed } from "./types.ts";
import { elementType } from "./types.ts";

/** A source and its text in FROM, alias included. */
export interface FromItem {
  readonly sql: string;
  readonly source: Source;
}

/** Type of a table's column. */
export function fieldType(field: TableField): Type {
  const type = sqlType(field.type);
  return field.mode === "REPEATED" ? { array: type } : type;
}

/** Name of a table node as written. */
export function tableText(table: Node<"table">): string {
  return [table.catalog, table.schema, table.name].flatMap((part) => part?.name ?? []).join(".");
}

/** The tables that a wildcard such as `d.player_log_*` stands for, with the rest of each one's name. */
export function wildcardTables(
  translator: Pick<Translator, "catalog">,
  name: ObjectName,
): { table: Table; suffix: string }[] {
  const prefix = name.name.slice(0, -1);
  const tables = translator.catalog.tables(name.project, name.dataset);
  const found = tables.filter((table) => table.name.startsWith(prefix) && table.viewQuery === undefined);
  if (found.length === 0) throw new BigQueryError("notFound", `${displayName(name)} does not match any table.`);
  return found.map((table) => ({ table, suffix: table.name.slice(prefix.length) }));
}

/** Rows of a table that have not expired with their partition. */
function liveRows(translator: Translator, table: Table): string {
  const sql = duckdbTableName(table, translator.defaults.project);
  const { timePartitioning: partitioning } = table;
  if (partitioning?.expirationMs === undefined) return sql;
  const unit = partitioning.type.toLowerCase();
  const column = quoteIdentifier(partitioning.field);
  const now = currentTimestamp(translator.nowMs).sql;
  // Not an INTERVAL literal, which takes no more than 2^31 of a unit: 24 days.
  const expiry = `to_milliseconds(${partitioning.expirationMs})`;
  return `(SELECT * FROM ${sql} WHERE date_trunc('${unit}', ${column}) + INTERVAL 1 ${unit} + ${expiry} > ${now} OR ${column} IS NULL)`;
}

function wildcard(translator: Translator, name: ObjectName, alias: string): FromItem {
  const tables = wildcardTables(translator, name);
  const newest = tables.reduce((a, b) => (b.table.createdMs >= a.table.createdMs ? b : a)).table;
  const branches = tables.map(({ table, suffix }) => {
    const columns = newest.fields.map((field) => {
      const own = table.fields.find((each) => each.name.toLowerCase() === field.name.toLowerCase());
      const value = own === undefined ? `CAST(NULL AS ${duckdbColumnType(field)})` : quoteIdentifier(own.name);
      return `${value} AS ${quoteIdentifier(field.name)}`;
    });
    return `SELECT ${columns.join(", ")}, ${quoteText(suffix)} AS "_TABLE_SUFFIX" FROM ${liveRows(translator, table)}`;
  });
  const columns = newest.fields.map((field) => ({ name: field.name, type: fieldType(field) }));
  return {
    sql: `(${branches.join(" UNION ALL ")}) AS ${quoteIdentifier(alias)}`,
    source: { alias, columns, hidden: [{ name: "_TABLE_SUFFIX", type: "STRING" }] },
  };
}

function aliased(relation: { sql: string; columns: readonly ColumnType[] }, alias: string): FromItem {
  return { sql: `(${relation.sql}) AS ${quoteIdentifier(alias)}`, source: { alias, columns: relation.columns } };
}

function table(node: Node<"table">, around: Scope, translator: Translator): FromItem {
  allowOnly(node, "FROM", ["name", "schema", "catalog", "alias"]);
  const text = tableText(node);
  const written = text.slice(text.lastIndexOf(".") + 1);
  const alias = node.alias?.name ?? written;
  const cte = text.includes(".") ? undefined : findCte(around, text);
  if (cte !== undefined) {
    return { sql: `${quoteIdentifier(text)} AS ${quoteIdentifier(alias)}`, source: { alias, columns: cte } };
  }
  if (/information_schema/i.test(text)) throw unsupported("INFORMATION_SCHEMA");
  const name = parseObjectName(text, translator.defaults);
  if (name.name.endsWith("*")) return wildcard(translator, name, node.alias?.name ?? "_wildcard");
  const found = translator.catalog.findTable(name);
  if (found === undefined)
    throw new BigQueryError(
      "notFound",
      `Not found: Table ${displayName(name)} was not found in location ${location(translator, name)}`,
    );
  if (found.viewQuery !== undefined)
    return aliased(translator.query(parseStatement(found.viewQuery), childScope(undefined)), alias);
  const columns = found.fields.map((field) => ({ name: field.name, type: fieldType(field) }));
  return { sql: `${liveRows(translator, found)} AS ${quoteIdentifier(alias)}`, source: { alias, columns } };
}

function location(translator: Translator, name: ObjectName): string {
  return translator.catalog.findDataset(name.project, name.dataset)?.location ?? "US";
}

function tableFunction(
  node: Node<"function">,
  alias: string | undefined,
  around: Scope,
  translator: Translator,
): FromItem {
  allowOnly(node, "a table function", ["name", "args"]);
  const name = parseObjectName(node.name, translator.defaults);
  const routine = translator.catalog.findRoutine(name);
  if (routine === undefined) throw invalidQuery(`Table-valued function not found: ${node.name}`);
  if (node.args.length !== routine.arguments.length) {
    throw invalidQuery(
      `No matching signature for ${dottedName(name)}: it takes ${routine.arguments.length} arguments, ${node.args.length} are given`,
    );
  }
  const parameters = new Map<string, Typed>();
  for (const [index, argument] of routine.arguments.entries()) {
    const value = translator.expression(node.args[index]!, around);
    parameters.set(argument.name.toLowerCase(), castTo(value, sqlType(argument.type), false));
  }
  const relation = translator.query(parseStatement(routine.body), childScope(undefined, parameters));
  return aliased(relation, alias ?? name.name);
}

function unnest(node: Node<"unnest">, name: string | undefined, around: Scope, translator: Translator): FromItem {
  allowOnly(node, "UNNEST", ["this", "alias", "with_ordinality", "offset_alias"]);
  const list = translator.expression(node.this, around);
  const type = elementType("UNNEST", list);
  if (typeof type === "object") throw unsupported("UNNEST of an array of STRUCT");
  const alias = name ?? node.alias?.name ?? "_unnest";
  const columns: ColumnType[] = [{ name: alias, type }];
  let items = `unnest(${list.sql}) AS ${quoteIdentifier(alias)}`;
  if (node.with_ordinality) {
    const offset = node.offset_alias?.name ?? "offset";
    columns.push({ name: offset, type: "INT64" });
    items += `, unnest(range(len(${list.sql}))) AS ${quoteIdentifier(offset)}`;
  }
  return { sql: `(SELECT ${items}) AS ${quoteIdentifier(alias)}`, source: { alias, columns } };
}

/**
 * One item of FROM. `around` holds what a subquery there may see (WITH queries and outer blocks), `lateral` also the
 * items before it, which only UNNEST may name.
 */
export function fromItem(item: Expression, around: Scope, lateral: Scope, translator: Translator): FromItem {
  const { kind } = open(item);
  const asTable = nodeOf(item, "table");
  if (asTable !== undefined) {
    const path = correlatedPath(asTable, lateral);
    if (path !== undefined) throw unsupported(`the implicit UNNEST of ${path}: write UNNEST(${path})`);
    return table(asTable, around, translator);
  }
  const asUnnest = nodeOf(item, "unnest");
  if (asUnnest !== undefined) return unnest(asUnnest, undefined, lateral, translator);
  const call = nodeOf(item, "function");
  if (call !== undefined) return tableFunction(call, undefined, around, translator);
  const alias = nodeOf(item, "alias");
  if (alias !== undefined) {
    allowOnly(alias, "FROM", ["this", "alias"]);
    const aliasedCall = nodeOf(alias.this, "function");
    const aliasedUnnest = nodeOf(alias.this, "unnest");
    if (aliasedUnnest !== undefined) return unnest(aliasedUnnest, alias.alias.name, lateral, translator);
    if (aliasedCall !== undefined) return tableFunction(aliasedCall, alias.alias.name, around, translator);
  }
  const subquery = nodeOf(item, "subquery");
  if (subquery !== undefined) {
    allowOnly(subquery, "a subquery", ["this", "alias"]);
    return aliased(translator.query(subquery.this, around), subquery.alias?.name ?? "_subquery");
  }
  throw unsupported(`${kind.replaceAll("_", " ").toUpperCase()} in FROM`);
}

/** `t.items` where `t` stands before it in FROM. */
function correlatedPath(table: Node<"table">, lateral: Scope): string | undefined {
  const text = tableText(table);
  const first = text.slice(0, text.indexOf("."));
  return first !== "" && lateral.sources.some((source) => source.alias === first) ? text : undefined;
}
