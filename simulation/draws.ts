import { hash } from "node:crypto";
import { type SeededRandom, seededRandom } from "../model/random.ts";

/** Random decisions of one place, from the seed and the place's name alone: what happens elsewhere changes nothing here. */
export class Draws {
  readonly #random: SeededRandom;

  /** `seed`: any safe integer. `place`: e.g. `warehouse/storage-write`. */
  constructor(seed: number, place: string) {
    this.#random = seededRandom(Number.parseInt(hash("sha256", `${seed}/${place}`).slice(0, 13), 16));
  }

  /** From 0 inclusive to 1 exclusive. */
  unit(): number {
    return this.#random.unit();
  }

  /** Whether something of this probability happens. */
  chance(probability: number): boolean {
    return this.#random.unit() < probability;
  }

  /** A whole number, both ends inclusive. */
  between(lowest: number, highest: number): number {
    return lowest + this.#random.below(highest - lowest + 1);
  }

  /** A whole number, both ends inclusive, small ones as likely as large ones of ten times the size. */
  logBetween(lowest: number, highest: number): number {
    return Math.round(lowest * (highest / lowest) ** this.#random.unit());
  }

  pick<T>(items: readonly T[]): T {
    return items[this.#random.below(items.length)]!;
  }

  /** Lower-case hexadecimal digits. */
  hex(digits: number): string {
    let text = "";
    while (text.length < digits) text += this.#random.bits().toString(16).padStart(8, "0");
    return text.slice(0, digits);
  }

  /** A UUID of version 4. */
  uuid(): string {
    const hex = this.hex(32);
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
  }
}
