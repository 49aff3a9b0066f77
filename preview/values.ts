/** Property values as texts for people, and the places where two of them differ. Pure. */
import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { UNKNOWN } from "../local/pulumi-values.ts";

/** A way into a resource's inputs. */
export type Path = readonly (string | number)[];

/** One place where two values differ. */
export interface Difference {
  /** Structural: what the replacement rules know. */
  readonly path: Path;
  /** As people write it. */
  readonly text: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** What stands in the place of a secret. */
export const SECRET = Symbol("secret");

/** Inputs that hold a document as JSON text: they are compared part by part. */
const DOCUMENTS: readonly string[] = ["policy", "assumeRolePolicy", "schema"];

/** What the items of a list are known by, the first that all of them have. */
const ITEM_NAMES = ["Sid", "id", "name"] as const;

const SHOWN_CHARACTERS = 160;

/** Every place where two sets of inputs differ, in order of path; documents part by part, lists by their items' names. */
export function differences(before: Fields, after: Fields): readonly Difference[] {
  return keysOf(before, after).flatMap((key) => {
    const [old, now] = [documentOf(key, before[key]), documentOf(key, after[key])];
    return within(old, now, { path: [key], text: key });
  });
}

type Fields = Readonly<Record<string, unknown>>;
type Place = Pick<Difference, "path" | "text">;

function within(before: unknown, after: unknown, place: Place): readonly Difference[] {
  if (isDeepStrictEqual(before, after)) return [];
  const [old, now] = [namedItems(before), namedItems(after)];
  if (old !== undefined && now !== undefined) return amongItems(old, now, place);
  if (isFields(before) && isFields(after) && !isCode(before) && !isCode(after)) {
    return keysOf(before, after).flatMap((key) =>
      within(before[key], after[key], { path: [...place.path, key], text: `${place.text}${keyText(key)}` }),
    );
  }
  return [{ ...place, before, after }];
}

function amongItems(old: Fields, now: Fields, place: Place): readonly Difference[] {
  return keysOf(old, now).flatMap((name) =>
    within(old[name], now[name], { path: [...place.path, 0], text: `${place.text}[${name}]` }),
  );
}

/** Keys of both, in order. */
function keysOf(one: Fields, other: Fields): readonly string[] {
  return [...new Set([...Object.keys(one), ...Object.keys(other)])].sort();
}

/** A list of structures by their names; `undefined` for anything else, or where two have one name. */
function namedItems(value: unknown): Fields | undefined {
  if (!Array.isArray(value) || value.length === 0 || !value.every(isFields)) return undefined;
  const name = ITEM_NAMES.find((key) => value.every((item) => typeof item[key] === "string"));
  if (name === undefined) return undefined;
  const items = Object.fromEntries(value.map((item) => [String(item[name]), item]));
  return Object.keys(items).length === value.length ? items : undefined;
}

function documentOf(key: string, value: unknown): unknown {
  if (!DOCUMENTS.includes(key) || typeof value !== "string") return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isCode(value: Fields): boolean {
  return isFields(value["files"]) && Object.keys(value).length === 1;
}

function keyText(key: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}

/** A value as a text for people; `undefined` for nothing. Two texts of several lines are shown where they differ. */
export function shownPair(before: unknown, after: unknown): readonly [string | undefined, string | undefined] {
  if (typeof before === "string" && typeof after === "string" && isLong(before, after)) {
    return differingParts(before, after);
  }
  return [shown(before), shown(after)];
}

/** A value as a text for people; `undefined` for nothing. */
export function shown(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (value === SECRET) return "(secret)";
  if (value === UNKNOWN) return "(known once it is deployed)";
  if (isFields(value) && isCode(value)) return codeText(value["files"] as Readonly<Record<string, string>>);
  return cut(JSON.stringify(value, (_, inner: unknown) => (inner === UNKNOWN ? "(known once it is deployed)" : inner)));
}

function codeText(files: Readonly<Record<string, string>>): string {
  const text = Object.keys(files)
    .sort()
    .map((name) => `${name}\n${files[name]!}`)
    .join("\n");
  const bytes = Object.values(files).reduce((sum, file) => sum + Buffer.byteLength(file), 0);
  return `code of ${bytes.toLocaleString("en-US")} bytes, ${createHash("sha256").update(text).digest("hex").slice(0, 12)}`;
}

function isLong(before: string, after: string): boolean {
  return before.includes("\n") || after.includes("\n") || before.length + after.length > 2 * SHOWN_CHARACTERS;
}

/** The lines, or within one line the characters, between what both begin and end with. */
function differingParts(before: string, after: string): readonly [string, string] {
  const separator = before.includes("\n") || after.includes("\n") ? "\n" : "";
  const [old, now] = [before.split(separator), after.split(separator)];
  let start = 0;
  while (start < old.length && start < now.length && old[start] === now[start]) start++;
  let end = 0;
  while (end < old.length - start && end < now.length - start && old.at(-1 - end) === now.at(-1 - end)) end++;
  const part = (all: readonly string[]) => {
    const middle = all.slice(start, all.length - end).join(separator);
    return `${start > 0 ? "…" : ""}${cut(middle.trim())}${end > 0 ? "…" : ""}`;
  };
  return [part(old), part(now)];
}

function cut(text: string): string {
  const characters = [...text];
  return characters.length <= SHOWN_CHARACTERS ? text : `${characters.slice(0, SHOWN_CHARACTERS).join("")}…`;
}
