/** Shapes of requests as data, and their checks, with the texts of the service. */
import { KinesisError } from "./errors.ts";
import { millisecondsOf } from "./wire.ts";

interface Common {
  /** "Member must not be null" if it is missing. */
  readonly required?: boolean;
}

export type Shape =
  | (Common & {
      readonly type: "String";
      readonly pattern?: string;
      readonly length?: Range;
      readonly values?: readonly string[];
    })
  | (Common & { readonly type: "Integer"; readonly range?: Range })
  | (Common & { readonly type: "Boolean" })
  | (Common & { readonly type: "Timestamp" })
  | (Common & { readonly type: "Blob"; readonly length?: Range })
  | (Common & {
      readonly type: "List";
      readonly of: Shape;
      readonly length?: Range;
      readonly memberLength?: Range;
      readonly memberText?: string;
    })
  | (Common & {
      readonly type: "Map";
      readonly of: Shape;
      readonly length?: Range;
      readonly keyLength?: Range;
      readonly valueLength?: Range;
    })
  | (Common & { readonly type: "Structure"; readonly members: Members });

/** Lowest and highest, both inclusive. */
type Range = readonly [number, number];

/** Checked, and reported, in this order. */
export type Members = Readonly<Record<string, Shape>>;

/** A request with known members of the right types: blobs are `Uint8Array`, times milliseconds since the epoch. */
export type Input = Readonly<Record<string, unknown>>;

/** The service reports no more than ten violations. */
const MAX_VIOLATIONS = 10;

/** Converts and checks a decoded body. Throws a `SerializationException` for a wrong type and one `ValidationException` for all violations. */
export function checkInput(body: object, members: Members): Input {
  const input = convertMembers(body as Record<string, unknown>, members);
  const violations: string[] = [];
  checkMembers(input, members, "", violations);
  if (violations.length > 0) throw validationError(violations);
  return input;
}

/** The error of these violations, each as `violation` words it. */
export function validationError(violations: readonly string[]): KinesisError {
  const count = `${violations.length} validation error${violations.length > 1 ? "s" : ""} detected`;
  return new KinesisError("ValidationException", `${count}: ${violations.join("; ")}`);
}

/** One violation. `text` is the value as the service shows it, without quotes. */
export function violation(path: string, text: string | undefined, constraint: string): string {
  const value = text === undefined ? "null" : `'${text}'`;
  return `Value ${value} at '${path}' failed to satisfy constraint: ${constraint}`;
}

/** How the service shows bytes. */
export function blobText(length: number): string {
  return `java.nio.HeapByteBuffer[pos=0 lim=${length} cap=${length}]`;
}

function convertMembers(body: Record<string, unknown>, members: Members): Record<string, unknown> {
  const input: Record<string, unknown> = {};
  for (const name in members) {
    const value = body[name];
    if (value !== undefined && value !== null) input[name] = convert(value, members[name]!);
  }
  return input;
}

function convert(value: unknown, shape: Shape): unknown {
  switch (shape.type) {
    case "String":
      return typeof value === "string" ? value : wrongType(value, "an String");
    case "Boolean":
      return typeof value === "boolean" ? value : wrongType(value, "an Boolean");
    case "Integer":
      return typeof value === "number" ? Math.min(Math.floor(value), 2147483647) : wrongType(value, "an Integer");
    case "Timestamp":
      if (typeof value === "number" || value instanceof Date) return millisecondsOf(value);
      return wrongType(value, "milliseconds since epoch");
    case "Blob":
      if (value instanceof Uint8Array) return value;
      return typeof value === "string" ? decodeBase64(value) : wrongType(value, "a Blob");
    case "List":
      if (!Array.isArray(value)) throw serializationError(isObject(value) ? MAP_START : "Expected list or null");
      return value.map((item: unknown) => (item === null || item === undefined ? undefined : convert(item, shape.of)));
    case "Map":
      if (!isObject(value)) throw serializationError(Array.isArray(value) ? LIST_START : "Expected map or null");
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, convert(item, shape.of)]));
    case "Structure":
      if (!isObject(value)) throw serializationError(Array.isArray(value) ? LIST_START : "Expected null");
      return convertMembers(value, shape.members);
  }
}

const LIST_START = "Start of list found where not expected";
const MAP_START = "Start of structure or map found where not expected.";

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
}

function wrongType(value: unknown, wanted: string): never {
  if (Array.isArray(value)) throw serializationError(LIST_START);
  if (typeof value === "object") throw serializationError(MAP_START);
  const names: Record<string, string> = {
    boolean: "java.lang.Boolean",
    string: "java.lang.String",
    number: "com.amazon.coral.value.json.numbers.TruncatingBigNumber",
  };
  throw serializationError(`class ${names[typeof value] ?? typeof value} can not be converted to ${wanted}`);
}

function serializationError(message: string): KinesisError {
  return new KinesisError("SerializationException", message);
}

