/** Aggregate functions, and functions that stand only with OVER. */
import { unsupported } from "../errors.ts";
import type { Expression, Ordered } from "./ast.ts";
import { allowOnly, nodeOf } from "./ast.ts";
import type { Scope } from "./scope.ts";
import type { Translator } from "./translator.ts";
import type { Type, Typed } from "./types.ts";
import { isNumber, noSignature, typeName } from "./types.ts";

/** An aggregate's parts, whatever kind of node the parser made of it. */
export interface Aggregate {
  readonly name: string;
  readonly args: readonly Expression[];
  readonly star: boolean;
  readonly distinct: boolean;
  readonly ignoreNulls: boolean | undefined;
  readonly orderBy: readonly Ordered[];
  readonly limit: Expression | undefined;
  readonly havingMax: readonly [Expression, boolean] | undefined;
}

const NAMES: Readonly<Record<string, string>> = {
  count: "COUNT",
  count_if: "COUNTIF",
  sum: "SUM",
  avg: "AVG",
  min: "MIN",
  max: "MAX",
  approx_count_distinct: "APPROX_COUNT_DISTINCT",
  any_value: "ANY_VALUE",
  array_agg: "ARRAY_AGG",
  string_agg: "STRING_AGG",
  logical_or: "LOGICAL_OR",
  logical_and: "LOGICAL_AND",
  stddev: "STDDEV",
  variance: "VARIANCE",
  aggregate_function: "",
};

const PROPERTIES = [
  "this",
  "star",
  "distinct",
  "ignore_nulls",
  "order_by",
  "limit",
  "having_max",
  "separator",
  "name",
  "args",
];

/** The aggregate that a node is, or `undefined`. */
export function aggregateOf(kind: string, value: Readonly<Record<string, unknown>>): Aggregate | undefined {
  const fixed = NAMES[kind];
  if (fixed === undefined) return undefined;
  const name = fixed === "" ? String(value["name"]).toUpperCase() : fixed;
  allowOnly(value, name, PROPERTIES);
  const args = [value["this"], value["separator"], ...((value["args"] as unknown[] | undefined) ?? [])].filter(
    (arg) => arg !== null && arg !== undefined,
  );
  return {
    name,
    args: args as Expression[],
    star: value["star"] === true,
    distinct: value["distinct"] === true,
    ignoreNulls: (value["ignore_nulls"] as boolean | null | undefined) ?? undefined,
    orderBy: (value["order_by"] as Ordered[] | null | undefined) ?? [],
    limit: (value["limit"] as Expression | null | undefined) ?? undefined,
    havingMax: (value["having_max"] as [Expression, boolean] | null | undefined) ?? undefined,
  };
}

/** `expr ASC NULLS FIRST`: BigQuery takes NULL as the smallest value. */
export function ordering(translator: Translator, item: Ordered, scope: Scope): string {
  const { sql, type } = translator.expression(item.this, scope);
  if (type === "JSON") throw noSignature("ORDER BY", [{ sql, type }]);
  const nullsFirst = item.nulls_first ?? !item.desc;
  return `${sql} ${item.desc ? "DESC" : "ASC"} NULLS ${nullsFirst ? "FIRST" : "LAST"}`;
}

interface Parts {
  readonly aggregate: Aggregate;
  readonly args: readonly Typed[];
  readonly order: string;
  readonly translator: Translator;
}

/** An aggregate call; `cast` is the type that DuckDB's wider result goes back to, outside an OVER. */
interface Called extends Typed {
  readonly cast?: string;
}

type Make = (parts: Parts) => Called;

function call(name: string, parts: Parts, more = ""): string {
  const distinct = parts.aggregate.distinct ? "DISTINCT " : "";
  return `${name}(${distinct}${parts.args.map((arg) => arg.sql).join(", ")}${more}${parts.order})`;
}

function first({ aggregate, args }: Parts): Typed {
  const arg = args[0];
  if (arg === undefined) throw noSignature(`function ${aggregate.name}`, args);
  return arg;
}

function ordered(name: string): Make {
  return (parts) => {
    const { type } = first(parts);
    if (type === "JSON") throw noSignature(`function ${parts.aggregate.name}`, parts.args);
    return { sql: call(name, parts), type };
  };
}

