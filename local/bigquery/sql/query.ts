/** Queries: SELECT, set operations and WITH. */
import { invalidQuery, unsupported } from "../errors.ts";
import { quoteIdentifier } from "../names.ts";
import { checkGroupable, ordering } from "./aggregates.ts";
import type { Expression, Node, Ordered } from "./ast.ts";
import { allowOnly, nodeOf, open } from "./ast.ts";
import { condition } from "./expressions.ts";
import type { ColumnType, Relation, Scope } from "./scope.ts";
import { childScope, findName } from "./scope.ts";
import { fromItem } from "./sources.ts";
import type { Translator } from "./translator.ts";
import type { Typed } from "./types.ts";
import { commonType, noSignature } from "./types.ts";
import { windowSpec } from "./windows.ts";

interface Output extends Typed {
  readonly name: string;
}

/** A query in DuckDB's SQL and its columns. `parent` holds what it may see from outside. */
export function translateQuery(query: Expression, parent: Scope, translator: Translator): Relation {
  const select = nodeOf(query, "select");
  if (select !== undefined) return translateSelect(select, parent, translator);
  const subquery = nodeOf(query, "subquery");
  if (subquery !== undefined) {
    allowOnly(subquery, "a query in brackets", ["this"]);
    return translator.query(subquery.this, parent);
  }
  for (const kind of ["union", "intersect", "except"] as const) {
    const node = nodeOf(query, kind);
    if (node !== undefined) return setOperation(kind, node, parent, translator);
  }
  throw unsupported(`${open(query).kind.replaceAll("_", " ").toUpperCase()}: only queries (SELECT)`);
}

function withClause(clause: Node<"select">["with"], scope: Scope, translator: Translator): string {
  if (clause === null || clause === undefined) return "";
  if (clause.recursive) throw unsupported("WITH RECURSIVE");
  const ctes = clause.ctes.map((cte) => {
    allowOnly(cte, "WITH", ["alias", "this"]);
    const relation = translator.query(cte.this, scope);
    scope.ctes.set(cte.alias.name.toLowerCase(), relation.columns);
    return `${quoteIdentifier(cte.alias.name)} AS (${relation.sql})`;
  });
  return `WITH ${ctes.join(", ")} `;
}

function setOperation(
  kind: "union" | "intersect" | "except",
  node: Node<"union">,
  parent: Scope,
  translator: Translator,
): Relation {
  const word = kind.toUpperCase();
  allowOnly(node, word, ["left", "right", "all", "distinct", "with", "order_by", "limit", "offset"]);
  if (!node.all && !node.distinct)
    throw invalidQuery(`Syntax error: Expected keyword ALL or keyword DISTINCT after ${word}`);
  const around = childScope(parent);
  const ctes = withClause(node.with, around, translator);
  const left = translator.query(node.left, around);
  const right = translator.query(node.right, around);
  if (left.columns.length !== right.columns.length) {
    throw invalidQuery(
      `Queries in ${word} have mismatched column count; query 1 has ${left.columns.length} columns, query 2 has ${right.columns.length} columns`,
    );
  }
  const columns = left.columns.map((column, index): ColumnType => {
    const other = right.columns[index]!;
    const type = commonType({ sql: "", type: column.type }, { sql: "", type: other.type });
    if (type === undefined)
      throw noSignature(`${word} in column ${index + 1}`, [
        { sql: "", type: column.type },
        { sql: "", type: other.type },
      ]);
    return { name: column.name, type };
  });
  const order = orderByName(node.order_by?.expressions ?? [], columns);
  const tail = limits(node.limit ?? undefined, node.offset ?? undefined, around, translator);
  return { sql: `${ctes}(${left.sql}) ${word} ${node.all ? "ALL " : ""}(${right.sql})${order}${tail}`, columns };
}

/** ORDER BY of a set operation: its columns' names or numbers. */
function orderByName(items: readonly Ordered[], columns: readonly ColumnType[]): string {
  if (items.length === 0) return "";
  const terms = items.map((item) => {
    const position = ordinal(item.this, columns.length) ?? namedPosition(item.this, columns);
    if (position === undefined) throw unsupported("ORDER BY an expression after a set operation");
    return direction(String(position), item);
  });
  return ` ORDER BY ${terms.join(", ")}`;
}

function direction(sql: string, item: Ordered): string {
  const nullsFirst = item.nulls_first ?? !item.desc;
  return `${sql} ${item.desc ? "DESC" : "ASC"} NULLS ${nullsFirst ? "FIRST" : "LAST"}`;
}

function ordinal(expression: Expression, count: number): number | undefined {
  const literal = nodeOf(expression, "literal");
  if (literal?.literal_type !== "number") return undefined;
  const position = Number(literal.value);
  if (!Number.isInteger(position) || position < 1 || position > count) {
    throw invalidQuery(`The column number ${literal.value} is out of range: the query has ${count} columns`);
  }
  return position;
}

