/** What is kept in memory of each record: 18 bytes, in columns. */

const CHUNK = 4096;

interface Chunk {
  readonly arrivalMs: Float64Array;
  readonly end: Float64Array;
  readonly keyBytes: Uint16Array;
}

/** Arrival, end offset and key length of a shard's records, by position; positions before `first` are trimmed. */
export class RecordIndex {
  #chunks: Chunk[] = [];
  /** Position of the first entry of `#chunks[0]`. */
  #base = 0;
  first = 0;
  count = 0;
  /** Offset at which the first record kept starts. */
  #firstOffset = 0;

  push(arrivalMs: number, endOffset: number, keyBytes: number): void {
    const slot = this.count - this.#base;
    if (slot === this.#chunks.length * CHUNK) {
      this.#chunks.push({
        arrivalMs: new Float64Array(CHUNK),
        end: new Float64Array(CHUNK),
        keyBytes: new Uint16Array(CHUNK),
      });
    }
    const chunk = this.#chunks[(slot / CHUNK) | 0]!;
    chunk.arrivalMs[slot % CHUNK] = arrivalMs;
    chunk.end[slot % CHUNK] = endOffset;
    chunk.keyBytes[slot % CHUNK] = keyBytes;
    this.count += 1;
  }

  arrivalMs(position: number): number {
    return this.#chunk(position).arrivalMs[(position - this.#base) % CHUNK]!;
  }

  keyBytes(position: number): number {
    return this.#chunk(position).keyBytes[(position - this.#base) % CHUNK]!;
  }

  /** Offset of the record's first byte. */
  start(position: number): number {
    return position === this.first ? this.#firstOffset : this.end(position - 1);
  }

  /** Offset after the record's last byte. */
  end(position: number): number {
    return this.#chunk(position).end[(position - this.#base) % CHUNK]!;
  }

  /** Forgets the records before this position; returns the offset at which what is kept starts. */
  trimTo(position: number): number {
    if (position > this.first) {
      this.#firstOffset = this.end(position - 1);
      this.first = position;
      const whole = Math.floor((position - this.#base) / CHUNK);
      this.#chunks.splice(0, whole);
      this.#base += whole * CHUNK;
    }
    return this.#firstOffset;
  }

  #chunk(position: number): Chunk {
    return this.#chunks[((position - this.#base) / CHUNK) | 0]!;
  }
}
