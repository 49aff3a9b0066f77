/**
 * Rows of Storage Write requests: protobuf bytes by the writer's descriptor into stored values by the table's columns.
 * The descriptor is compiled once; a row is then read in one pass.
 * Which proto type goes into which column: https://docs.cloud.google.com/bigquery/docs/supported-data-types
 */
import type { StoredValue } from "./append.ts";
import type { Table } from "./catalog.ts";
import { sqlType } from "./schema.ts";
import type { SqlType, TableField } from "./schema.ts";
import type { ProtoField } from "./storage-proto.ts";
import { checkTimestamp, parseJson, parseValue, ValueError } from "./values.ts";

/** The writer's schema does not fit the table; `extraFields` where it has fields that the table lacks. */
export class SchemaError extends Error {
  readonly extraFields: boolean;

  constructor(message: string, extraFields: boolean) {
    super(message);
    this.extraFields = extraFields;
  }
}

/** Proto field types by their numbers in descriptor.proto. */
const DOUBLE = 1;
const FLOAT = 2;
const INT64 = 3;
const UINT64 = 4;
const INT32 = 5;
const FIXED64 = 6;
const FIXED32 = 7;
const BOOL = 8;
const STRING = 9;
const BYTES = 12;
const UINT32 = 13;
const ENUM = 14;
const SFIXED32 = 15;
const SFIXED64 = 16;
const SINT32 = 17;
const SINT64 = 18;

const VARINT_TYPES: readonly number[] = [INT64, UINT64, INT32, BOOL, UINT32, ENUM, SINT32, SINT64];
const INTEGERS: readonly number[] = [
  INT64,
  INT32,
  UINT32,
  SINT32,
  SINT64,
  ENUM,
  FIXED32,
  SFIXED32,
  SFIXED64,
  UINT64,
  FIXED64,
];

/** Proto types that a column takes. */
const ACCEPTED: Readonly<Record<SqlType, readonly number[]>> = {
  STRING: [STRING, ENUM],
  JSON: [STRING],
  BYTES: [BYTES, STRING],
  INT64: [...INTEGERS, BOOL],
  FLOAT64: [DOUBLE, FLOAT],
  BOOL: [BOOL, ...INTEGERS],
  TIMESTAMP: [INT64, INT32, UINT32, STRING],
  DATE: [INT32, INT64, STRING],
  DATETIME: [STRING],
  TIME: [STRING],
  NUMERIC: [STRING, INT32, INT64, UINT32],
  BIGNUMERIC: [STRING, INT32, INT64, UINT32],
};

const WIRE_VARINT = 0;
const WIRE_64 = 1;
const WIRE_BYTES = 2;
const WIRE_32 = 5;

interface FieldPlan {
  readonly column: number;
  readonly wire: number;
  readonly protoType: number;
  readonly repeated: boolean;
  readonly convert: (raw: bigint | number | string | Uint8Array | boolean) => StoredValue;
}

function wireOf(protoType: number): number {
  if (VARINT_TYPES.includes(protoType)) return WIRE_VARINT;
  if (protoType === DOUBLE || protoType === FIXED64 || protoType === SFIXED64) return WIRE_64;
  if (protoType === FLOAT || protoType === FIXED32 || protoType === SFIXED32) return WIRE_32;
  if (protoType === STRING || protoType === BYTES) return WIRE_BYTES;
  throw new SchemaError(`the local warehouse does not support proto fields of type ${protoType}`, false);
}

function converter(field: TableField): FieldPlan["convert"] {
  const type = sqlType(field.type);
  const scalar: TableField = { ...field, mode: "NULLABLE" };
  switch (type) {
    case "STRING":
      return (raw) => (typeof raw === "bigint" ? raw.toString() : (raw as string));
    case "JSON":
      return (raw) => parseJson(raw as string);
    case "TIMESTAMP":
      return (raw) => (typeof raw === "bigint" ? checkTimestamp(raw) : parseValue(scalar, raw));
    case "DATE":
      return (raw) => (typeof raw === "bigint" ? Number(raw) : parseValue(scalar, raw));
    case "BOOL":
      return (raw) => (typeof raw === "bigint" ? raw !== 0n : raw) as boolean;
    case "INT64":
      return (raw) => (typeof raw === "boolean" ? BigInt(raw) : checkInt64(raw as bigint));
    case "BYTES":
      return (raw) => (typeof raw === "string" ? Buffer.from(raw) : (raw as Uint8Array));
    case "FLOAT64":
      return (raw) => raw as number;
    default:
      return (raw) => parseValue(scalar, String(raw));
  }
}

function checkInt64(value: bigint): bigint {
  if (BigInt.asIntN(64, value) !== value) throw new ValueError("integer out of range");
  return value;
}

/** Decodes rows of one table by one writer schema. */
export class RowDecoder {
  readonly #plans: (FieldPlan | undefined)[] = [];
  readonly #template: StoredValue[];
  readonly #required: { column: number; name: string }[] = [];
  readonly #names: readonly string[];

