import { invalidQuery } from "../errors.ts";
import type { SqlType } from "../schema.ts";

/** Type of an expression; `NULL` is the type of the bare literal, `INTERVAL` of interval literals. */
export type Type =
  | SqlType
  | "NULL"
  | "INTERVAL"
  | { readonly array: Type }
  | { readonly struct: readonly { readonly name: string; readonly type: Type }[] };

/** An expression as DuckDB's SQL. */
export interface Typed {
  readonly sql: string;
  readonly type: Type;
  /** The text of a string literal, which BigQuery lets stand for a TIMESTAMP, DATE and so on. */
  readonly literal?: string;
}

/** A type as BigQuery's messages say it. */
export function typeName(type: Type): string {
  if (typeof type === "string") return type;
  if ("array" in type) return `ARRAY<${typeName(type.array)}>`;
  return `STRUCT<${type.struct.map((field) => `${field.name} ${typeName(field.type)}`).join(", ")}>`;
}

const NUMBERS: readonly Type[] = ["INT64", "NUMERIC", "BIGNUMERIC", "FLOAT64"];

/** Whether the type is one of numbers. */
export function isNumber(type: Type): boolean {
  return NUMBERS.includes(type) || type === "NULL";
}

/** BigQuery's words for arguments that no function or operator takes. */
export function noSignature(what: string, args: readonly Typed[]): Error {
  const types = args.map((arg) => typeName(arg.type)).join(", ");
  return invalidQuery(`No matching signature for ${what} for argument types: ${types}`);
}

const LITERAL_TYPES: readonly Type[] = ["TIMESTAMP", "DATE", "TIME", "DATETIME"];

/** The type that both sides can take without a cast, as BigQuery coerces; `undefined` if there is none. */
export function commonType(left: Typed, right: Typed): Type | undefined {
  if (left.type === "NULL") return right.type;
  if (right.type === "NULL") return left.type;
  if (typeName(left.type) === typeName(right.type)) return left.type;
  const a = NUMBERS.indexOf(left.type);
  const b = NUMBERS.indexOf(right.type);
  if (a >= 0 && b >= 0) return NUMBERS[Math.max(a, b)];
  if (right.literal !== undefined && LITERAL_TYPES.includes(left.type)) return left.type;
  if (left.literal !== undefined && LITERAL_TYPES.includes(right.type)) return right.type;
  return undefined;
}

/** The common type of several expressions, or BigQuery's refusal. */
export function commonTypeOf(what: string, args: readonly Typed[]): Type {
  let sum: Typed = { sql: "NULL", type: "NULL" };
  for (const arg of args) {
    const type = commonType(sum, arg);
    if (type === undefined) throw noSignature(what, args);
    sum = { sql: "", type, ...(sum.literal === undefined && sum.type !== "NULL" ? {} : { literal: arg.literal }) };
  }
  return sum.type;
}

/** Elements of an array type; refuses anything else. */
export function elementType(what: string, arg: Typed): Type {
  if (typeof arg.type === "object" && "array" in arg.type) return arg.type.array;
  throw noSignature(what, [arg]);
}