/** Standard base64 with padding; the service is stricter than `Buffer`. */
function decodeBase64(text: string): Buffer {
  const failed = (why: string) => serializationError(`'${text}' can not be converted to a Blob: ${why}`);
  if (text.length % 4 !== 0) {
    throw failed(`Base64 encoded length is expected a multiple of 4 bytes but found: ${text.length}`);
  }
  const bytes = Buffer.from(text, "base64");
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  if (bytes.length !== (text.length / 4) * 3 - padding || text.includes("-") || text.includes("_")) {
    const invalid = /[^a-zA-Z0-9+/=]|=[^=]/.exec(text)?.[0][0] ?? "=";
    throw failed(`Invalid Base64 character: '${invalid}'`);
  }
  if (padding > 0 && bytes.subarray(-(bytes.length % 3)).toString("base64") !== text.slice(-4)) {
    throw failed("Invalid last non-pad Base64 character dectected");
  }
  return bytes;
}

function checkMembers(input: Record<string, unknown>, members: Members, parent: string, violations: string[]): void {
  for (const name in members) check(input[name], members[name]!, parent + lowerFirst(name), violations);
}

function check(value: unknown, shape: Shape, path: string, violations: string[]): void {
  if (violations.length >= MAX_VIOLATIONS) return;
  if (value === undefined) {
    if (shape.required) violations.push(violation(path, undefined, "Member must not be null"));
    return;
  }
  const fail = (constraint: string) => {
    if (violations.length < MAX_VIOLATIONS) violations.push(violation(path, textOf(value, shape), constraint));
  };
  switch (shape.type) {
    case "String": {
      const text = value as string;
      if (shape.pattern !== undefined && !matches(shape.pattern, text)) {
        fail(`Member must satisfy regular expression pattern: ${shape.pattern}`);
      }
      if (shape.length) checkRange(text.length, shape.length, "length", fail);
      if (shape.values && !shape.values.includes(text))
        fail(`Member must satisfy enum value set: [${shape.values.join(", ")}]`);
      return;
    }
    case "Integer":
      if (shape.range) checkRange(value as number, shape.range, "value", fail);
      return;
    case "Blob":
      if (shape.length) checkRange((value as Uint8Array).length, shape.length, "length", fail);
      return;
    case "List": {
      const items = value as readonly unknown[];
      if (shape.length) checkRange(items.length, shape.length, "length", fail);
      if (shape.memberLength) {
        const within = items.every((item) => isWithin(String(item).length, shape.memberLength!));
        if (!within) fail(`Member must satisfy constraint: ${lengthConstraint(shape.memberLength)}`);
      }
      items.forEach((item, index) => checkItem(item, shape.of, `${path}.${index + 1}`, violations));
      return;
    }
    case "Map":
      checkMap(value as Record<string, string>, shape, path, violations);
      return;
    case "Structure":
      checkMembers(value as Record<string, unknown>, shape.members, `${path}.`, violations);
      return;
    case "Boolean":
    case "Timestamp":
  }
}

function checkMap(
  map: Record<string, string>,
  shape: Shape & { type: "Map" },
  path: string,
  violations: string[],
): void {
  const add = (text: string) => violations.push(text);
  const text = textOf(map, shape)!;
  const keys = Object.keys(map);
  if (shape.length) checkRange(keys.length, shape.length, "length", (rule) => add(violation(path, text, rule)));
  const constrain = (what: string, range: Range | undefined, lengths: number[]) => {
    if (range === undefined || lengths.every((length) => isWithin(length, range))) return;
    add(violation(path, text, `${what} must satisfy constraint: ${lengthConstraint(range)}`));
  };
  constrain(
    "Map keys",
    shape.keyLength,
    keys.map((key) => key.length),
  );
  constrain(
    "Map value",
    shape.valueLength,
    Object.values(map).map((item) => item.length),
  );
}

function checkItem(item: unknown, shape: Shape, path: string, violations: string[]): void {
  if (shape.type === "Structure" && item !== undefined) {
    checkMembers(item as Record<string, unknown>, shape.members, `${path}.member.`, violations);
  } else {
    check(item, { ...shape, required: true }, `${path}.member`, violations);
  }
}

function isWithin(value: number, [lowest, highest]: Range): boolean {
  return value >= lowest && value <= highest;
}

function checkRange(value: number, [lowest, highest]: Range, what: string, fail: (rule: string) => void): void {
  if (value < lowest) fail(`Member must have ${what} greater than or equal to ${lowest}`);
  if (value > highest) fail(`Member must have ${what} less than or equal to ${highest}`);
}

function lengthConstraint([lowest, highest]: Range): string {
  return `[Member must have length less than or equal to ${highest}, Member must have length greater than or equal to ${lowest}]`;
}

function textOf(value: unknown, shape: Shape): string | undefined {
  if (value === undefined) return undefined;
  switch (shape.type) {
    case "Blob":
      return blobText((value as Uint8Array).length);
    case "List":
      return `[${(value as unknown[]).map((item) => shape.memberText ?? String(item)).join(", ")}]`;
    case "Map":
      return `{${Object.entries(value as object)
        .map(([key, item]) => `${key}=${item}`)
        .join(", ")}}`;
    default:
      return typeof value === "object" ? JSON.stringify(value) : String(value);
  }
}

const patterns = new Map<string, RegExp>();

function matches(pattern: string, text: string): boolean {
  let compiled = patterns.get(pattern);
  if (compiled === undefined) {
    compiled = new RegExp(`^(?:${pattern})$`);
    patterns.set(pattern, compiled);
  }
  return compiled.test(text);
}

function lowerFirst(name: string): string {
  return name[0]!.toLowerCase() + name.slice(1);
}
