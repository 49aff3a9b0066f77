/** Calls of functions, by name or by the parser's kinds for some of them. */
import { unsupported } from "../errors.ts";
import { quoteIdentifier } from "../names.ts";
import type { Expression } from "./ast.ts";
import { nodeOf, open } from "./ast.ts";
import { castTo } from "./casts.ts";
import { JSON_FUNCTIONS } from "./json-functions.ts";
import { SCALAR_FUNCTIONS } from "./scalar-functions.ts";
import type { Scope } from "./scope.ts";
import { TIME_FUNCTIONS } from "./time-functions.ts";
import type { Call, FunctionTable, Translator } from "./translator.ts";
import type { Typed } from "./types.ts";
import { noSignature } from "./types.ts";

const FUNCTIONS: FunctionTable = { ...SCALAR_FUNCTIONS, ...TIME_FUNCTIONS, ...JSON_FUNCTIONS, STRING: stringFunction };

/** Functions for which the parser has kinds of their own: their names and where their arguments stand. */
export const KINDS_OF_FUNCTIONS: Readonly<Record<string, readonly [string, ...string[]]>> = {
  json_value: ["JSON_VALUE", "this", "path"],
  json_query: ["JSON_QUERY", "this", "path"],
  json_extract: ["JSON_EXTRACT", "this", "path"],
  json_extract_scalar: ["JSON_EXTRACT_SCALAR", "this", "path"],
  json_type: ["JSON_TYPE", "this"],
  parse_json: ["PARSE_JSON", "this"],
  timestamp: ["TIMESTAMP", "this", "zone"],
  safe_divide: ["SAFE_DIVIDE", "this", "expression"],
  mod_func: ["MOD", "this", "expression"],
  array_length: ["ARRAY_LENGTH", "this"],
  starts_with: ["STARTS_WITH", "this", "expression"],
  ends_with: ["ENDS_WITH", "this", "expression"],
  substring: ["SUBSTR", "this", "start", "length"],
  length: ["LENGTH", "this"],
  lower: ["LOWER", "this"],
  upper: ["UPPER", "this"],
  str_position: ["STRPOS", "this", "substr"],
  rand: ["RAND"],
  round: ["ROUND", "this", "decimals"],
  floor: ["FLOOR", "this"],
  ceil: ["CEIL", "this"],
  abs: ["ABS", "this"],
  power: ["POW", "this", "expression"],
  sqrt: ["SQRT", "this"],
  ln: ["LN", "this"],
  exp: ["EXP", "this"],
};

/** Nodes whose place takes a name or a unit, not a value. */
const NOT_VALUES: ReadonlySet<string> = new Set(["var", "interval"]);

/** A call by its name as written, `SAFE.` included. */
export function callFunction(
  written: string,
  nodes: readonly Expression[],
  scope: Scope,
  translator: Translator,
): Typed {
  const upper = written.toUpperCase();
  const safe = upper.startsWith("SAFE.");
  const name = safe ? upper.slice(5) : upper;
  if (name === "STRUCT") return struct(nodes, scope, translator);
  if (name === "ARRAY") {
    const relation = translator.query(nodes[0]!, scope);
    return { sql: `ARRAY(${relation.sql})`, type: { array: relation.columns[0]!.type } };
  }
  const parts = [
    "WEEK",
    "ISOWEEK",
    "QUARTER",
    "MONTH",
    "YEAR",
    "DAY",
    "HOUR",
    "MINUTE",
    "SECOND",
    "MILLISECOND",
    "MICROSECOND",
  ];
  const args = nodes.map((node): Typed => {
    const bare = nodeOf(node, "column");
    const isPart =
      bare !== undefined &&
      bare.table === null &&
      /_(TRUNC|DIFF)$/.test(name) &&
      parts.includes(bare.name.name.toUpperCase());
    if (isPart || NOT_VALUES.has(open(node).kind)) return { sql: "", type: "INTERVAL" };
    const value = translator.expression(node, scope);
    // SAFE.PARSE_JSON of a literal must fail while the query runs, where TRY catches it, not while it is translated.
    return safe && name === "PARSE_JSON" ? { sql: value.sql, type: value.type } : value;
  });
  const call: Call = { name, args, nodes, scope, translator };
  const make = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
  if (make === undefined || !Object.hasOwn({ ...FUNCTIONS, STRING: true }, name))
    throw unsupported(`the function ${written}`);
  const result = make(call);
  return safe ? { sql: `TRY(${result.sql})`, type: result.type } : result;
}

/** STRING(json) or STRING(timestamp). */
function stringFunction(call: Call): Typed {
  const arg = call.args[0];
  if (arg?.type === "JSON") return JSON_FUNCTIONS["JSON_STRING"]!({ ...call, name: "STRING" });
  if (call.args.length === 1 && (arg?.type === "TIMESTAMP" || arg?.type === "DATE"))
    return castTo(arg, "STRING", false);
  throw noSignature("function STRING", call.args);
}

function struct(nodes: readonly Expression[], scope: Scope, translator: Translator): Typed {
  const fields = nodes.map((node, index) => {
    const alias = nodeOf(node, "alias");
    const value = translator.expression(alias?.this ?? node, scope);
    const name = alias?.alias.name ?? nodeOf(node, "column")?.name.name ?? `_field_${index + 1}`;
    return { name, value };
  });
  const body = fields.map(({ name, value }) => `${quoteIdentifier(name)}: ${value.sql}`).join(", ");
  return { sql: `{${body}}`, type: { struct: fields.map(({ name, value }) => ({ name, type: value.type })) } };
}
