import type { RecordStore, RecordStores } from "./types.ts";

const SMALLEST_BLOCK = 4 * 1024;
const LARGEST_BLOCK = 1024 * 1024;

interface Block {
  readonly start: number;
  readonly bytes: Uint8Array;
  used: number;
}

/** Keeps records in memory, in blocks that grow from 4 KiB to 1 MiB, so that a thousand idle shards cost little. */
export class MemoryRecordStore implements RecordStore {
  readonly #blocks: Block[] = [];
  #end = 0;

  append(partitionKey: Uint8Array, data: Uint8Array): number {
    const length = partitionKey.length + data.length;
    const block = this.#blockFor(length);
    block.bytes.set(partitionKey, block.used);
    block.bytes.set(data, block.used + partitionKey.length);
    block.used += length;
    const offset = this.#end;
    this.#end += length;
    return offset;
  }

  read(offset: number, length: number): Uint8Array {
    const first = this.#blocks.findLastIndex((block) => block.start <= offset);
    const block = this.#blocks[first];
    if (block !== undefined && offset + length <= block.start + block.used) {
      return block.bytes.subarray(offset - block.start, offset - block.start + length);
    }
    const joined = new Uint8Array(length);
    let filled = 0;
    for (let index = first; filled < length; index += 1) {
      const { start, bytes, used } = this.#blocks[index]!;
      const from = offset + filled - start;
      const part = bytes.subarray(from, Math.min(used, from + length - filled));
      joined.set(part, filled);
      filled += part.length;
    }
    return joined;
  }

  trim(offset: number): void {
    const keep = this.#blocks.findIndex((block) => block.start + block.used > offset);
    this.#blocks.splice(0, keep === -1 ? this.#blocks.length : keep);
  }

  #blockFor(length: number): Block {
    const last = this.#blocks.at(-1);
    if (last !== undefined && last.used + length <= last.bytes.length) return last;
    const size = last === undefined ? SMALLEST_BLOCK : Math.min(last.bytes.length * 2, LARGEST_BLOCK);
    const block = { start: this.#end, bytes: new Uint8Array(Math.max(size, length)), used: 0 };
    this.#blocks.push(block);
    return block;
  }
}

/** The default of a stream model: all records in memory. */
export function memoryRecordStores(): RecordStores {
  return { open: () => new MemoryRecordStore(), close: () => undefined };
}