  /** Throws a SchemaError if the descriptor does not fit the table. */
  constructor(fields: readonly ProtoField[], table: Table) {
    this.#template = table.fields.map((field) => (field.mode === "REPEATED" ? [] : null));
    this.#names = table.fields.map((field) => field.name);
    for (const field of fields) {
      const column = table.fields.findIndex((each) => each.name.toLowerCase() === field.name.toLowerCase());
      if (column < 0)
        throw new SchemaError(`Input schema has more fields than BigQuery schema, extra fields: '${field.name}'`, true);
      const target = table.fields[column]!;
      const repeated = field.label === 3;
      if (!ACCEPTED[sqlType(target.type)].includes(field.type) || repeated !== (target.mode === "REPEATED")) {
        throw new SchemaError(
          `Proto field ${field.name} cannot be converted to column ${target.name} of type ${target.type}`,
          false,
        );
      }
      this.#plans[field.number] = {
        column,
        wire: wireOf(field.type),
        protoType: field.type,
        repeated,
        convert: converter(target),
      };
    }
    for (const [column, field] of table.fields.entries()) {
      if (field.mode !== "REQUIRED") continue;
      this.#required.push({ column, name: field.name });
      if (!fields.some((each) => each.name.toLowerCase() === field.name.toLowerCase())) {
        throw new SchemaError(`The required field ${field.name} is missing in the writer schema`, false);
      }
    }
  }

  /** One row; throws a ValueError, whose message holds no value, for bytes or values that do not fit. */
  decode(bytes: Uint8Array): StoredValue[] {
    const row = this.#template.slice();
    const reader = new WireReader(bytes);
    while (reader.at < reader.end) {
      const tag = reader.varint32();
      const wire = tag & 7;
      const plan = this.#plans[tag >>> 3];
      if (plan === undefined) {
        throw new ValueError(`Field number ${tag >>> 3} is not in the writer schema`);
      }
      if (wire === plan.wire) this.#put(row, plan, reader.read(plan.protoType));
      else if (plan.repeated && wire === WIRE_BYTES) this.#packed(row, plan, reader);
      else throw new ValueError(`Field ${this.#names[plan.column]!} has a wrong wire type`);
    }
    for (const { column, name } of this.#required) {
      if (row[column] === null) throw new ValueError(`Field ${name} is required but is missing`);
    }
    return row;
  }

  #put(row: StoredValue[], plan: FieldPlan, raw: bigint | number | string | Uint8Array | boolean): void {
    let value: StoredValue;
    try {
      value = plan.convert(raw);
    } catch (error) {
      if (error instanceof ValueError) throw new ValueError(`${error.message} on field ${this.#names[plan.column]!}`);
      throw error;
    }
    if (plan.repeated) row[plan.column] = [...(row[plan.column] as StoredValue[]), value];
    else row[plan.column] = value;
  }

  #packed(row: StoredValue[], plan: FieldPlan, reader: WireReader): void {
    const end = reader.varint32() + reader.at;
    if (end > reader.end) throw new ValueError("truncated row");
    while (reader.at < end) this.#put(row, plan, reader.read(plan.protoType));
  }
}

/** Reads protobuf's wire format. */
class WireReader {
  readonly #bytes: Buffer;
  readonly end: number;
  at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.end = bytes.byteLength;
  }

  varint32(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      if (this.at >= this.end) throw new ValueError("truncated row");
      const byte = this.#bytes[this.at++]!;
      value = (value | ((byte & 127) << shift)) >>> 0;
      if (byte < 128) return value;
    }
    throw new ValueError("overlong number in the row");
  }

  /** 64 bits, in two halves so that most of the work is on plain numbers. */
  varint64(): bigint {
    let low = 0;
    let high = 0;
    for (let index = 0; index < 10; index++) {
      if (this.at >= this.end) throw new ValueError("truncated row");
      const byte = this.#bytes[this.at++]!;
      const bits = byte & 127;
      if (index < 4) low += bits * 2 ** (7 * index);
      else if (index === 4) {
        low += (bits & 15) * 2 ** 28;
        high = bits >>> 4;
      } else high += bits * 2 ** (7 * index - 32);
      if (byte < 128) return (BigInt(high) << 32n) | BigInt(low);
    }
    throw new ValueError("overlong number in the row");
  }

  #take(length: number): number {
    const start = this.at;
    if (start + length > this.end) throw new ValueError("truncated row");
    this.at = start + length;
    return start;
  }

  read(protoType: number): bigint | number | string | Uint8Array | boolean {
    switch (protoType) {
      case STRING: {
        const length = this.varint32();
        const start = this.#take(length);
        return decodeText(this.#bytes, start, start + length);
      }
      case BYTES: {
        const length = this.varint32();
        const start = this.#take(length);
        return this.#bytes.subarray(start, start + length);
      }
      case DOUBLE:
        return this.#bytes.readDoubleLE(this.#take(8));
      case FLOAT:
        return this.#bytes.readFloatLE(this.#take(4));
      case FIXED64:
        return this.#bytes.readBigUInt64LE(this.#take(8));
      case SFIXED64:
        return this.#bytes.readBigInt64LE(this.#take(8));
      case FIXED32:
        return BigInt(this.#bytes.readUInt32LE(this.#take(4)));
      case SFIXED32:
        return BigInt(this.#bytes.readInt32LE(this.#take(4)));
      case BOOL:
        return this.varint64() !== 0n;
      case UINT64:
      case UINT32:
        return BigInt.asUintN(64, this.varint64());
      case SINT32:
      case SINT64: {
        const value = BigInt.asUintN(64, this.varint64());
        return (value >> 1n) ^ -(value & 1n);
      }
      default:
        return BigInt.asIntN(64, this.varint64());
    }
  }
}

/** Text of UTF-8 bytes; BigQuery refuses bytes that are none. */
function decodeText(bytes: Buffer, start: number, end: number): string {
  const text = bytes.toString("utf8", start, end);
  if (text.includes("\ufffd") && !Buffer.from(text).equals(bytes.subarray(start, end)))
    throw new ValueError("invalid UTF-8 string");
  return text;
}
