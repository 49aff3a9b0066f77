import { FAILED_PREFIX } from "../../contract/keys.ts";
import type { Reason } from "../../contract/reasons.ts";
import { type Cell, hourText } from "./cell.ts";
import type { ExpectedBatch } from "./expected-batch.ts";
import type { Findings } from "./findings.ts";

const WRITTEN = 1;
const QUARANTINED = 2;
const DIVERTED = 4;
const GIVEN_UP = 8;

/** Where pending records wait: details of such findings. */
export const PENDING = { diverted: "diverted", failed: "given up by Lambda" } as const;

/** What became of the accepted records of one cell. */
export interface CellAccount {
  accepted: number;
  /** Distinct records where the backend writes. */
  written: number;
  /** Surplus copies of them. */
  repeated: number;
  quarantined: number;
  readonly reasons: Map<Reason, number>;
  pending: number;
  missing: number;
}

/** A stored copy of a record. */
export interface StoredCopy {
  readonly recordId: string;
  /** Where it was found. */
  readonly cell: Cell;
  readonly where: string;
  /** CRC-32 of its bytes, where they are kept as they came. */
  readonly checksum?: number;
}

/** Holds what one backend has of a batch's cells against what was accepted, record by record; anything in any order. */
export class Matcher {
  readonly #batch: ExpectedBatch;
  readonly #findings: Findings;
  readonly #flags: Uint8Array;
  readonly #reasons = new Map<number, Reason>();
  readonly #repeated: number[];
  readonly #unexpected = new Set<string>();

  /** `batch` must be complete. */
  constructor(batch: ExpectedBatch, findings: Findings) {
    this.#batch = batch;
    this.#findings = findings;
    this.#flags = new Uint8Array(batch.size);
    this.#repeated = batch.cells.map(() => 0);
  }

  /** Whether a record was written more than once. */
  get hasCopies(): boolean {
    return this.#repeated.some((count) => count > 0);
  }

  written(copy: StoredCopy): void {
    const piece = this.#find(copy);
    if (piece === -1) return;
    if ((this.#flags[piece]! & WRITTEN) !== 0) this.#repeated[this.#batch.cellOf(piece)]!++;
    this.#flags[piece]! |= WRITTEN;
  }

  quarantined(copy: StoredCopy, reason: Reason): void {
    const piece = this.#find(copy);
    if (piece === -1) return;
    this.#flags[piece]! |= QUARANTINED;
    this.#reasons.set(piece, reason);
  }

  pending(copy: StoredCopy): void {
    const piece = this.#find(copy);
    if (piece !== -1) this.#flags[piece]! |= copy.where.startsWith(FAILED_PREFIX) ? GIVEN_UP : DIVERTED;
  }

  /** All of a shard between two sequence numbers was given up: a batch of which only metadata were kept. */
  pendingBetween(shard: number, from: bigint, to: bigint): void {
    for (const piece of this.#batch.between(shard, from, to)) this.#flags[piece]! |= GIVEN_UP;
  }

  /** Each record counts as the first of written, quarantined, pending, missing. Cells are those of the batch, in its order. */
  accounts(of: (cell: number) => boolean): CellAccount[] {
    const accounts = this.#batch.cells.map((_, index): CellAccount => ({
      ...{ accepted: 0, written: 0, repeated: this.#repeated[index]!, quarantined: 0, pending: 0, missing: 0 },
      reasons: new Map(),
    }));
    this.#batch.forEach((piece, idOf) => {
      const cell = this.#batch.cellOf(piece);
      if (!of(cell)) return;
      const account = accounts[cell]!;
      const flags = this.#flags[piece]!;
      account.accepted++;
      if ((flags & WRITTEN) !== 0) account.written++;
      else if ((flags & QUARANTINED) !== 0) {
        account.quarantined++;
        const reason = this.#reasons.get(piece)!;
        account.reasons.set(reason, (account.reasons.get(reason) ?? 0) + 1);
      } else {
        const kind = (flags & (DIVERTED | GIVEN_UP)) !== 0 ? "pending" : "missing";
        account[kind]++;
        const detail = kind === "missing" ? undefined : (flags & DIVERTED) !== 0 ? PENDING.diverted : PENDING.failed;
        this.#findings.add({ kind, cell: this.#batch.cells[cell]!, recordId: idOf(), ...(detail && { detail }) });
      }
    });
    return accounts;
  }

  #find(copy: StoredCopy): number {
    const { recordId, cell, where, checksum } = copy;
    const piece = this.#batch.find(recordId);
    if (piece === -1) {
      if (this.#unexpected.has(recordId)) return -1;
      this.#unexpected.add(recordId);
      this.#findings.add({ kind: "unexpected", cell, recordId, where });
      return -1;
    }
    const own = this.#batch.cells[this.#batch.cellOf(piece)]!;
    if (own.shard !== cell.shard || own.hour !== cell.hour) {
      const detail = `it is of shard ${own.shard}, hour ${hourText(own.hour)}`;
      this.#findings.add({ kind: "misplaced", cell, recordId, where, detail });
    }
    if (checksum !== undefined && checksum !== this.#batch.checksum(piece)) {
      this.#findings.add({
        kind: "altered",
        cell,
        recordId,
        where,
        ...(checksum === 0 && { detail: "without bytes" }),
      });
    }
    return piece;
  }
}
