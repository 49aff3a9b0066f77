import { parseRecordId, recordIdPrefix } from "../../contract/record-id.ts";
import { hourNumber } from "../../functions/shared/source.ts";
import { CommandError } from "../errors.ts";
import type { Cell } from "./cell.ts";
import { CellMap } from "./cell.ts";
import type { StreamEntry } from "./stream-ledger.ts";

/** V8 holds no more keys in one Map. */
const MAX_KINESIS_RECORDS = 2 ** 24 - 1;

/**
 * Everything that the stream accepted in some cells, by record id: one key for each Kinesis record, some 150 bytes, and some
 * 10 bytes for each piece. A shard takes 1,000 Kinesis records a second, so a cell has 3.6 million keys at most.
 */
export class ExpectedBatch {
  readonly cells: readonly Cell[];
  readonly #generation: string;
  readonly #cellIndex = new CellMap<number>(() => -1);
  /** Kinesis records by the prefix of their pieces' ids, in the order of their coming. */
  readonly #records = new Map<string, number>();
  /** Of each Kinesis record its first piece; one more at the end. */
  readonly #first: number[] = [0];
  readonly #cellOfPiece: number[] = [];
  readonly #checksums: number[] = [];

  constructor(cells: readonly Cell[], generation: string) {
    this.cells = cells;
    this.#generation = generation;
    for (const [index, cell] of cells.entries()) this.#cellIndex.set(cell, index);
  }

  /** Number of pieces. */
  get size(): number {
    return this.#checksums.length;
  }

  /** Takes an entry of the stream; one of another cell is passed over. */
  add({ shard, sequenceNumber, arrivedMs, checksums }: StreamEntry): void {
    const cell = this.indexOfCell(shard, hourNumber(arrivedMs));
    if (cell === -1) return;
    const prefix = recordIdPrefix(this.#generation, shard, sequenceNumber);
    if (this.#records.has(prefix)) return;
    if (this.#records.size === MAX_KINESIS_RECORDS) {
      throw new CommandError(`shard ${shard}: more than ${MAX_KINESIS_RECORDS} Kinesis records to be read at once`, {
        hint: "A stream's limits allow a fifth of it in an hour of a shard.",
      });
    }
    this.#records.set(prefix, this.#records.size);
    for (const checksum of checksums) {
      this.#checksums.push(checksum);
      this.#cellOfPiece.push(cell);
    }
    this.#first.push(this.#checksums.length);
  }

  /** Place of a cell in {@link cells}, -1 for one of another batch. */
  indexOfCell(shard: number, hour: number): number {
    return this.#cellIndex.find(shard, hour) ?? -1;
  }

  /** Piece of a record id, -1 for one that is not in these cells. */
  find(recordId: string): number {
    const end = recordId.lastIndexOf(":") + 1;
    const record = this.#records.get(recordId.slice(0, end));
    if (record === undefined) return -1;
    const position = recordId.slice(end);
    const piece = this.#first[record]! + Number(position);
    return String(Number(position)) === position && piece < this.#first[record + 1]! ? piece : -1;
  }

  /** Place of a piece's cell in {@link cells}. */
  cellOf(piece: number): number {
    return this.#cellOfPiece[piece]!;
  }

  /** CRC-32 of a piece's bytes as they were on the stream. */
  checksum(piece: number): number {
    return this.#checksums[piece]!;
  }

  /** Pieces of a shard between two sequence numbers, both included. */
  *between(shard: number, from: bigint, to: bigint): Generator<number, void, void> {
    for (const [prefix, record] of this.#records) {
      const id = parseRecordId(`${prefix}0`)!;
      const sequence = BigInt(id.sequenceNumber);
      if (id.shard !== shard || sequence < from || sequence > to) continue;
      for (let piece = this.#first[record]!; piece < this.#first[record + 1]!; piece++) yield piece;
    }
  }

  /** Calls back with every piece, in order, and with what gives its record id. */
  forEach(visit: (piece: number, idOf: () => string) => void): void {
    for (const [prefix, record] of this.#records) {
      const first = this.#first[record]!;
      for (let piece = first; piece < this.#first[record + 1]!; piece++) visit(piece, () => prefix + (piece - first));
    }
  }
}
