/** Wire type of integers. https://protobuf.dev/programming-guides/encoding/#structure */
export const VARINT = 0;
const FIXED_64 = 1;
/** Wire type of strings, bytes and messages. */
export const LENGTH_DELIMITED = 2;
const GROUP = 3;
const END_GROUP = 4;
const FIXED_32 = 5;

/** Messages and groups within each other; the default of protobuf's Java parser, which reads aggregates in the KCL. */
const MAX_DEPTH = 100;

/**
 * Walks the fields of one protobuf message where it lies, making nothing: what `next` finds is in the reader's fields.
 *
 * It takes and refuses what protobuf's Java parser does: tags and lengths are the low 32 bits of varints of up to ten
 * bytes, groups are skipped, field number 0 and wire types 6 and 7 are refused.
 *
 *     reader.open(bytes, 0, bytes.length);
 *     while (reader.next()) if (reader.field === 3) use(reader.start, reader.end);
 *     if (reader.broken) …
 */
export class WireReader {
  /** The field's number. */
  field = 0;
  wireType = 0;
  /** An integer's value, exact up to 2^53; negative numbers appear as 2^64 less. */
  value = 0;
  /** Range of a length-delimited field's content. */
  start = 0;
  end = 0;
  /** Whether the bytes have turned out to be no message. */
  broken = false;

  #bytes: Uint8Array = new Uint8Array(0);
  #at = 0;
  #to = 0;
  #depth = 0;
  #low = 0;

  /** Begins with the message in `bytes[from … to)`, which lies within `depth` others. */
  open(bytes: Uint8Array, from: number, to: number, depth = 0): void {
    this.#bytes = bytes;
    this.#at = from;
    this.#to = to;
    this.#depth = depth;
    this.broken = false;
  }

  /** Offset behind what has been read. */
  get offset(): number {
    return this.#at;
  }

  /** Reads a field; false where there is none left, or the bytes are no message. */
  next(): boolean {
    if (this.#at >= this.#to) return false;
    if (this.#readTag() && this.#readValue(this.#depth)) return true;
    this.broken = true;
    return false;
  }

  #readTag(): boolean {
    if (!this.#readVarint()) return false;
    this.field = this.#low >>> 3;
    this.wireType = this.#low & 7;
    return this.field !== 0;
  }

  #readValue(depth: number): boolean {
    switch (this.wireType) {
      case VARINT:
        return this.#readVarint();
      case LENGTH_DELIMITED:
        return this.#readVarint() && this.#take(this.#low);
      case FIXED_64:
        return this.#take(8);
      case FIXED_32:
        return this.#take(4);
      case GROUP:
        return this.#skipGroup(this.field, depth + 1);
      default:
        return false;
    }
  }

  #skipGroup(group: number, depth: number): boolean {
    if (depth > MAX_DEPTH) return false;
    while (this.#at < this.#to) {
      if (!this.#readTag()) return false;
      if (this.wireType === END_GROUP) {
        const ended = this.field === group;
        this.field = group;
        this.wireType = GROUP;
        return ended;
      }
      if (!this.#readValue(depth)) return false;
    }
    return false;
  }

  #take(length: number): boolean {
    if (length < 0 || length > this.#to - this.#at) return false;
    this.start = this.#at;
    this.#at += length;
    this.end = this.#at;
    return true;
  }

  #readVarint(): boolean {
    this.value = 0;
    this.#low = 0;
    for (let count = 0, scale = 1; count < 10; count++, scale *= 128) {
      if (this.#at >= this.#to) return false;
      const byte = this.#bytes[this.#at++]!;
      if (count < 5) this.#low |= (byte & 0x7f) << (7 * count);
      // Of the tenth byte one bit is left of the 64.
      this.value += (count === 9 ? byte & 1 : byte & 0x7f) * scale;
      if (byte < 0x80) return true;
    }
    return false;
  }
}
