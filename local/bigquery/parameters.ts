/** Query parameters: of the REST API, or plain JavaScript values. */
import { BigQueryError, invalidQuery } from "./errors.ts";
import { canonicalJson } from "./json.ts";
import { quoteText } from "./names.ts";
import type { SqlType } from "./schema.ts";
import { duckdbType, sqlType } from "./schema.ts";
import { dateLiteral, jsonLiteral, timestampLiteral } from "./sql/literals.ts";
import type { Type, Typed } from "./sql/types.ts";

/** A value that a query may be given. Numbers that are whole are INT64, dates TIMESTAMP. */
export type ParameterValue =
  string | number | bigint | boolean | Date | null | readonly (string | number | bigint | boolean | Date)[];

/** Named or positional parameters. */
export type Parameters = Readonly<Record<string, ParameterValue>> | readonly ParameterValue[];

/** A parameter's type in the REST API. */
export interface RestParameterType {
  readonly type: string;
  readonly arrayType?: RestParameterType;
}

/** A parameter's value in the REST API. */
export interface RestParameterValue {
  /** Text by the API's description; clients send numbers and booleans too. */
  readonly value?: string | number | boolean | null;
  readonly arrayValues?: readonly RestParameterValue[];
}

/** A text as a value of a type. */
function fromText(type: SqlType, value: RestParameterValue["value"]): Typed {
  if (value === null || value === undefined) return { sql: `CAST(NULL AS ${duckdbType(type)})`, type };
  const text = String(value);
  if (type === "TIMESTAMP") return timestampLiteral(text);
  if (type === "DATE") return dateLiteral(text);
  if (type === "JSON") return jsonLiteral(text);
  if (type === "STRING") return { sql: quoteText(text), type };
  if (type === "INT64" && !/^[+-]?\d+$/.test(text))
    throw invalidQuery(`Invalid value for INT64 parameter: ${JSON.stringify(text)}`);
  if (type === "BYTES") return { sql: `from_base64(${quoteText(text)})`, type };
  return { sql: `CAST(${quoteText(text)} AS ${duckdbType(type)})`, type };
}

/** A parameter of the REST API as DuckDB's SQL. */
export function restParameter(type: RestParameterType, value: RestParameterValue | undefined): Typed {
  if (type.type.toUpperCase() !== "ARRAY") return fromText(sqlType(type.type), value?.value);
  if (type.arrayType === undefined)
    throw new BigQueryError("invalid", "Query parameter of type ARRAY without arrayType");
  const element = sqlType(type.arrayType.type);
  const items = (value?.arrayValues ?? []).map((item) => fromText(element, item.value).sql);
  return { sql: `CAST([${items.join(", ")}] AS ${duckdbType(element)}[])`, type: { array: element } };
}

/** A JavaScript value as DuckDB's SQL. */
function valueParameter(value: ParameterValue): Typed {
  if (value === null) return { sql: "NULL", type: "NULL" };
  if (value instanceof Date) return timestampLiteral(value.toISOString().replace("T", " "));
  switch (typeof value) {
    case "string":
      return { sql: quoteText(value), type: "STRING" };
    case "boolean":
      return { sql: value ? "TRUE" : "FALSE", type: "BOOL" };
    case "bigint":
      return fromText("INT64", value.toString());
    case "number":
      return fromText(Number.isInteger(value) ? "INT64" : "FLOAT64", String(value));
    default: {
      const items = value.map(valueParameter);
      const type: Type = items[0]?.type ?? "STRING";
      return { sql: `[${items.map((item) => item.sql).join(", ")}]`, type: { array: type } };
    }
  }
}

/** Checks a JSON text for the UDF behind PARSE_JSON. */
export function parseJsonText(text: string): string {
  const json = canonicalJson(text);
  if (json.error !== undefined) throw invalidQuery(`Invalid input to PARSE_JSON: ${json.error}`);
  return json.text;
}

/** Parameters as SQL, told into named and positional ones. */
export function givenParameters(parameters: Parameters | undefined): {
  named?: ReadonlyMap<string, Typed>;
  positional?: readonly Typed[];
} {
  if (parameters === undefined) return {};
  if (isList(parameters)) return { positional: parameters.map(valueParameter) };
  return {
    named: new Map(Object.entries(parameters).map(([name, value]) => [name.toLowerCase(), valueParameter(value)])),
  };
}

function isList(parameters: Parameters): parameters is Extract<Parameters, readonly unknown[]> {
  return Array.isArray(parameters);
}