function namedPosition(expression: Expression, columns: readonly { name: string }[]): number | undefined {
  const column = nodeOf(expression, "column");
  if (column === undefined || column.table !== null) return undefined;
  const name = column.name.name.toLowerCase();
  const index = columns.findIndex((each) => each.name.toLowerCase() === name);
  return index < 0 ? undefined : index + 1;
}

function limits(
  limit: Expression | undefined,
  offset: Expression | undefined,
  scope: Scope,
  translator: Translator,
): string {
  const amount = (expression: Expression, word: string): string => {
    const { sql, type } = translator.expression(expression, childScope(undefined, scope.parameters));
    if (type !== "INT64") throw invalidQuery(`${word} expects an integer literal or parameter`);
    return ` ${word} ${sql}`;
  };
  return (limit === undefined ? "" : amount(limit, "LIMIT")) + (offset === undefined ? "" : amount(offset, "OFFSET"));
}

const JOINS: Readonly<Record<string, string>> = {
  Inner: "JOIN",
  Left: "LEFT JOIN",
  Right: "RIGHT JOIN",
  Full: "FULL JOIN",
  Cross: "CROSS JOIN",
};

function from(node: Node<"select">, around: Scope, scope: Scope, translator: Translator): string {
  const parts: string[] = [];
  const add = (item: Expression): string => {
    const { sql, source } = fromItem(item, around, scope, translator);
    if (scope.sources.some((each) => each.alias.toLowerCase() === source.alias.toLowerCase())) {
      throw invalidQuery(`Duplicate table alias ${source.alias} in the same FROM clause`);
    }
    scope.sources.push(source);
    return sql;
  };
  for (const item of node.from?.expressions ?? [])
    parts.push(`${parts.length === 0 ? "" : " CROSS JOIN "}${add(item)}`);
  for (const join of node.joins) {
    allowOnly(join, "JOIN", ["this", "on", "using", "kind"]);
    const word = JOINS[join.kind];
    if (word === undefined) throw unsupported(`${join.kind} JOIN`);
    const left = [...scope.sources];
    parts.push(` ${word} ${add(join.this)}`);
    if (join.on !== null && join.on !== undefined) parts.push(` ON ${condition(join.on, scope, translator)}`);
    else if (join.using.length > 0)
      parts.push(
        using(
          join.using.map((each) => each.name),
          left,
          scope,
        ),
      );
    else if (join.kind === "Inner" || (join.kind === "Left" && nodeOf(join.this, "unnest") !== undefined))
      parts.push(" ON TRUE");
    else if (join.kind !== "Cross")
      throw invalidQuery(`${join.kind.toUpperCase()} JOIN must have an ON or USING clause`);
  }
  return parts.length === 0 ? "" : ` FROM ${parts.join("")}`;
}

function using(names: readonly string[], left: Scope["sources"], scope: Scope): string {
  for (const name of names) {
    const found = findName({ ...childScope(undefined), sources: left, merged: scope.merged }, name);
    if (found === undefined) throw invalidQuery(`Column ${name} in USING clause not found on left side of join`);
    scope.merged.set(name.toLowerCase(), { sql: quoteIdentifier(name), type: found.type });
  }
  return ` USING (${names.map(quoteIdentifier).join(", ")})`;
}

/** The columns that `*` or `t.*` stands for. */
function star(node: Node<"star">, scope: Scope, translator: Translator): Output[] {
  allowOnly(node, "*", ["table", "except", "replace"]);
  const qualifier = node.table?.name.toLowerCase();
  const sources = scope.sources.filter((source) => qualifier === undefined || source.alias.toLowerCase() === qualifier);
  if (sources.length === 0)
    throw invalidQuery(
      qualifier === undefined ? "SELECT * must have a FROM clause" : `Unrecognized name: ${node.table!.name}`,
    );
  const outputs: Output[] = [];
  if (qualifier === undefined) for (const [name, typed] of scope.merged) outputs.push({ name, ...typed });
  for (const source of sources) {
    for (const { name, type } of source.columns) {
      if (qualifier === undefined && scope.merged.has(name.toLowerCase())) continue;
      outputs.push({ name, type, sql: `${quoteIdentifier(source.alias)}.${quoteIdentifier(name)}` });
    }
  }
  const left = new Set((node.except ?? []).map((each) => each.name.toLowerCase()));
  const replaced = new Map((node.replace ?? []).map((each) => [each.alias.name.toLowerCase(), each.this]));
  for (const name of [...left, ...replaced.keys()]) {
    if (!outputs.some((output) => output.name.toLowerCase() === name))
      throw invalidQuery(`Column ${name} in SELECT * EXCEPT or REPLACE list does not exist`);
  }
  return outputs
    .filter((output) => !left.has(output.name.toLowerCase()))
    .map((output) => {
      const by = replaced.get(output.name.toLowerCase());
      return by === undefined ? output : { name: output.name, ...translator.expression(by, scope) };
    });
}

