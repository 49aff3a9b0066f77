/** Expressions of GoogleSQL as DuckDB's, with their types. What is not listed here is refused by name. */
import type { BigQueryError } from "../errors.ts";
import { invalidQuery, unsupported } from "../errors.ts";
import { aggregateOf, translateAggregate } from "./aggregates.ts";
import type { Expression, Kind, Node } from "./ast.ts";
import { allowOnly, nodeOf, open } from "./ast.ts";
import { castTo, parsedType } from "./casts.ts";
import { callFunction, KINDS_OF_FUNCTIONS } from "./function-calls.ts";
import { jsonStep } from "./json-functions.ts";
import { dateLiteral, numberLiteral, stringLiteral, timestampLiteral } from "./literals.ts";
import { divide } from "./scalar-functions.ts";
import type { Scope } from "./scope.ts";
import { columnOf, findName, findSource } from "./scope.ts";
import { addInterval, extract } from "./time-functions.ts";
import type { Translator } from "./translator.ts";
import type { Type, Typed } from "./types.ts";
import { commonType, commonTypeOf, elementType, isNumber, noSignature } from "./types.ts";
import { windowFunction } from "./windows.ts";

type Handlers = { readonly [K in Kind]?: (node: Node<K>, scope: Scope, translator: Translator) => Typed };

function array(expressions: readonly Expression[], scope: Scope, translator: Translator): Typed {
  const items = expressions.map((item) => translator.expression(item, scope));
  const type = commonTypeOf("ARRAY", items);
  return { sql: `[${items.map((item) => item.sql).join(", ")}]`, type: { array: type } };
}

function comparison(operator: string) {
  return ({ left, right }: { left: Expression; right: Expression }, scope: Scope, translator: Translator): Typed => {
    const [a, b] = [translator.expression(left, scope), translator.expression(right, scope)];
    return compare(operator, a, b);
  };
}

function compare(operator: string, a: Typed, b: Typed): Typed {
  const type = commonType(a, b);
  if (type === undefined || type === "JSON" || type === "INTERVAL" || typeof type === "object")
    throw noSignature(`operator ${operator}`, [a, b]);
  return { sql: `(${coerce(a, type).sql} ${operator} ${coerce(b, type).sql})`, type: "BOOL" };
}

/** A literal of text as the TIMESTAMP, DATE or so that it stands for. */
function coerce(value: Typed, type: Type): Typed {
  return value.literal !== undefined && type !== "STRING" ? castTo(value, type, false) : value;
}

function logic(operator: "AND" | "OR") {
  return ({ left, right }: { left: Expression; right: Expression }, scope: Scope, translator: Translator): Typed => {
    const [a, b] = [condition(left, scope, translator), condition(right, scope, translator)];
    return { sql: `(${a} ${operator} ${b})`, type: "BOOL" };
  };
}

/** A boolean expression, as WHERE, ON and AND need. */
export function condition(expression: Expression, scope: Scope, translator: Translator): string {
  const value = translator.expression(expression, scope);
  if (value.type !== "BOOL" && value.type !== "NULL") throw noSignature("a condition", [value]);
  return value.sql;
}

function arithmetic(operator: "+" | "-" | "*" | "/") {
  return ({ left, right }: { left: Expression; right: Expression }, scope: Scope, translator: Translator): Typed => {
    const a = translator.expression(left, scope);
    if (open(right).kind === "interval" && (operator === "+" || operator === "-")) {
      return addInterval(
        { name: `operator ${operator}`, args: [a], nodes: [left, right], scope, translator },
        operator,
        a,
        right,
      );
    }
    const b = translator.expression(right, scope);
    if (operator === "/") return divide({ name: "operator /", args: [a, b], nodes: [left, right], scope, translator });
    const type = commonType(a, b);
    if (type === undefined || !isNumber(type)) throw noSignature(`operator ${operator}`, [a, b]);
    return { sql: `(${a.sql} ${operator} ${b.sql})`, type };
  };
}

