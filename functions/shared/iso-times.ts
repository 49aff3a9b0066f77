import { writeAscii, writeDecimal } from "./ascii.ts";

const MS_PER_SECOND = 1000;
const MILLISECOND_DIGITS = 3;
const ZULU = 0x5a;

/** Writes times as `Date.toISOString` does, making nothing: of those of one second only the first takes a Date. */
export class IsoTimes {
  #second = NaN;
  /** Everything before the milliseconds. */
  #prefix = "";

  /** Writes a time in milliseconds since the epoch into bytes that have room for 27; returns the offset behind it. */
  write(epochMs: number, out: Buffer, offset: number): number {
    const second = Math.floor(epochMs / MS_PER_SECOND);
    if (second !== this.#second) {
      this.#prefix = new Date(second * MS_PER_SECOND).toISOString().slice(0, -"000Z".length);
      this.#second = second;
    }
    const ms = epochMs - second * MS_PER_SECOND;
    const at = writeDecimal(ms, MILLISECOND_DIGITS, out, writeAscii(this.#prefix, out, offset));
    out[at] = ZULU;
    return at + 1;
  }
}
