import type { Reason } from "../../contract/reasons.ts";
import { recordIdPrefix } from "../../contract/record-id.ts";
import { CommandError } from "../errors.ts";

/** V8 holds no more keys in one Map. */
const MAX_IDS = 2 ** 24 - 1;
const EXAMPLES = 5;

const WRITTEN = 1;
const QUARANTINED = 2;
const PENDING = 4;

/**
 * The record ids that the stream has accepted. In memory as a whole, some 200 bytes an id: a million take 200 MB, and
 * 16.7 million are the most (`CommandError` above that). One for all backends of a run.
 */
export class ExpectedIds {
  readonly #indices = new Map<string, number>();

  /** Ids given twice count once. */
  add(id: string): void {
    if (this.#indices.size === MAX_IDS) {
      throw new CommandError(`the audit compares at most ${MAX_IDS.toLocaleString("en-US")} record ids in one run`);
    }
    if (!this.#indices.has(id)) this.#indices.set(id, this.#indices.size);
  }

  get size(): number {
    return this.#indices.size;
  }

  /** Place of an id, `undefined` for one that the stream never accepted. */
  indexOf(id: string): number | undefined {
    return this.#indices.get(id);
  }

  /** All ids, by index. */
  ids(): Iterable<string> {
    return this.#indices.keys();
  }

  /** Ids of all pieces of one Kinesis record. */
  *piecesOf(generation: string, shard: number, sequenceNumber: string): Generator<string, void, void> {
    const prefix = recordIdPrefix(generation, shard, sequenceNumber);
    for (let position = 0; this.#indices.has(prefix + position); position++) yield prefix + position;
  }
}

/** What became of the accepted records at one backend. */
export interface AuditResult {
  /** Record ids that the stream accepted. */
  readonly accepted: number;
  /** Distinct record ids found where the backend writes. */
  readonly written: number;
  /** Surplus copies of them: what redelivery leaves, and readers by id never see. */
  readonly repeated: number;
  /** Distinct record ids in quarantine and not written. */
  readonly quarantined: number;
  readonly quarantinedByReason: Partial<Record<Reason, number>>;
  /** Distinct record ids diverted or in the on-failure destination, neither written nor quarantined: to be replayed. */
  readonly pending: number;
  /** Accepted, and nowhere. */
  readonly missing: number;
  /** Copies that are left when the backend is read by record id. */
  readonly duplicates: number;
  /** Distinct record ids found that the stream never accepted. */
  readonly unexpected: number;
  /** Whether every accepted record is written or quarantined, once for readers, and nothing else is there. */
  readonly holds: boolean;
  /** What could not be read, a sentence each. */
  readonly problems: string[];
  /** Some of the ids that break the audit. */
  readonly examples: { readonly missing: string[]; readonly pending: string[]; readonly unexpected: string[] };
}

/** Takes down what is found of one backend, in any order, and draws up the account. */
export class BackendLedger {
  readonly #expected: ExpectedIds;
  readonly #flags: Uint8Array;
  readonly #unexpected = new Set<string>();
  readonly #reasons = new Map<number, Reason>();
  readonly #problems: string[] = [];
  #repeated = 0;

  /** `expected` must be complete. */
  constructor(expected: ExpectedIds) {
    this.#expected = expected;
    this.#flags = new Uint8Array(expected.size);
  }

  written(id: string): void {
    const index = this.#indexOf(id);
    if (index === undefined) return;
    if ((this.#flags[index]! & WRITTEN) !== 0) this.#repeated++;
    this.#flags[index]! |= WRITTEN;
  }

  quarantined(id: string, reason: Reason): void {
    const index = this.#indexOf(id);
    if (index === undefined) return;
    this.#flags[index]! |= QUARANTINED;
    this.#reasons.set(index, reason);
  }

  pending(id: string): void {
    const index = this.#indexOf(id);
    if (index !== undefined) this.#flags[index]! |= PENDING;
  }

  /** Notes something that could not be read. */
  problem(sentence: string): void {
    this.#problems.push(sentence);
  }

  /** `duplicates`: copies that the backend's readers by id still return; `undefined`, if they cannot be asked, does not hold. */
  result(duplicates: number | undefined): AuditResult {
    const counts = { written: 0, quarantined: 0, pending: 0, missing: 0 };
    const byReason: Partial<Record<Reason, number>> = {};
    const examples = { missing: [] as string[], pending: [] as string[], unexpected: firstOf(this.#unexpected) };
    let index = 0;
    for (const id of this.#expected.ids()) {
      const flags = this.#flags[index]!;
      if ((flags & WRITTEN) !== 0) counts.written++;
      else if ((flags & QUARANTINED) !== 0) {
        counts.quarantined++;
        const reason = this.#reasons.get(index)!;
        byReason[reason] = (byReason[reason] ?? 0) + 1;
      } else {
        const kind = (flags & PENDING) !== 0 ? "pending" : "missing";
        if (counts[kind]++ < EXAMPLES) examples[kind].push(id);
      }
      index++;
    }
    const accepted = this.#expected.size;
    const unexpected = this.#unexpected.size;
    return {
      accepted,
      written: counts.written,
      repeated: this.#repeated,
      quarantined: counts.quarantined,
      quarantinedByReason: byReason,
      pending: counts.pending,
      missing: counts.missing,
      duplicates: duplicates ?? 0,
      unexpected,
      holds: accepted === counts.written + counts.quarantined && duplicates === 0 && unexpected === 0,
      problems: this.#problems,
      examples,
    };
  }

  #indexOf(id: string): number | undefined {
    const index = this.#expected.indexOf(id);
    if (index === undefined) this.#unexpected.add(id);
    return index;
  }
}

function firstOf(ids: ReadonlySet<string>): string[] {
  const first: string[] = [];
  for (const id of ids) if (first.push(id) === EXAMPLES) break;
  return first;
}
