/** What the unpack stage found a piece to be. */
export const KIND = {
  /** One JSON object, on one line. */
  OBJECT: 0,
  /** One JSON object that holds a raw line break. */
  OBJECT_WITH_BREAK: 1,
  /** Anything else. */
  OTHER: 2,
  /** A whole Kinesis record that would come apart into more pieces than the limit. */
  OVER_LIMIT: 3,
} as const;

/** One of {@link KIND}. */
export type Kind = (typeof KIND)[keyof typeof KIND];

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

  /** Bytes of all Kinesis records once unpacked; what is decoded later is not counted. */
  payloadBytes = 0;

  /** Forgets everything; the memory stays. */
  clear(): void {
    this.used = 0;
    this.count = 0;
    this.payloadBytes = 0;
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
