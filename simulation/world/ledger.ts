import type { Place, PutRecord, Truth } from "./truth.ts";
import type { Invariant, Violations } from "./violations.ts";

/** Where a piece can be stored. */
export const WHERE = { written: 0, quarantined: 1, diverted: 2, failed: 3 } as const;
export type Where = keyof typeof WHERE;
const PLACES = 4;

/** What a ledger rests on. */
export interface LedgerOptions {
  readonly backend: string;
  readonly judges: boolean;
  readonly truth: Truth;
  readonly generation: string;
  readonly violations: Violations;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Told of everything that a backend has stored, at the moment at which it is stored. */
export class Ledger {
  readonly backend: string;
  readonly truth: Truth;
  /** Whether the backend judges content: the warehouse does, the archive does not. */
  readonly judges: boolean;
  /** Kinesis records that Lambda could not bring to the failed destination, by sequence number: gone, and counted in a metric of Lambda's. */
  readonly dropped = new Set<string>();
  readonly #violations: Violations;
  readonly #generation: string;
  readonly #now: () => number;
  /** Copies of each piece in each place, by the record's order. */
  readonly #copies = new Map<number, Uint16Array>();

  constructor(options: LedgerOptions) {
    this.backend = options.backend;
    this.judges = options.judges;
    this.truth = options.truth;
    this.#generation = options.generation;
    this.#violations = options.violations;
    this.#now = options.now;
  }

  /** Finds what a stored record id stands for; one that was never put is a violation. */
  find(recordId: string, where: string): Place | undefined {
    const place = this.truth.place(recordId, this.#generation);
    if (place === undefined) this.violate("alien", `${recordId} in ${where}`);
    return place;
  }

  /** One more copy of a piece, or one less. */
  count({ record, position }: Place, where: Where, copies: 1 | -1): void {
    let counts = this.#copies.get(record.order);
    if (counts === undefined) {
      counts = new Uint16Array(record.payload.pieces.length * PLACES);
      this.#copies.set(record.order, counts);
    }
    counts[position * PLACES + WHERE[where]]! += copies;
  }

  /** Copies of a piece in a place. */
  copies(record: PutRecord, position: number, where: Where): number {
    return this.#copies.get(record.order)?.[position * PLACES + WHERE[where]] ?? 0;
  }

  /** The first position of a record that is nowhere, -1 if every piece is somewhere. */
  firstMissing(record: PutRecord): number {
    const counts = this.#copies.get(record.order);
    const { length } = record.payload.pieces;
    for (let position = 0; position < length; position++) {
      let copies = 0;
      for (let place = 0; place < PLACES; place++) copies += counts?.[position * PLACES + place] ?? 0;
      if (copies === 0) return position;
    }
    return -1;
  }

  violate(invariant: Invariant, detail: string): void {
    this.#violations.add({ invariant, backend: this.backend, atMs: this.#now(), detail });
  }
}