function onNumber(name: string, result: (type: Type) => Type): Make {
  return (parts) => {
    const { type } = first(parts);
    if (!isNumber(type)) throw noSignature(`function ${parts.aggregate.name}`, parts.args);
    const to = result(type);
    return { sql: call(name, parts), type: to, ...(to === "INT64" ? { cast: "BIGINT" } : {}) };
  };
}

function onBool(name: string): Make {
  return (parts) => {
    if (first(parts).type !== "BOOL") throw noSignature(`function ${parts.aggregate.name}`, parts.args);
    return { sql: call(name, parts), type: "BOOL" };
  };
}

function count(parts: Parts): Typed {
  if (parts.aggregate.star) return { sql: "count(*)", type: "INT64" };
  const { sql, type } = first(parts);
  if (parts.args.length !== 1 || (parts.aggregate.distinct && type === "JSON"))
    throw noSignature("function COUNT", parts.args);
  return { sql: `count(${parts.aggregate.distinct ? "DISTINCT " : ""}${sql})`, type: "INT64" };
}

function countIf(parts: Parts): Called {
  const { sql, type } = first(parts);
  if (type !== "BOOL" || parts.aggregate.distinct) throw noSignature("function COUNTIF", parts.args);
  return { sql: `count_if(${sql})`, type: "INT64", cast: "BIGINT" };
}

function approximateCount(parts: Parts): Typed {
  if (first(parts).type === "JSON") throw noSignature("function APPROX_COUNT_DISTINCT", parts.args);
  return { sql: call("approx_count_distinct", parts), type: "INT64" };
}

function anyValue(parts: Parts): Typed {
  return { sql: call("any_value", parts), type: first(parts).type };
}

function arrayAgg(parts: Parts): Typed {
  const { sql, type } = first(parts);
  if (typeof type === "object" && "array" in type) throw noSignature("function ARRAY_AGG", parts.args);
  const filter = parts.aggregate.ignoreNulls === true ? ` FILTER (WHERE ${sql} IS NOT NULL)` : "";
  return { sql: limited(parts, call("array_agg", parts) + filter), type: { array: type } };
}

function limited({ aggregate }: Parts, list: string): string {
  if (aggregate.limit === undefined) return list;
  const literal = nodeOf(aggregate.limit, "literal");
  const limit = literal !== undefined && "value" in literal ? String(literal.value) : "";
  if (!/^\d+$/.test(limit)) throw unsupported(`this LIMIT in ${aggregate.name}`);
  return `list_slice(${list}, 1, ${limit})`;
}

function stringAgg(parts: Parts): Typed {
  const { type } = first(parts);
  if (type !== "STRING") throw noSignature("function STRING_AGG", parts.args);
  if (parts.aggregate.limit !== undefined) throw unsupported("LIMIT in STRING_AGG");
  return { sql: call("string_agg", parts, parts.args.length < 2 ? ", ','" : ""), type: "STRING" };
}

function by(name: string): Make {
  return (parts) => ({ sql: call(name, parts), type: first(parts).type });
}

function quantiles(parts: Parts): Typed {
  const { sql, type } = first(parts);
  const n = /^CAST\((\d+) AS BIGINT\)$/.exec(parts.args[1]?.sql ?? "")?.[1];
  if (n === undefined || Number(n) < 1 || Number(n) > 1000)
    throw unsupported("APPROX_QUANTILES without a literal number from 1 to 1000");
  const points = Array.from({ length: Number(n) + 1 }, (_, index) => index / Number(n));
  return { sql: `quantile_disc(${sql}, [${points.join(", ")}])`, type: { array: type } };
}

const float = (): Type => "FLOAT64";

