/**
 * Tables that require a partition filter: which columns of a query are filtered by constants, block by block, and how far
 * such filters reach inwards. As in BigQuery a filter outside is pushed into subqueries, views and table functions, but
 * not through a window function (unless partitioned by the column), LIMIT, or an aggregation that does not group by it.
 * https://docs.cloud.google.com/bigquery/docs/querying-partitioned-tables#require_a_partition_filter_in_queries
 */
import { invalidQuery } from "../errors.ts";
import { dottedName, parseObjectName } from "../names.ts";
import type { Expression, Node } from "./ast.ts";
import { nodeOf, open, parseStatement } from "./ast.ts";
import { tableText, wildcardTables } from "./sources.ts";
import type { Translator } from "./translator.ts";

interface Filtered {
  /** Alias of the source, lower case; `undefined` where the query does not say. */
  readonly qualifier: string | undefined;
  readonly name: string;
}

interface Block {
  readonly ctes: ReadonlyMap<string, { query: Expression; block: Block }>;
  /** Names that stand for constants: parameters of a table function. */
  readonly constants: ReadonlySet<string>;
}

type Context = Pick<Translator, "catalog" | "defaults">;

const EMPTY: Block = { ctes: new Map(), constants: new Set() };

/** Refuses the query if a table that requires it is read without a filter on its partition column. */
export function checkPartitionFilters(query: Expression, context: Context): void {
  checkQuery(query, new Set(), EMPTY, context);
}

function checkQuery(query: Expression, filtered: ReadonlySet<string>, block: Block, context: Context): void {
  const select = nodeOf(query, "select");
  if (select !== undefined) return checkSelect(select, filtered, block, context);
  const subquery = nodeOf(query, "subquery");
  if (subquery !== undefined) return checkQuery(subquery.this, filtered, block, context);
  for (const kind of ["union", "intersect", "except"] as const) {
    const node = nodeOf(query, kind);
    if (node === undefined) continue;
    const inner = withCtes(node.with, block);
    const pushed = node.limit === null || node.limit === undefined ? filtered : new Set<string>();
    const names = outputNames(node.left);
    checkQuery(node.left, pushed, inner, context);
    checkQuery(node.right, renamed(pushed, names, outputNames(node.right)), inner, context);
  }
}

function withCtes(clause: Node<"select">["with"], block: Block): Block {
  if (clause === null || clause === undefined) return block;
  let ctes = block.ctes;
  for (const cte of clause.ctes) {
    ctes = new Map(ctes).set(cte.alias.name.toLowerCase(), { query: cte.this, block: { ...block, ctes } });
  }
  return { ...block, ctes };
}

/** Output names of a query's first SELECT, `*` for a star. */
function outputNames(query: Expression): string[] {
  const inner =
    nodeOf(query, "subquery")?.this ??
    nodeOf(query, "union")?.left ??
    nodeOf(query, "intersect")?.left ??
    nodeOf(query, "except")?.left;
  if (inner !== undefined) return outputNames(inner);
  return (nodeOf(query, "select")?.expressions ?? []).map((item) => outputName(item) ?? "");
}

function outputName(item: Expression): string | undefined {
  if (nodeOf(item, "star") !== undefined) return "*";
  return (nodeOf(item, "alias")?.alias.name ?? nodeOf(item, "column")?.name.name)?.toLowerCase();
}

function renamed(filtered: ReadonlySet<string>, from: readonly string[], to: readonly string[]): ReadonlySet<string> {
  if (from.includes("*") || to.includes("*")) return filtered;
  return new Set([...filtered].flatMap((name) => to[from.indexOf(name)] ?? []));
}

function checkSelect(select: Node<"select">, outside: ReadonlySet<string>, block: Block, context: Context): void {
  const inner = withCtes(select.with, block);
  const found: Filtered[] = [];
  if (select.where_clause) found.push(...filters(select.where_clause.this, inner.constants));
  found.push(...pushedIn(select, outside));
  for (const item of select.from?.expressions ?? []) checkSource(item, found, inner, context);
  for (const join of select.joins) {
    const on = join.on && (join.kind === "Inner" || join.kind === "Left") ? filters(join.on, inner.constants) : [];
    checkSource(join.this, [...found, ...on], inner, context);
    if (join.kind === "Inner") found.push(...on);
  }
  for (const expression of subqueriesOf(select)) checkQuery(expression, new Set(), inner, context);
}

