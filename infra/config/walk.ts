/** Ways through the schema: from a path to what is said of the field there. */
import { z } from "zod";
import { FIELDS, type FieldInfo } from "./fields.ts";
import { SCHEMA } from "./schema.ts";

/** What is known of the field that a path leads to, the deepest on the way that has something to say, and where that is. */
export function infoAt(path: readonly PropertyKey[]): { info: FieldInfo; path: readonly PropertyKey[] } {
  let schema: z.ZodType | undefined = SCHEMA;
  let found: { info: FieldInfo; path: readonly PropertyKey[] } | undefined;
  for (const [index, key] of path.entries()) {
    schema = childOf(schema, key);
    if (schema === undefined) break;
    const info: FieldInfo | undefined = FIELDS.get(schema) ?? FIELDS.get(container(schema));
    if (info !== undefined) found = { info, path: path.slice(0, index + 1) };
  }
  if (found === undefined) throw new Error(`no field on the way to ${path.join(".")}`);
  return found;
}

/** Names of the settings in the section that a path leads to; none elsewhere. */
export function settingsAt(path: readonly PropertyKey[]): readonly string[] {
  let schema: z.ZodType | undefined = SCHEMA;
  for (const key of path) schema = schema === undefined ? undefined : childOf(schema, key);
  const inner = schema === undefined ? undefined : container(schema);
  return inner instanceof z.ZodObject ? Object.keys(inner.shape) : [];
}

/** A schema without its wrappers for defaults. */
export function container(schema: z.ZodType): z.ZodType {
  let inner = schema;
  while (inner instanceof z.ZodPrefault || inner instanceof z.ZodOptional) inner = inner.unwrap() as z.ZodType;
  return inner;
}

/** The schema of a key of a section, map or list; `undefined` where there is none. */
export function childOf(schema: z.ZodType, key: PropertyKey): z.ZodType | undefined {
  const inner = container(schema);
  if (inner instanceof z.ZodObject) return Object.hasOwn(inner.shape, key) ? inner.shape[key as string] : undefined;
  if (inner instanceof z.ZodRecord) return inner.valueType as z.ZodType;
  if (inner instanceof z.ZodArray) return inner.element as z.ZodType;
  return undefined;
}
