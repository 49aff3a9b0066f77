/** Property values as the engine sends them, compared without their meaning: assets and archives by their hash. */
import { isDeepStrictEqual } from "node:util";
import { ARCHIVE, ASSET, SIGNATURE_KEY, UNKNOWN } from "../pulumi-values.ts";

/** Properties as they come off the wire: plain JSON in which assets and archives are objects with a signature. */
export type Properties = Readonly<Record<string, unknown>>;

/** A resource as the engine keeps it. */
export interface ResourceState {
  readonly id: string;
  readonly inputs: Properties;
  readonly properties: Properties;
}

/** Whether a value is an object without a signature: a structure to be compared key by key. */
export function isStructure(value: unknown): value is Properties {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !Object.hasOwn(value, SIGNATURE_KEY);
}

/** A property's value; `undefined` for one that is only inherited: a tag may be called `constructor`. */
export function valueOf(properties: Properties, key: string): unknown {
  return Object.hasOwn(properties, key) ? properties[key] : undefined;
}

/** SHA-256 of an asset or archive; the engine leaves the content of those away that it only asks about. */
function contentHash(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { [SIGNATURE_KEY]: signature, hash } = value as Properties;
  return (signature === ASSET || signature === ARCHIVE) && typeof hash === "string" ? hash : undefined;
}

/**
 * Values whose assets and archives may lack their content, as the engine sends old ones, with some for plain data to be made of: that of
 * `known` where the hash is the same, otherwise none.
 */
export function withContents(value: unknown, known?: unknown): unknown {
  const hash = contentHash(value);
  if (hash !== undefined) {
    if (hash === contentHash(known)) return known;
    return { text: "", assets: {}, ...(value as Properties) };
  }
  if (!isStructure(value)) return value;
  const knownFields = isStructure(known) ? known : {};
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, withContents(inner, valueOf(knownFields, key))]),
  );
}

/** Whether two values are the same. What is not known yet is the same as nothing. */
export function sameValue(one: unknown, other: unknown): boolean {
  if (one === UNKNOWN || other === UNKNOWN) return false;
  const [oneHash, otherHash] = [contentHash(one), contentHash(other)];
  if (oneHash !== undefined && otherHash !== undefined) return oneHash === otherHash;
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((item, index) => sameValue(item, other[index]));
  }
  if (isStructure(one) && isStructure(other)) {
    const keys = new Set([...Object.keys(one), ...Object.keys(other)]);
    return [...keys].every((key) => sameValue(valueOf(one, key), valueOf(other, key)));
  }
  return isDeepStrictEqual(one, other);
}

/** Computed values of a preview: a text that is made of something unknown is unknown itself. */
export function unknownIfMadeOfUnknown(value: unknown): unknown {
  if (typeof value === "string") return value.includes(UNKNOWN) ? UNKNOWN : value;
  if (Array.isArray(value)) return value.map(unknownIfMadeOfUnknown);
  if (!isStructure(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, unknownIfMadeOfUnknown(inner)]));
}
