/**
 * Sequence numbers in the form that Kinesis has used since 2014 ("version 2"), which clients such as the KCL take apart: a decimal of 56 digits,
 * in hex `2 · shard's creation (9) · shard (1) · index (16) · 00 · arrival (9) · shard (8) · 2`, times in seconds.
 * The creation comes first: a child shard, created later than its parents, numbers above all of theirs.
 * Layout: https://github.com/mhart/kinesalite (db/index.js), worked out from the service's answers.
 */

/** What a sequence number says. */
export interface SequenceNumber {
  readonly shard: number;
  readonly shardCreatedSeconds: number;
  /** Counts the records of the shard from 1; 0 in the shard's starting number. */
  readonly index: number;
  readonly arrivalSeconds: number;
}

/** Index in the ending number of a closed shard: above that of every record. */
const LAST_INDEX = 0x7fffffffffffffffn;

const INDEX_SHIFT = 80n;
const ARRIVAL_SHIFT = 36n;
const DECIMAL = /^[1-9]\d{55}$/;
const HEX = /^2[0-9a-f]{45}2$/;
/** Above this a time is no date: what Java's clients take for the end of time. */
const MAX_SECONDS = 16_025_175_000;

/** Numbers the records of one shard: what does not change with the record is put together once. */
export class SequenceNumbers {
  readonly starting: string;
  readonly #base: bigint;
  readonly #createdSeconds: number;

  constructor(shard: number, createdSeconds: number) {
    const created = createdSeconds.toString(16).padStart(9, "0");
    const hex = shard.toString(16).padStart(8, "0");
    this.#base = BigInt(`0x2${created}${hex.slice(-1)}${"0".repeat(27)}${hex}2`);
    this.#createdSeconds = createdSeconds;
    this.starting = this.format(0, createdSeconds * 1000);
  }

  /** Number of the record with this index, counted from 1, that arrived at this time. */
  format(index: number, arrivalMs: number): string {
    return this.#format(BigInt(index), arrivalMs);
  }

  /** The number that a shard ends with when it is closed. */
  ending(closedAtMs: number): string {
    return this.#format(LAST_INDEX, closedAtMs);
  }

  #format(index: bigint, arrivalMs: number): string {
    const seconds = Math.max(Math.floor(arrivalMs / 1000), this.#createdSeconds);
    return (this.#base + (index << INDEX_SHIFT) + (BigInt(seconds) << ARRIVAL_SHIFT)).toString();
  }
}

/** Takes a sequence number apart; `undefined` for what is none. An ending number has an index of 2^63. */
export function parseSequenceNumber(decimal: string): SequenceNumber | undefined {
  if (!DECIMAL.test(decimal)) return undefined;
  const hex = BigInt(decimal).toString(16);
  if (!HEX.test(hex)) return undefined;
  const parsed = {
    shard: Number.parseInt(hex.slice(38, 46), 16),
    shardCreatedSeconds: Number.parseInt(hex.slice(1, 10), 16),
    index: Number.parseInt(hex.slice(11, 27), 16),
    arrivalSeconds: Number.parseInt(hex.slice(29, 38), 16),
  };
  const possible = parsed.shard <= 0x7fffffff && parsed.index <= 2 ** 63 && parsed.shardCreatedSeconds < MAX_SECONDS;
  return possible ? parsed : undefined;
}

/** Whether the first number is smaller. Both are of 56 digits, so that text order is number order. */
export function sequenceBefore(first: string, second: string): boolean {
  return first.length === second.length ? first < second : first.length < second.length;
}
