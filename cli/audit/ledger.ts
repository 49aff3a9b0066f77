import type { Reason } from "../../contract/reasons.ts";
import { hourNumber } from "../../functions/shared/source.ts";
import type { Cell } from "./cell.ts";
import { CellMap } from "./cell.ts";
import { type DeadLettersOptions, visitDeadLetters } from "./dead-letters.ts";
import type { ExpectedBatch } from "./expected-batch.ts";
import { type Finding, type FindingKind, Findings } from "./findings.ts";
import { type CellAccount, Matcher } from "./matcher.ts";
import { type Doubt, Tally } from "./tally.ts";
import { inBrokenObjects } from "./whereabouts.ts";
import type { WrittenSide } from "./written-side.ts";

/** CRC-32 of no bytes at all; of others it is one in four thousand million times. */
const NO_BYTES = 0;

/** Quarantined record ids that are looked for among the written ones; hours with more are read. A query holds them all. */
const CHECKED_IDS = 5000;

/** One cell of one backend's account. */
export interface AuditedCell extends Cell, CellAccount {
  /** Why its records were read one by one; none where the counts said everything. */
  readonly doubts: readonly Doubt[];
}

/** One backend's account. */
export interface AuditResult {
  /** Log records that the stream accepted. */
  readonly accepted: number;
  /** Distinct record ids found where the backend writes. */
  readonly written: number;
  /** Surplus copies of them: what redelivery leaves, and readers by record id never see. */
  readonly repeated: number;
  /** In quarantine and not written. */
  readonly quarantined: number;
  readonly quarantinedByReason: Partial<Record<Reason, number>>;
  /** Diverted or given up by Lambda, neither written nor quarantined: to be replayed. */
  readonly pending: number;
  /** Accepted, and nowhere. */
  readonly missing: number;
  /** Copies that are left when the backend is read by record id. */
  readonly duplicates: number;
  /** Record ids found that the stream never accepted. */
  readonly unexpected: number;
  /** Whether every accepted record is written or quarantined, once for readers, as it came, and nothing else is there. */
  readonly holds: boolean;
  /** By shard, then hour. */
  readonly cells: readonly AuditedCell[];
  /** All of them, by kind. */
  readonly findingCounts: Partial<Record<FindingKind, number>>;
  /** Up to a thousand of each kind. */
  readonly findings: readonly Finding[];
}

/** Audits one backend in three steps: counts, then the doubted cells batch by batch, then the account. */
export class BackendLedger {
  readonly #side: WrittenSide;
  readonly #letters: DeadLettersOptions;
  readonly #findings = new Findings();
  readonly #tallies = new CellMap(() => new Tally());
  /** Of cells that were read one by one. */
  readonly #read = new CellMap<CellAccount | undefined>(() => undefined);
  #duplicates: number | undefined = 0;

  constructor(side: WrittenSide, letters: DeadLettersOptions) {
    this.#side = side;
    this.#letters = letters;
  }

