/** What must hold in every run; docs/simulation.md says it in words. */
export const INVARIANTS = {
  lost: "A record is nowhere: not written, not quarantined, not diverted, not in the failed destination.",
  acknowledged: "A record was acknowledged before it was stored.",
  content: "What is stored is not what was put, or not in the form that the contract gives.",
  alien: "A record id was stored that no record has.",
  misplaced:
    "A record is where it does not belong: another table, another reason, or diverted or given up without cause.",
  order: "A partition key's records were delivered out of order, at the same time, or not all of them.",
  family: "A child shard was read before its parents were done.",
  "object-key": "An object's name does not say what is in it.",
  given: "A batch went to the failed destination too early, or without its payload.",
  attempts: "An invocation failed before its time was over, so that attempts do not measure time.",
  prompt: "An invocation that met no fault did not take all its records soon.",
  answer: "An invocation's answer or log line contradicts its batch.",
  bounds: "Memory, timers or connections grew beyond their bound.",
  isolation: "A backend's deliveries changed with the other backend's faults.",
  end: "After the faults had ended the run did not come to its end.",
} as const;

/** Name of an invariant. */
export type Invariant = keyof typeof INVARIANTS;

/** One breach of an invariant. */
export interface Violation {
  readonly invariant: Invariant;
  readonly backend: string;
  /** Milliseconds since the epoch. */
  readonly atMs: number;
  /** Which record, object or invocation; no payload. */
  readonly detail: string;
}

const MAX_KEPT = 20;

/** Collects breaches: the first ones, and how many there were. */
export class Violations {
  readonly kept: Violation[] = [];
  count = 0;

  add(violation: Violation): void {
    this.count++;
    if (this.kept.length < MAX_KEPT) this.kept.push(violation);
  }
}