function column(node: Node<"column">, scope: Scope, translator: Translator): Typed {
  const name = node.name.name;
  if (name.startsWith("@")) {
    const parameter = translator.parameters.get(name.slice(1).toLowerCase());
    if (parameter === undefined) throw invalidQuery(`Query parameter '${name.slice(1)}' not found`);
    return parameter;
  }
  if (node.table === null) {
    const found = findName(scope, name);
    if (found !== undefined) return found;
    if (findSource(scope, name) !== undefined) throw unsupported(`the table ${name} as a value`);
    throw unrecognized(name, node.span);
  }
  const source = findSource(scope, node.table.name);
  if (source !== undefined) {
    const found = columnOf(source, name);
    if (found !== undefined) return found;
    const value = columnOf(source, node.table.name);
    if (value !== undefined) return field(value, name);
    throw invalidQuery(`Name ${name} not found inside ${node.table.name}`);
  }
  const base = findName(scope, node.table.name);
  if (base === undefined) throw unrecognized(node.table.name, node.span);
  return field(base, name);
}

function unrecognized(name: string, span: { line: number; column: number } | null | undefined): BigQueryError {
  return invalidQuery(
    `Unrecognized name: ${name}${span ? ` at [${span.line}:${Math.max(1, span.column - name.length)}]` : ""}`,
  );
}

/** `value.name` of a JSON value or a STRUCT. */
function field(value: Typed, name: string): Typed {
  if (value.type === "JSON") return jsonStep(value, name);
  if (typeof value.type === "object" && "struct" in value.type) {
    const found = value.type.struct.find((each) => each.name.toLowerCase() === name.toLowerCase());
    if (found === undefined) throw invalidQuery(`Field name ${name} does not exist in STRUCT`);
    return { sql: `struct_extract(${value.sql}, '${found.name.replaceAll("'", "''")}')`, type: found.type };
  }
  throw invalidQuery(
    `Cannot access field ${name} on a value with type ${String(typeof value.type === "string" ? value.type : "ARRAY")}`,
  );
}

function subscript(node: Node<"subscript">, scope: Scope, translator: Translator): Typed {
  const value = translator.expression(node.this, scope);
  const access = nodeOf(node.index, "function");
  if (value.type === "JSON") {
    const literal = nodeOf(node.index, "literal");
    if (literal?.literal_type === "string") return jsonStep(value, literal.value);
    if (literal?.literal_type === "number") return jsonStep(value, Number(literal.value));
    throw unsupported("a subscript of JSON that is no literal");
  }
  const type = elementType("operator []", value);
  const name = access === undefined ? "OFFSET" : access.name.toUpperCase();
  const index = translator.expression(access === undefined ? node.index : access.args[0]!, scope);
  if (!/^(SAFE_)?(OFFSET|ORDINAL)$/.test(name) || index.type !== "INT64")
    throw noSignature("operator []", [value, index]);
  const position = name.endsWith("OFFSET") ? `(${index.sql} + 1)` : index.sql;
  const element = `list_extract(${value.sql}, ${position})`;
  const outside = `${position} < 1 OR ${position} > len(${value.sql})`;
  const failure = name.startsWith("SAFE_") ? "NULL" : "error('Array index out of bounds')";
  return { sql: `CASE WHEN ${outside} THEN ${failure} ELSE ${element} END`, type };
}

function isIn(node: Node<"in">, scope: Scope, translator: Translator): Typed {
  allowOnly(node, "IN", ["this", "expressions", "query", "not", "unnest"]);
  const value = translator.expression(node.this, scope);
  const not = node.not ? "NOT " : "";
  if (node.query !== null && node.query !== undefined) {
    const relation = translator.query(node.query, scope);
    compare("IN", value, { sql: "", type: relation.columns[0]!.type });
    return { sql: `(${value.sql} ${not}IN (${relation.sql}))`, type: "BOOL" };
  }
  if (node.unnest !== null && node.unnest !== undefined) {
    const list = translator.expression(node.unnest, scope);
    compare("IN", value, { sql: "", type: elementType("IN UNNEST", list) });
    return { sql: `(${value.sql} ${not}IN (SELECT unnest(${list.sql})))`, type: "BOOL" };
  }
  const items = node.expressions.map((item) => {
    const typed = translator.expression(item, scope);
    compare("IN", value, typed);
    return coerce(typed, value.type).sql;
  });
  return { sql: `(${value.sql} ${not}IN (${items.join(", ")}))`, type: "BOOL" };
}