/** Outside filters on output columns that reach this block's sources. */
function pushedIn(select: Node<"select">, outside: ReadonlySet<string>): Filtered[] {
  if (outside.size === 0 || select.limit || select.offset) return [];
  const blocked = (name: Filtered): boolean =>
    !windowsOf(select).every((over) => over.partition_by.some((item) => isColumn(item, name.name))) ||
    (isAggregated(select) && !groupsBy(select, name));
  const reached: Filtered[] = [];
  for (const name of outside) {
    for (const [index, item] of select.expressions.entries()) {
      const all = nodeOf(item, "star");
      const column = nodeOf(nodeOf(item, "alias")?.this ?? item, "column");
      if (all !== undefined && !(all.except ?? []).some((each) => each.name.toLowerCase() === name)) {
        reached.push({ qualifier: all.table?.name.toLowerCase(), name });
      } else if (column !== undefined && outputName(item) === name) {
        reached.push({ qualifier: column.table?.name.toLowerCase(), name: column.name.name.toLowerCase() });
      } else if (index < 0) continue;
    }
  }
  return reached.filter((name) => !blocked(name));
}

function isColumn(item: Expression, name: string): boolean {
  return nodeOf(item, "column")?.name.name.toLowerCase() === name;
}

function isAggregated(select: Node<"select">): boolean {
  return Boolean(select.group_by) || select.expressions.some((item) => contains(item, AGGREGATE_KINDS));
}

const AGGREGATE_KINDS = new Set([
  "count",
  "count_if",
  "sum",
  "avg",
  "min",
  "max",
  "any_value",
  "array_agg",
  "string_agg",
  "aggregate_function",
  "approx_count_distinct",
]);

function groupsBy(select: Node<"select">, name: Filtered): boolean {
  const group = select.group_by;
  if (!group) return false;
  return (
    group.all === true ||
    group.expressions.some((item) => isColumn(item, name.name) || isOrdinalOf(select, item, name.name))
  );
}

function isOrdinalOf(select: Node<"select">, item: Expression, name: string): boolean {
  const literal = nodeOf(item, "literal");
  const at = literal?.literal_type === "number" ? select.expressions[Number(literal.value) - 1] : undefined;
  return at !== undefined && isColumn(nodeOf(at, "alias")?.this ?? at, name);
}

function windowsOf(select: Node<"select">): Node<"window_function">["over"][] {
  const parts: unknown[] = [select.expressions, select.qualify, select.order_by];
  const named = new Map((select.windows ?? []).map(({ name, spec }) => [name.name.toLowerCase(), spec]));
  return nodesOf(parts, "window_function").map((node) => {
    const window = node as Node<"window_function">;
    return (window.over.window_name && named.get(window.over.window_name.name.toLowerCase())) || window.over;
  });
}

/** All nodes of a kind below, not looking into subqueries. */
function nodesOf(tree: unknown, kind: string): unknown[] {
  if (Array.isArray(tree)) return tree.flatMap((item) => nodesOf(item, kind));
  if (tree === null || typeof tree !== "object") return [];
  return Object.entries(tree).flatMap(([key, value]) => {
    if (key === "select") return [];
    return [...(key === kind && value !== null && typeof value === "object" ? [value] : []), ...nodesOf(value, kind)];
  });
}

function contains(tree: unknown, kinds: ReadonlySet<string>): boolean {
  if (Array.isArray(tree)) return tree.some((item) => contains(item, kinds));
  if (tree === null || typeof tree !== "object") return false;
  return Object.entries(tree).some(
    ([key, value]) =>
      key !== "select" &&
      key !== "window_function" &&
      ((kinds.has(key) && typeof value === "object" && value !== null) || contains(value, kinds)),
  );
}

const COMPARISONS = ["eq", "lt", "lte", "gt", "gte"] as const;

/** Columns that a condition holds against constants; of OR, those that both sides hold. */
function filters(condition: Expression, constants: ReadonlySet<string>): Filtered[] {
  const inner = nodeOf(condition, "paren");
  if (inner !== undefined) return filters(inner.this, constants);
  const and = nodeOf(condition, "and");
  if (and !== undefined) return [...filters(and.left, constants), ...filters(and.right, constants)];
  const or = nodeOf(condition, "or");
  if (or !== undefined) {
    const right = filters(or.right, constants);
    return filters(or.left, constants).filter((a) =>
      right.some((b) => a.name === b.name && a.qualifier === b.qualifier),
    );
  }
  for (const kind of COMPARISONS) {
    const node = nodeOf(condition, kind);
    if (node === undefined) continue;
    if (isConstant(node.right, constants)) return partitionColumn(node.left);
    if (isConstant(node.left, constants)) return partitionColumn(node.right);
  }
  const between = nodeOf(condition, "between");
  if (
    between !== undefined &&
    !between.not &&
    isConstant(between.low, constants) &&
    isConstant(between.high, constants)
  )
    return partitionColumn(between.this);
  const isIn = nodeOf(condition, "in");
  if (
    isIn !== undefined &&
    !isIn.not &&
    !isIn.query &&
    (isIn.unnest ? isConstant(isIn.unnest, constants) : isIn.expressions.every((item) => isConstant(item, constants)))
  ) {
    return partitionColumn(isIn.this);
  }
  const isNull = nodeOf(condition, "is_null");
  return isNull === undefined ? [] : partitionColumn(isNull.this);
}

