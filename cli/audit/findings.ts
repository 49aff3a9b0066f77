import type { Cell } from "./cell.ts";

/** What can be wrong, in the order in which it is told: what explains others, such as missing records, before them. */
export const FINDING_KINDS = {
  unreadable: "cannot be read",
  miscounted: "the name says another number of records than there are",
  missing: "accepted by the stream, and nowhere",
  pending: "diverted or given up, and not yet replayed",
  unexpected: "stored, though the stream never accepted it",
  duplicate: "a record is returned more than once",
  altered: "stored with other bytes than the stream's, or without any",
  different: "stored more than once, with different content",
  misplaced: "stored in another table, shard or hour than its own",
} as const;

export type FindingKind = keyof typeof FINDING_KINDS;

/** One thing that is wrong. */
export interface Finding {
  readonly kind: FindingKind;
  readonly cell?: Cell;
  /** Shard and sequence number are in it. */
  readonly recordId?: string;
  /** Key of the object that it was found in, or name of the table. */
  readonly where?: string;
  /** What exactly, if the kind does not say all; never any of the player's data. */
  readonly detail?: string;
}

/** Findings of a kind that are kept whole; beyond it they are counted. */
const KEPT = 1000;

/** Takes down what is wrong at one backend. */
export class Findings {
  readonly #kept = new Map<FindingKind, Finding[]>();
  readonly #counts = new Map<FindingKind, number>();

  add(finding: Finding): void {
    const { kind } = finding;
    const count = this.count(kind);
    this.#counts.set(kind, count + 1);
    if (count === 0) this.#kept.set(kind, [finding]);
    else if (count < KEPT) this.#kept.get(kind)!.push(finding);
  }

  count(kind: FindingKind): number {
    return this.#counts.get(kind) ?? 0;
  }

  /** Number of findings by kind, none left out. */
  counts(): Partial<Record<FindingKind, number>> {
    const kinds = Object.keys(FINDING_KINDS) as FindingKind[];
    return Object.fromEntries(kinds.filter((kind) => this.#counts.has(kind)).map((kind) => [kind, this.count(kind)]));
  }

  /** Up to a thousand of each kind, by kind. */
  list(): Finding[] {
    return (Object.keys(FINDING_KINDS) as FindingKind[]).flatMap((kind) => this.#kept.get(kind) ?? []);
  }
}