  /** Counts what is there; then {@link doubted} says where that is not enough. */
  async count(): Promise<void> {
    const tallies = this.#tallies;
    const { window } = this.#letters;
    const quarantined = new Map<string, Cell>();
    await this.#side.count(tallies, this.#findings);
    await visitDeadLetters(this.#letters, this.#findings, {
      quarantined({ recordId, cell, checksum }, reason) {
        const tally = tallies.at(cell.shard, cell.hour);
        tally.quarantined++;
        tally.reasons.set(reason, (tally.reasons.get(reason) ?? 0) + 1);
        if (checksum === NO_BYTES || quarantined.size === CHECKED_IDS || quarantined.has(recordId)) {
          tally.doubts.add("dead-letters");
        } else quarantined.set(recordId, cell);
      },
      pending({ cell }) {
        const tally = tallies.at(cell.shard, cell.hour);
        tally.pending++;
        tally.doubts.add("dead-letters");
      },
      pendingRange({ shard, firstArrivedMs, lastArrivedMs }) {
        const last = hourNumber(Math.min(lastArrivedMs, window.untilMs - 1));
        for (let hour = hourNumber(Math.max(firstArrivedMs, window.sinceMs)); hour <= last; hour++) {
          tallies.at(shard, hour).doubts.add("dead-letters");
        }
      },
    });
    await this.#doubtTwofold(quarantined);
    this.#duplicates = await this.#side.duplicates(this.#findings);
    if (this.#duplicates !== undefined && this.#duplicates > 0) {
      const detail = `${this.#duplicates} surplus rows`;
      this.#findings.add({ kind: "duplicate", detail });
    }
  }

  /** A record that is written and quarantined would stand for one that is missing: the cells of such are in doubt. */
  async #doubtTwofold(quarantined: ReadonlyMap<string, Cell>): Promise<void> {
    if (quarantined.size === 0) return;
    const ids = [...quarantined.keys()];
    for (const id of (await this.#side.alsoWritten(ids, this.#findings)) ?? ids) {
      const { shard, hour } = quarantined.get(id)!;
      this.#tallies.at(shard, hour).doubts.add("dead-letters");
    }
  }

  /** Cells whose records must be read. `accepted`: log records of the stream, by cell. `deep`: every cell. */
  doubted(accepted: CellMap<number>, deep: boolean): readonly Cell[] {
    for (const [{ shard, hour }] of accepted.entries()) this.#tallies.at(shard, hour);
    const cells: Cell[] = [];
    for (const [cell, tally] of this.#tallies.entries()) {
      const inCell = accepted.find(cell.shard, cell.hour) ?? 0;
      if (tally.copies + tally.quarantined + tally.pending !== inCell) tally.doubts.add("counts");
      if (deep) tally.doubts.add("deep");
      if (tally.doubts.size > 0) cells.push(cell);
    }
    return cells;
  }

  /** Reads the records of a batch's cells, those of them that this backend's counts leave in doubt. */
  async read(batch: ExpectedBatch): Promise<void> {
    const isDoubted = batch.cells.map(({ shard, hour }) => this.#tallies.at(shard, hour).doubts.size > 0);
    if (!isDoubted.includes(true)) return;
    const of = (cell: number): boolean => isDoubted[cell]!;
    const inBatch = ({ shard, hour }: Cell): boolean => {
      const index = batch.indexOfCell(shard, hour);
      return index !== -1 && of(index);
    };
    const matcher = new Matcher(batch, this.#findings);
    await this.#side.read(batch, of, matcher, this.#findings);
    // What cannot be read of them is among the findings since the count.
    await visitDeadLetters(this.#letters, new Findings(), {
      quarantined: (copy, reason) => void (inBatch(copy.cell) && matcher.quarantined(copy, reason)),
      pending: (copy) => void (inBatch(copy.cell) && matcher.pending(copy)),
      pendingRange({ shard, firstSequenceNumber, lastSequenceNumber }) {
        matcher.pendingBetween(shard, BigInt(firstSequenceNumber), BigInt(lastSequenceNumber));
      },
    });
    for (const [index, account] of matcher.accounts(of).entries()) {
      if (of(index)) this.#read.set(batch.cells[index]!, account);
    }
  }

  /** The account. `accepted`: as for {@link doubted}. */
  result(accepted: CellMap<number>): AuditResult {
    const cells = this.#tallies.entries().map(([cell, tally]): AuditedCell => {
      const read = this.#read.find(cell.shard, cell.hour);
      const doubts = [...tally.doubts];
      if (read !== undefined) return { ...cell, ...read, doubts };
      const inCell = accepted.find(cell.shard, cell.hour) ?? 0;
      const { copies: written, quarantined, reasons } = tally;
      return { ...cell, accepted: inCell, written, repeated: 0, quarantined, reasons, pending: 0, missing: 0, doubts };
    });
    const sum = (of: (cell: AuditedCell) => number): number => cells.reduce((total, cell) => total + of(cell), 0);
    const findingCounts = this.#findings.counts();
    return {
      accepted: sum((cell) => cell.accepted),
      written: sum((cell) => cell.written),
      repeated: sum((cell) => cell.repeated),
      quarantined: sum((cell) => cell.quarantined),
      quarantinedByReason: reasonsOf(cells),
      pending: sum((cell) => cell.pending),
      missing: sum((cell) => cell.missing),
      duplicates: this.#duplicates ?? 0,
      unexpected: this.#findings.count("unexpected"),
      holds: Object.keys(findingCounts).length === 0,
      cells,
      findingCounts,
      findings: inBrokenObjects(this.#findings.list()),
    };
  }
}

function reasonsOf(cells: readonly AuditedCell[]): Partial<Record<Reason, number>> {
  const counts: Partial<Record<Reason, number>> = {};
  for (const { reasons } of cells) {
    for (const [reason, count] of reasons) counts[reason] = (counts[reason] ?? 0) + count;
  }
  return counts;
}
