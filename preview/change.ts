/** What a change of the program does to a stack, as data. */
import type { GraphResource } from "../local/graph.ts";

/** One property that differs. */
export interface PropertyChange {
  /** As people write it: `timePartitioning.expirationMs`, `Statement[WriteArchive].Action`. */
  readonly path: string;
  /** What stood there and what will; texts to be shown, `undefined` for nothing. */
  readonly before: string | undefined;
  readonly after: string | undefined;
  /** What the property's change does to the resource; `unknown` where no table says. */
  readonly effect: "replaces" | "in place" | "unknown";
}

/** What happens to a resource. */
export type ChangeKind = "added" | "changed" | "replaced" | "deleted";

/** One resource that differs. */
export interface ResourceChange {
  readonly kind: ChangeKind;
  readonly type: string;
  /** Logical name. */
  readonly name: string;
  /** Name it had, when it is another now and an alias says that it is the same resource. */
  readonly formerName?: string;
  /** As the base declares it. */
  readonly before?: GraphResource;
  /** As the change declares it. */
  readonly after?: GraphResource;
  /** In order of path; for what is added or deleted none. */
  readonly properties: readonly PropertyChange[];
  /** Resources that it is replaced with, where not its own properties force that. */
  readonly replacedWith?: string;
  /** Whether the old one goes before the new one comes. */
  readonly deletedFirst?: boolean;
}

/** How many of each kind. */
export type ChangeCounts = Readonly<Record<ChangeKind, number>>;

/** Counts changes by kind. */
export function countsOf(changes: readonly ResourceChange[]): ChangeCounts {
  const count = (kind: ChangeKind) => changes.filter((change) => change.kind === kind).length;
  return { added: count("added"), changed: count("changed"), replaced: count("replaced"), deleted: count("deleted") };
}
