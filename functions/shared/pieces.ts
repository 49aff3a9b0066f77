import type { Reason } from "../../contract/reasons.ts";

/** What the unpack stage found a piece to be. */
export const KIND = {
  /** One JSON object, on one line. */
  OBJECT: 0,
  /** One JSON object that holds a raw line break. */
  OBJECT_WITH_BREAK: 1,
  /** Anything else. */
  OTHER: 2,
  /** A whole Kinesis record that is more than the limits allow, as it arrived. */
  OVER_LIMIT: 3,
  /** A payload whose compressed stream is broken, as it arrived. */
  UNPACK_FAILED: 4,
} as const;

/** One of {@link KIND}. */
export type Kind = (typeof KIND)[keyof typeof KIND];

/** Why a piece of a kind cannot be taken by any backend; `undefined` if it can. */
export function unpackReason(kind: number): Reason | undefined {
  if (kind < KIND.OVER_LIMIT) return undefined;
  return kind === KIND.OVER_LIMIT ? "UNPACK_LIMIT" : "UNPACK_FAILED";
}

const INITIAL_BYTES = 1 << 20;
const INITIAL_PIECES = 4096;

/**
 * The pieces of one batch, in columns: piece `i` is `bytes[start[i] … end[i])`, and so on. No object per piece.
 *
 * Made once per execution environment and used again for every batch; it grows to the largest batch met, and that is
 * bounded by the event's 6 MB and the unpack stage's limits.
 */
export class Pieces {
  /** Unpacked bytes of the whole batch; `used` of them. Only {@link reserve} moves it. */
  bytes = Buffer.allocUnsafeSlow(INITIAL_BYTES);
  used = 0;
  count = 0;
  start = new Int32Array(INITIAL_PIECES);
  end = new Int32Array(INITIAL_PIECES);
  kind = new Uint8Array(INITIAL_PIECES);
  /** Index of the Kinesis record in its batch. */
  source = new Int32Array(INITIAL_PIECES);
  /** Position within the Kinesis record: the last part of the record id. */
  position = new Int32Array(INITIAL_PIECES);
  /** Offsets of wanted members' values, {@link fields} of them per piece; -1 where there is none. */
  valueStart: Int32Array<ArrayBuffer>;
  valueEnd: Int32Array<ArrayBuffer>;
  /** Number of wanted members. */
  readonly fields: number;

  constructor(fields: number) {
    this.fields = fields;
    this.valueStart = new Int32Array(INITIAL_PIECES * fields);
    this.valueEnd = new Int32Array(INITIAL_PIECES * fields);
  }

  /** Bytes of all payloads once unpacked: without what wrapped them, and without what is decoded later. */
  payloadBytes = 0;
  /** Index behind the last Kinesis record that has been unpacked: those from there on are for another time. */
  taken = 0;
  readonly #details = new Map<number, string>();

  /** Forgets everything; the memory stays. */
  clear(): void {
    this.used = 0;
    this.count = 0;
    this.payloadBytes = 0;
    this.taken = 0;
    this.#details.clear();
  }

  /** Forgets the pieces from an index on. */
  truncate(count: number): void {
    for (let index = count; index < this.count; index++) this.#details.delete(index);
    this.count = count;
  }

  /** Adds a piece that is no text; `detail` says what exactly is wrong and holds none of its data. */
  addBad(source: number, position: number, start: number, end: number, kind: Kind, detail: string): void {
    const index = this.add(source, position, start, end, kind);
    if (detail !== "") this.#details.set(index, detail);
  }

  /** What exactly is wrong with a piece, `""` for most. */
  detail(index: number): string {
    return this.#details.get(index) ?? "";
  }

  /** Makes room for so many more bytes after `used`. */
  reserve(bytes: number): void {
    if (this.used + bytes <= this.bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(this.bytes.length * 2, this.used + bytes));
    this.bytes.copy(larger, 0, 0, this.used);
    this.bytes = larger;
  }

  /** Adds a piece and returns its index; its wanted members are {@link setFields}' to fill. */
  add(source: number, position: number, start: number, end: number, kind: Kind): number {
    const index = this.count++;
    if (index === this.start.length) this.#grow();
    this.source[index] = source;
    this.position[index] = position;
    this.start[index] = start;
    this.end[index] = end;
    this.kind[index] = kind;
    return index;
  }

  /** Copies the offsets of the wanted members' values to a piece. */
  setFields(index: number, starts: Int32Array, ends: Int32Array): void {
    const at = index * this.fields;
    for (let field = 0; field < this.fields; field++) {
      this.valueStart[at + field] = starts[field]!;
      this.valueEnd[at + field] = ends[field]!;
    }
  }

  #grow(): void {
    this.start = doubled(this.start);
    this.end = doubled(this.end);
    this.source = doubled(this.source);
    this.position = doubled(this.position);
    this.valueStart = doubled(this.valueStart);
    this.valueEnd = doubled(this.valueEnd);
    const kind = new Uint8Array(this.kind.length * 2);
    kind.set(this.kind);
    this.kind = kind;
  }
}

function doubled(column: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(column.length * 2);
  larger.set(column);
  return larger;
}