const AGGREGATES: Readonly<Record<string, Make>> = {
  COUNT: count,
  COUNTIF: countIf,
  SUM: onNumber("sum", (type) => type),
  AVG: onNumber("avg", float),
  STDDEV: onNumber("stddev_samp", float),
  STDDEV_SAMP: onNumber("stddev_samp", float),
  VARIANCE: onNumber("var_samp", float),
  MIN: ordered("min"),
  MAX: ordered("max"),
  APPROX_COUNT_DISTINCT: approximateCount,
  APPROX_QUANTILES: quantiles,
  ANY_VALUE: anyValue,
  ARRAY_AGG: arrayAgg,
  STRING_AGG: stringAgg,
  LOGICAL_OR: onBool("bool_or"),
  LOGICAL_AND: onBool("bool_and"),
  MAX_BY: by("arg_max"),
  MIN_BY: by("arg_min"),
};

/** An aggregate in DuckDB's SQL; `over` is what follows it, ` OVER (…)` or nothing. */
export function translateAggregate(translator: Translator, aggregate: Aggregate, scope: Scope, over = ""): Typed {
  if (over !== "" && aggregate.limit !== undefined) throw unsupported(`LIMIT in ${aggregate.name} with OVER`);
  const { sql, type, cast } = makeAggregate(translator, aggregate, scope);
  return { sql: cast === undefined ? sql + over : `CAST(${sql}${over} AS ${cast})`, type };
}

function makeAggregate(translator: Translator, aggregate: Aggregate, scope: Scope): Called {
  const make = AGGREGATES[aggregate.name];
  if (make === undefined) throw unsupported(`the function ${aggregate.name}`);
  if (aggregate.name !== "ARRAY_AGG" && aggregate.ignoreNulls !== undefined)
    throw unsupported(`IGNORE NULLS in ${aggregate.name}`);
  const args = aggregate.args.map((arg) => translator.expression(arg, scope));
  if (aggregate.havingMax !== undefined) {
    const [by, isMax] = aggregate.havingMax;
    const value = args[0]!;
    return {
      sql: `${isMax ? "arg_max" : "arg_min"}(${value.sql}, ${translator.expression(by, scope).sql})`,
      type: value.type,
    };
  }
  const order = aggregate.orderBy.map((item) => ordering(translator, item, scope));
  if (order.length > 0 && aggregate.name !== "ARRAY_AGG" && aggregate.name !== "STRING_AGG")
    throw unsupported(`ORDER BY in ${aggregate.name}`);
  return make({ aggregate, args, order: order.length === 0 ? "" : ` ORDER BY ${order.join(", ")}`, translator });
}

/** Functions that need OVER, by the parser's kind. */
const WINDOW_ONLY: Readonly<Record<string, Type | "argument">> = {
  row_number: "INT64",
  rank: "INT64",
  dense_rank: "INT64",
  percent_rank: "FLOAT64",
  cume_dist: "FLOAT64",
  n_tile: "INT64",
  lag: "argument",
  lead: "argument",
  first_value: "argument",
  last_value: "argument",
  nth_value: "argument",
};

/** The function before OVER where it is none but a window function: its name is the parser's kind. */
export function translateWindowOnly(
  translator: Translator,
  kind: string,
  value: object,
  scope: Scope,
): Typed | undefined {
  const result = WINDOW_ONLY[kind];
  if (result === undefined) return undefined;
  allowOnly(value, kind.toUpperCase(), ["this", "offset", "default", "ignore_nulls", "num_buckets"]);
  const {
    this: of,
    offset,
    default: otherwise,
    ignore_nulls: ignoreNulls,
    num_buckets: buckets,
  } = value as Record<string, Expression | null | undefined>;
  const args = [of, buckets, offset, otherwise].flatMap((arg) =>
    arg === null || arg === undefined ? [] : [translator.expression(arg, scope)],
  );
  const type = result === "argument" ? args[0]?.type : result;
  if (type === undefined) throw noSignature(`function ${kind.toUpperCase()}`, args);
  const nulls = (ignoreNulls as unknown) === true ? " IGNORE NULLS" : "";
  return { sql: `${kind.replace("n_tile", "ntile")}(${args.map((arg) => arg.sql).join(", ")}${nulls})`, type };
}

/** Refuses types that cannot be grouped or compared for equality. */
export function checkGroupable(value: Typed): void {
  if (value.type === "JSON" || typeof value.type === "object") {
    throw unsupported(`grouping by expressions of type ${typeName(value.type)}, which BigQuery refuses too`);
  }
}
