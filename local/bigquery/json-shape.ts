/**
 * The keys of an object so far, in the order that they were read, without their values. Logs repeat the same keys in the same
 * order: a shape leads on to those that have followed it, and knows once for all how its keys are sorted.
 */
export interface Shape {
  /** The last key as JSON text, with its colon; `""` for no key. */
  readonly member: string;
  /** Its place among the object's distinct keys, from 0; -1 for no key. */
  readonly position: number;
  readonly before: Shape | undefined;
  /** Shapes of one key more. */
  readonly next: Shape[];
  /** All shapes up to this one, by key. */
  order: readonly Shape[] | undefined;
  /** The members of a large object, by which a repeated key is found. */
  readonly members: Set<string> | undefined;
}

/** Shapes that are kept; all are forgotten together, as a stream of ever new keys would fill memory. */
const MAX_SHAPES = 4096;
/** How many a shape leads on to. */
const MAX_NEXT = 8;
/** Keys up to which a shape is kept, and a repeated key is looked for one by one. */
const MAX_KEYS = 64;

let kept = 0;
let empty: Shape = noKeys();

function noKeys(): Shape {
  return { member: "", position: -1, before: undefined, next: [], order: [], members: undefined };
}

/** An object without keys. */
export function emptyShape(): Shape {
  return empty;
}

/** The shape with one key more, `member` being its JSON text and a colon; `undefined` if the key is among its own. */
export function shapeAfter(shape: Shape, member: string): Shape | undefined {
  const position = shape.position + 1;
  if (shape.members?.has(member) ?? hasMember(shape, member)) return undefined;
  const members = shape.members?.add(member) ?? (position === MAX_KEYS ? membersOf(shape).add(member) : undefined);
  const next: Shape = { member, position, before: shape, next: [], order: undefined, members };
  // A large object's set of members is its own, so its shape is not led on to.
  if (members !== undefined || shape.next.length === MAX_NEXT) return next;
  if (kept === MAX_SHAPES) {
    kept = 0;
    empty = noKeys();
  }
  kept++;
  shape.next.push(next);
  return next;
}

/** Shapes of all keys, in the order of the keys' code units. */
export function orderOf(shape: Shape): readonly Shape[] {
  shape.order ??= pathOf(shape).sort((a, b) => compareMembers(a.member, b.member));
  return shape.order;
}

function pathOf(shape: Shape): Shape[] {
  const path: Shape[] = [];
  for (let each: Shape | undefined = shape; each?.before !== undefined; each = each.before) path.push(each);
  return path;
}

function membersOf(shape: Shape): Set<string> {
  return new Set(pathOf(shape).map(({ member }) => member));
}

function hasMember(shape: Shape, member: string): boolean {
  for (let each: Shape | undefined = shape; each !== undefined; each = each.before) {
    if (each.member === member) return true;
  }
  return false;
}

/** Order of two members, by the keys they stand for. */
function compareMembers(left: string, right: string): number {
  const escaped = left.includes("\\") || right.includes("\\");
  const a = escaped ? (JSON.parse(left.slice(0, -1)) as string) : left.slice(1, -2);
  const b = escaped ? (JSON.parse(right.slice(0, -1)) as string) : right.slice(1, -2);
  return a < b ? -1 : a > b ? 1 : 0;
}