/** The column itself, or in a function whose order follows it: DATE(c), TIMESTAMP_TRUNC(c, …), CAST(c AS DATE). */
function partitionColumn(expression: Expression): Filtered[] {
  const column = nodeOf(expression, "column");
  if (column !== undefined) {
    if (column.name.name.startsWith("@")) return [];
    return [{ qualifier: column.table?.name.toLowerCase(), name: column.name.name.toLowerCase() }];
  }
  const call = nodeOf(expression, "function");
  if (
    call !== undefined &&
    /^(DATE|TIMESTAMP_TRUNC|DATE_TRUNC|TIMESTAMP_ADD|TIMESTAMP_SUB|UNIX_(SECONDS|MILLIS|MICROS))$/i.test(call.name)
  )
    return call.args[0] === undefined ? [] : partitionColumn(call.args[0]);
  const wrapped = nodeOf(expression, "cast") ?? nodeOf(expression, "paren") ?? nodeOf(expression, "timestamp");
  return wrapped?.this ? partitionColumn(wrapped.this) : [];
}

function isConstant(expression: unknown, constants: ReadonlySet<string>): boolean {
  if (Array.isArray(expression)) return expression.every((item) => isConstant(item, constants));
  if (expression === null || typeof expression !== "object") return true;
  return Object.entries(expression).every(([key, value]) => {
    if (key === "select" || key === "subquery" || key === "union") return value === null;
    if (key === "column" && value !== null && typeof value === "object" && "name" in value) {
      const { name, table } = value as Node<"column">;
      return (
        name.name.startsWith("@") ||
        (table === null && constants.has(name.name.toLowerCase())) ||
        DATE_PARTS.test(name.name)
      );
    }
    return isConstant(value, constants);
  });
}

const DATE_PARTS = /^(microsecond|millisecond|second|minute|hour|day|week|isoweek|month|quarter|year)$/i;

function checkSource(item: Expression, found: readonly Filtered[], block: Block, context: Context): void {
  const alias = nodeOf(item, "alias");
  const subquery = nodeOf(item, "subquery");
  if (subquery !== undefined) return checkQuery(subquery.this, ofSource(found, subquery.alias?.name), block, context);
  const call = nodeOf(alias?.this ?? item, "function");
  if (call !== undefined) {
    const name = parseObjectName(call.name, context.defaults);
    const routine = context.catalog.findRoutine(name);
    if (routine === undefined) return;
    const constants = new Set(routine.arguments.map((argument) => argument.name.toLowerCase()));
    return checkQuery(
      parseStatement(routine.body),
      ofSource(found, alias?.alias.name ?? name.name),
      { ctes: new Map(), constants },
      context,
    );
  }
  const table = nodeOf(item, "table");
  if (table !== undefined) checkTable(table, found, block, context);
}

function ofSource(found: readonly Filtered[], alias: string | undefined): ReadonlySet<string> {
  return new Set(
    found
      .filter(({ qualifier }) => qualifier === undefined || qualifier === alias?.toLowerCase())
      .map(({ name }) => name),
  );
}

function checkTable(node: Node<"table">, found: readonly Filtered[], block: Block, context: Context): void {
  const text = tableText(node);
  const columns = ofSource(found, node.alias?.name ?? text.slice(text.lastIndexOf(".") + 1));
  const cte = text.includes(".") ? undefined : block.ctes.get(text.toLowerCase());
  if (cte !== undefined) return checkQuery(cte.query, columns, cte.block, context);
  const name = parseObjectName(text, context.defaults);
  const tables = name.name.endsWith("*")
    ? wildcardTables(context, name).map(({ table }) => table)
    : [context.catalog.findTable(name)];
  for (const table of tables) {
    if (table?.viewQuery !== undefined) checkQuery(parseStatement(table.viewQuery), columns, EMPTY, context);
    const field = table?.timePartitioning?.field;
    if (table?.requirePartitionFilter !== true || field === undefined || columns.has(field.toLowerCase())) continue;
    throw invalidQuery(
      `Cannot query over table '${dottedName(name)}' without a filter over column(s) '${field}' that can be used for partition elimination`,
    );
  }
}

/** Queries inside the block's expressions, whose tables need filters of their own. */
function subqueriesOf(select: Node<"select">): Expression[] {
  const parts: unknown[] = [
    select.expressions,
    select.where_clause,
    select.having,
    select.qualify,
    select.group_by,
    select.order_by,
    select.joins.map((join) => join.on),
  ];
  return queriesIn(parts);
}

function queriesIn(tree: unknown): Expression[] {
  if (Array.isArray(tree)) return tree.flatMap(queriesIn);
  if (tree === null || typeof tree !== "object") return [];
  const { kind } = open(tree as Expression);
  const isQuery = ["select", "union", "intersect", "except"].includes(kind) && Object.keys(tree).length === 1;
  return isQuery ? [tree as Expression] : Object.values(tree).flatMap(queriesIn);
}
