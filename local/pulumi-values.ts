/**
 * Property values as they go over Pulumi's wire, to plain data. Special values are objects with a signature under a fixed key:
 * https://github.com/pulumi/pulumi/blob/master/sdk/go/common/resource/sig/sig.go
 */
import type { FileArchive } from "./graph.ts";

/** Key of the signature in a value that is more than plain data. */
export const SIGNATURE_KEY = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";
export const ASSET = "c44067f5952c0a294b673a41bacd8c17";
export const ARCHIVE = "0def7320c3a5731c473e5ecbe6d01bc7";
const RESOURCE_REFERENCE = "5cf8f73096256a8f31e491e813e4eb8e";

/** What stands for a value that is not known in a preview. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

type Fields = Readonly<Record<string, unknown>>;

/**
 * Plain data of a wire value: secrets unwrapped, text assets as their text, archives of text as {@link FileArchive}, resources
 * as their URN. Throws for assets and archives that are paths or addresses: the program declares none.
 */
export function plainValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plainValue);
  if (typeof value !== "object" || value === null) return value;
  const fields = value as Fields;
  switch (fields[SIGNATURE_KEY]) {
    case undefined:
      return plainObject(fields);
    case SECRET:
      return plainValue(fields["value"]);
    case ASSET:
      return assetText(fields);
    case ARCHIVE:
      return archiveFiles(fields);
    case RESOURCE_REFERENCE:
      return fields["urn"];
    default:
      throw new Error(`a property value of a kind that is not known: ${String(fields[SIGNATURE_KEY])}`);
  }
}

/** Plain data of an object's properties. */
export function plainObject(fields: Fields): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, plainValue(value)]));
}

/** Paths of all unknown values within plain data: `environment.variables.X`. */
export function unknownPaths(value: unknown, path = ""): readonly string[] {
  if (value === UNKNOWN) return [path];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => unknownPaths(inner, path === "" ? key : `${path}.${key}`));
}

/** Ways to all secrets within a wire value, key by key. */
export function secretPaths(value: unknown, path: readonly string[] = []): readonly (readonly string[])[] {
  if (typeof value !== "object" || value === null) return [];
  if ((value as Fields)[SIGNATURE_KEY] === SECRET) return [path];
  return Object.entries(value).flatMap(([key, inner]) => secretPaths(inner, [...path, key]));
}

function assetText(asset: Fields): string {
  if (typeof asset["text"] === "string") return asset["text"];
  throw new Error("an asset that is not text");
}

function archiveFiles(archive: Fields): FileArchive {
  const assets = archive["assets"];
  if (typeof assets !== "object" || assets === null) throw new Error("an archive that is not made of assets");
  return { files: plainObject(assets as Fields) as Record<string, string> };
}