function outputs(node: Node<"select">, scope: Scope, translator: Translator): Output[] {
  let anonymous = 0;
  return node.expressions.flatMap((item): Output[] => {
    const all = nodeOf(item, "star");
    if (all !== undefined) return star(all, scope, translator);
    const alias = nodeOf(item, "alias");
    const value = translator.expression(alias?.this ?? item, scope);
    const name = alias?.alias.name ?? nodeOf(item, "column")?.name.name ?? nodeOf(item, "dot")?.field.name;
    return [{ ...value, name: name === undefined || name.startsWith("@") ? `f${anonymous++}_` : name }];
  });
}

function groupBy(node: Node<"select">, list: readonly Output[], scope: Scope, translator: Translator): string {
  const group = node.group_by;
  if (group === null || group === undefined) return "";
  allowOnly(group, "GROUP BY", ["expressions", "all"]);
  if (group.all === true) return " GROUP BY ALL";
  const terms = group.expressions.map((item) => {
    const position = ordinal(item, list.length);
    if (position !== undefined) {
      checkGroupable(list[position - 1]!);
      return String(position);
    }
    const named = namedPosition(item, list);
    const column =
      named === undefined ? undefined : findName({ ...scope, aliases: new Map() }, nodeOf(item, "column")!.name.name);
    if (named !== undefined && (column === undefined || column.sql === list[named - 1]!.sql)) {
      checkGroupable(list[named - 1]!);
      return String(named);
    }
    if (named !== undefined)
      throw invalidQuery(`Name ${list[named - 1]!.name} is ambiguous in GROUP BY: a column and an alias`);
    const value = translator.expression(item, scope);
    checkGroupable(value);
    return value.sql;
  });
  return ` GROUP BY ${terms.join(", ")}`;
}

function orderBy(node: Node<"select">, list: readonly Output[], scope: Scope, translator: Translator): string {
  const items = node.order_by?.expressions ?? [];
  if (items.length === 0) return "";
  const terms = items.map((item) => {
    const position = ordinal(item.this, list.length) ?? namedPosition(item.this, list);
    if (position === undefined) return ordering(translator, item, scope);
    if (list[position - 1]!.type === "JSON") throw noSignature("ORDER BY", [list[position - 1]!]);
    return direction(String(position), item);
  });
  return ` ORDER BY ${terms.join(", ")}`;
}

const CLAUSES = [
  "expressions",
  "from",
  "joins",
  "where_clause",
  "group_by",
  "having",
  "qualify",
  "order_by",
  "limit",
  "offset",
  "distinct",
  "with",
  "windows",
];

function translateSelect(node: Node<"select">, parent: Scope, translator: Translator): Relation {
  allowOnly(node, "SELECT", CLAUSES);
  const around = childScope(parent);
  const ctes = withClause(node.with, around, translator);
  const scope = childScope(around);
  const source = from(node, around, scope, translator);
  const where =
    node.where_clause === null || node.where_clause === undefined
      ? ""
      : ` WHERE ${condition(node.where_clause.this, scope, translator)}`;
  for (const window of node.windows ?? []) scope.windows.add(window.name.name.toLowerCase());
  const windows = (node.windows ?? []).map(
    ({ name, spec }) => `${quoteIdentifier(name.name)} AS (${windowSpec(spec, scope, translator)})`,
  );
  const list = outputs(node, scope, translator);
  const group = groupBy(node, list, scope, translator);
  for (const output of list)
    if (!scope.aliases.has(output.name.toLowerCase()))
      scope.aliases.set(output.name.toLowerCase(), { sql: `(${output.sql})`, type: output.type });
  const having =
    node.having === null || node.having === undefined
      ? ""
      : ` HAVING ${condition(node.having.this, scope, translator)}`;
  const qualify =
    node.qualify === null || node.qualify === undefined
      ? ""
      : ` QUALIFY ${condition(node.qualify.this, scope, translator)}`;
  const order = orderBy(node, list, scope, translator);
  const tail = limits(node.limit?.this, node.offset?.this, scope, translator);
  const items = list.map((output) => `${output.sql} AS ${quoteIdentifier(output.name)}`);
  if (node.distinct) for (const output of list) checkGroupable(output);
  const windowList = windows.length === 0 ? "" : ` WINDOW ${windows.join(", ")}`;
  return {
    sql: `${ctes}SELECT ${node.distinct ? "DISTINCT " : ""}${items.join(", ")}${source}${where}${group}${having}${windowList}${qualify}${order}${tail}`,
    columns: list.map(({ name, type }) => ({ name, type })),
  };
}
