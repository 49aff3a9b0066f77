/** Checks that functions make of their arguments. */
import { invalidQuery, unsupported } from "../errors.ts";
import type { Expression } from "./ast.ts";
import { nodeOf } from "./ast.ts";
import type { Call } from "./translator.ts";
import type { Type, Typed } from "./types.ts";
import { commonType, noSignature } from "./types.ts";

/** Refuses a call with another number of arguments. */
export function arity(call: Call, least: number, most = least): void {
  const count = call.nodes.length;
  if (count < least || count > most) throw noSignature(`function ${call.name}`, call.args);
}

/** An argument of one of the types (or NULL); literals of text stand for times. */
export function take(call: Call, index: number, ...types: Type[]): Typed {
  const arg = call.args[index];
  if (arg === undefined) throw noSignature(`function ${call.name}`, call.args);
  if (arg.type === "NULL" || types.includes(arg.type)) return arg;
  if (arg.type === "INT64" && (types.includes("FLOAT64") || types.includes("NUMERIC"))) return arg;
  for (const type of types) {
    if (commonType({ sql: "", type }, arg) === type)
      return { sql: `CAST(${arg.sql} AS ${CASTS[type as string] ?? "VARCHAR"})`, type };
  }
  throw noSignature(`function ${call.name}`, call.args);
}

const CASTS: Readonly<Record<string, string>> = {
  TIMESTAMP: "TIMESTAMPTZ",
  DATE: "DATE",
  DATETIME: "TIMESTAMP",
  TIME: "TIME",
  FLOAT64: "DOUBLE",
  NUMERIC: "DECIMAL(38, 9)",
  BIGNUMERIC: "DECIMAL(38, 18)",
};

/** The text of a literal argument. */
export function literalText(call: Call, index: number): string {
  const text = call.args[index]?.literal;
  if (text === undefined) throw unsupported(`${call.name} with argument ${index + 1} not a literal text`);
  return text;
}

/** The date part of an argument such as `HOUR` or `WEEK(MONDAY)`, upper case. */
export function datePart(call: Call, node: Expression | undefined): string {
  const name = node === undefined ? undefined : (nodeOf(node, "var")?.this ?? nodeOf(node, "column")?.name.name);
  if (name === undefined) throw unsupported(`this date part in ${call.name}`);
  return name.toUpperCase();
}

/** The amount and unit of an `INTERVAL n PART` argument. */
export function interval(
  call: Call,
  node: Expression | undefined,
  units: readonly string[],
): { amount: Typed; unit: string } {
  const value = node === undefined ? undefined : nodeOf(node, "interval");
  if (value === undefined) throw noSignature(`function ${call.name}`, call.args);
  return intervalOf(call, value, units);
}

function intervalOf(
  call: Call,
  value: NonNullable<ReturnType<typeof nodeOf<"interval">>>,
  units: readonly string[],
): { amount: Typed; unit: string } {
  if (value.this === null || value.unit === null || value.unit.type !== "simple")
    throw unsupported("this form of INTERVAL");
  const unit = String(value.unit.unit).toUpperCase();
  if (!units.includes(unit)) throw invalidQuery(`${call.name} does not support the ${unit} date part`);
  const literal = nodeOf(value.this, "literal");
  if (literal !== undefined && "value" in literal) {
    const text = String(literal.value);
    if (!/^-?\d+$/.test(text)) throw unsupported(`INTERVAL '${text}'`);
    return { amount: { sql: text, type: "INT64" }, unit };
  }
  const amount = call.translator.expression(value.this, call.scope);
  if (amount.type !== "INT64") throw noSignature("INTERVAL", [amount]);
  return { amount, unit };
}
