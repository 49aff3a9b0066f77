import { closeSync, mkdirSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { RecordStore, RecordStores } from "../../model/stream/types.ts";

export interface FileRecordStoreOptions {
  /** Size at which a new segment is begun. Default 256 MiB. */
  readonly segmentBytes?: number;
  /** Bytes gathered before they are written. Default 256 KiB. */
  readonly bufferBytes?: number;
}

/**
 * Keeps a stream's records in files, so that a run over millions of records holds only an index of them in memory. A segment's name is removed
 * as soon as it is open: its space is free again when the process ends, however it ends, and nothing is left in the folder.
 */
export function fileRecordStores(directory: string, options: FileRecordStoreOptions = {}): RecordStores {
  const { segmentBytes = 256 * 1024 * 1024, bufferBytes = 256 * 1024 } = options;
  mkdirSync(directory, { recursive: true });
  const stores: FileRecordStore[] = [];
  return {
    open(shardId) {
      const store = new FileRecordStore(join(directory, shardId), segmentBytes, bufferBytes);
      stores.push(store);
      return store;
    },
    close() {
      for (const store of stores.splice(0)) store.close();
    },
  };
}

interface Segment {
  readonly descriptor: number;
  /** Offset of its first byte in the run. */
  readonly start: number;
  length: number;
}

class FileRecordStore implements RecordStore {
  readonly #path: string;
  readonly #segmentBytes: number;
  /** What follows the segments: not written yet. */
  readonly #buffer: Buffer;
  #buffered = 0;
  #written = 0;
  #segments: Segment[] = [];

  constructor(path: string, segmentBytes: number, bufferBytes: number) {
    this.#path = path;
    this.#segmentBytes = segmentBytes;
    this.#buffer = Buffer.allocUnsafe(bufferBytes);
  }

  append(partitionKey: Uint8Array, data: Uint8Array): number {
    const offset = this.#written + this.#buffered;
    this.#add(partitionKey);
    this.#add(data);
    return offset;
  }

  read(offset: number, length: number): Uint8Array {
    const run = Buffer.allocUnsafeSlow(length);
    let filled = 0;
    while (filled < length) {
      const at = offset + filled;
      if (at >= this.#written) {
        filled += this.#buffer.copy(run, filled, at - this.#written, at - this.#written + length - filled);
        continue;
      }
      const segment = this.#segments.findLast(({ start }) => start <= at)!;
      const wanted = Math.min(length - filled, segment.start + segment.length - at);
      filled += readSync(segment.descriptor, run, filled, wanted, at - segment.start);
    }
    return run;
  }

  trim(offset: number): void {
    while (this.#segments.length > 0) {
      const [first] = this.#segments as [Segment];
      if (first.start + first.length > offset) return;
      closeSync(first.descriptor);
      this.#segments.shift();
    }
  }

  close(): void {
    for (const { descriptor } of this.#segments.splice(0)) closeSync(descriptor);
  }

  #add(bytes: Uint8Array): void {
    if (this.#buffered + bytes.length > this.#buffer.length) {
      this.#write(this.#buffer.subarray(0, this.#buffered));
      this.#buffered = 0;
    }
    if (bytes.length > this.#buffer.length) {
      this.#write(bytes);
    } else {
      this.#buffer.set(bytes, this.#buffered);
      this.#buffered += bytes.length;
    }
  }

  #write(bytes: Uint8Array): void {
    const segment = this.#segmentWithRoom();
    let done = 0;
    while (done < bytes.length)
      done += writeSync(segment.descriptor, bytes, done, bytes.length - done, segment.length + done);
    segment.length += bytes.length;
    this.#written += bytes.length;
  }

  #segmentWithRoom(): Segment {
    const last = this.#segments.at(-1);
    if (last !== undefined && last.length < this.#segmentBytes) return last;
    const path = `${this.#path}-${this.#written}.records`;
    const segment = { descriptor: openSync(path, "wx+", 0o600), start: this.#written, length: 0 };
    rmSync(path);
    this.#segments.push(segment);
    return segment;
  }
}