function caseOf(node: Node<"case">, scope: Scope, translator: Translator): Typed {
  const operand =
    node.operand === null || node.operand === undefined ? undefined : translator.expression(node.operand, scope);
  const results: Typed[] = [];
  const whens = node.whens.map(([when, then]) => {
    const test =
      operand === undefined
        ? condition(when, scope, translator)
        : compare("=", operand, translator.expression(when, scope)).sql;
    const result = translator.expression(then, scope);
    results.push(result);
    return `WHEN ${test} THEN ${result.sql}`;
  });
  const otherwise =
    node.else_ === null || node.else_ === undefined ? undefined : translator.expression(node.else_, scope);
  if (otherwise !== undefined) results.push(otherwise);
  return { sql: `CASE ${whens.join(" ")} ELSE ${otherwise?.sql ?? "NULL"} END`, type: commonTypeOf("CASE", results) };
}

const HANDLERS: Handlers = {
  literal: (node) => {
    if (node.literal_type === "string" || node.literal_type === "raw_string") return stringLiteral(node.value);
    if (node.literal_type === "triple_quoted_string") return stringLiteral(node.value[0]);
    if (node.literal_type === "number") return numberLiteral(node.value);
    if (node.literal_type === "timestamp") return timestampLiteral(node.value);
    if (node.literal_type === "date") return dateLiteral(node.value);
    throw unsupported(`a literal of kind ${node.literal_type}`);
  },
  boolean: (node) => ({ sql: node.value ? "TRUE" : "FALSE", type: "BOOL" }),
  null: () => ({ sql: "NULL", type: "NULL" }),
  column,
  paren: (node, scope, translator) => {
    const { sql, type } = translator.expression(node.this, scope);
    return { sql: `(${sql})`, type };
  },
  dot: (node, scope, translator) => field(translator.expression(node.this, scope), node.field.name),
  subscript,
  eq: comparison("="),
  neq: comparison("<>"),
  lt: comparison("<"),
  lte: comparison("<="),
  gt: comparison(">"),
  gte: comparison(">="),
  null_safe_eq: comparison("IS NOT DISTINCT FROM"),
  null_safe_neq: comparison("IS DISTINCT FROM"),
  and: logic("AND"),
  or: logic("OR"),
  not: (node, scope, translator) => ({ sql: `(NOT ${condition(node.this, scope, translator)})`, type: "BOOL" }),
  add: arithmetic("+"),
  sub: arithmetic("-"),
  mul: arithmetic("*"),
  div: arithmetic("/"),
  neg: (node, scope, translator) => {
    const value = translator.expression(node.this, scope);
    if (!isNumber(value.type)) throw noSignature("operator -", [value]);
    return { sql: `(-${value.sql})`, type: value.type };
  },
  concat: (node, scope, translator) => {
    const [a, b] = [translator.expression(node.left, scope), translator.expression(node.right, scope)];
    const type = commonType(a, b);
    if (type !== "STRING" && typeof type !== "object") throw noSignature("operator ||", [a, b]);
    return { sql: `(${a.sql} || ${b.sql})`, type };
  },
  like: (node, scope, translator) => {
    allowOnly(node, "LIKE", ["left", "right"]);
    const [a, b] = [translator.expression(node.left, scope), translator.expression(node.right, scope)];
    if (commonType(a, b) !== "STRING") throw noSignature("operator LIKE", [a, b]);
    return { sql: `(${a.sql} LIKE ${b.sql} ESCAPE '\\')`, type: "BOOL" };
  },
  between: (node, scope, translator) => {
    allowOnly(node, "BETWEEN", ["this", "low", "high", "not"]);
    const value = translator.expression(node.this, scope);
    const low = compare(">=", value, translator.expression(node.low, scope));
    const high = compare("<=", value, translator.expression(node.high, scope));
    return { sql: `(${node.not ? "NOT " : ""}(${low.sql} AND ${high.sql}))`, type: "BOOL" };
  },
  is_null: (node, scope, translator) => {
    const value = translator.expression(node.this, scope);
    return { sql: `(${value.sql} IS ${node.not ? "NOT " : ""}NULL)`, type: "BOOL" };
  },
  is_true: (node, scope, translator) => ({
    sql: `(${condition(node.this, scope, translator)} IS ${node.not ? "NOT " : ""}TRUE)`,
    type: "BOOL",
  }),
  is_false: (node, scope, translator) => ({
    sql: `(${condition(node.this, scope, translator)} IS ${node.not ? "NOT " : ""}FALSE)`,
    type: "BOOL",
  }),
  in: isIn,
  case: caseOf,
  if_func: (node, scope, translator) => {
    const test = condition(node.condition, scope, translator);
    const yes = translator.expression(node.true_value, scope);
    const no =
      node.false_value === null
        ? { sql: "NULL", type: "NULL" as const }
        : translator.expression(node.false_value, scope);
    return {
      sql: `CASE WHEN ${test} THEN ${yes.sql} ELSE ${no.sql} END`,
      type: commonTypeOf("function IF", [yes, no]),
    };
  },
  coalesce: (node, scope, translator) => {
    const args = node.expressions.map((each) => translator.expression(each, scope));
    return { sql: `coalesce(${args.map((arg) => arg.sql).join(", ")})`, type: commonTypeOf("function COALESCE", args) };
  },
  cast: (node, scope, translator) => {
    allowOnly(node, "CAST", ["this", "to"]);
    return castTo(translator.expression(node.this, scope), parsedType(node.to), false);
  },
  safe_cast: (node, scope, translator) => {
    allowOnly(node, "SAFE_CAST", ["this", "to"]);
    return castTo(translator.expression(node.this, scope), parsedType(node.to), true);
  },
  extract: (node, scope, translator) => {
    const zoned = nodeOf(node.this, "at_time_zone");
    if (typeof node.field !== "string") throw unsupported(`EXTRACT(${JSON.stringify(node.field)} …)`);
    const value = translator.expression(zoned?.this ?? node.this, scope);
    return extract(
      node.field.toUpperCase(),
      value,
      zoned === undefined ? undefined : translator.expression(zoned.zone, scope),
    );
  },
  trim: (node, scope, translator) => {
    allowOnly(node, "TRIM", ["this", "characters", "position"]);
    const args = [node.this, node.characters].filter((arg) => arg !== null && arg !== undefined);
    return callFunction("TRIM", args, scope, translator);
  },
  array: (node, scope, translator) => array(node.expressions, scope, translator),
  array_func: (node, scope, translator) => array(node.expressions, scope, translator),
  function: (node, scope, translator) => {
    allowOnly(node, `the function ${node.name}`, ["name", "args"]);
    return callFunction(node.name, node.args, scope, translator);
  },
  exists: (node, scope, translator) => ({
    sql: `(${node.not ? "NOT " : ""}EXISTS (${translator.query(node.this, scope).sql}))`,
    type: "BOOL",
  }),
  subquery: (node, scope, translator) => {
    allowOnly(node, "a subquery", ["this"]);
    const relation = translator.query(node.this, scope);
    if (relation.columns.length !== 1)
      throw invalidQuery("Scalar subquery cannot have more than one column unless using SELECT AS STRUCT");
    return { sql: `(${relation.sql})`, type: relation.columns[0]!.type };
  },
  window_function: windowFunction,
};

/** An expression in DuckDB's SQL and its type; a BigQueryError for what BigQuery refuses or we do not have. */
export function translateExpression(expression: Expression, scope: Scope, translator: Translator): Typed {
  const { kind, value } = open(expression);
  const aggregate = aggregateOf(kind, value);
  if (aggregate !== undefined) return translateAggregate(translator, aggregate, scope);
  const known = KINDS_OF_FUNCTIONS[kind];
  if (known !== undefined) {
    const [name, ...places] = known;
    allowOnly(value, name, places);
    const args = places.flatMap((place) =>
      value[place] === null || value[place] === undefined ? [] : [value[place] as Expression],
    );
    return callFunction(name, args, scope, translator);
  }
  const handler = HANDLERS[kind] as ((node: unknown, scope: Scope, translator: Translator) => Typed) | undefined;
  if (handler === undefined)
    throw unsupported(kind === "method_call" ? "functions with dotted names" : kind.replaceAll("_", " ").toUpperCase());
  return handler(value, scope, translator);
}
