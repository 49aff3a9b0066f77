import type { Random } from "../contract/clock.ts";

/** A seeded source of randomness: the same seed gives the same numbers on every machine. */
export interface SeededRandom {
  /** 32 random bits, as an unsigned integer. */
  readonly bits: () => number;
  /** A number from 0 inclusive to 1 exclusive. */
  readonly unit: Random;
  /** A whole number from 0 inclusive to `below` exclusive. */
  readonly below: (below: number) => number;
}

/** xoshiro128** (https://prng.di.unimi.it/xoshiro128starstar.c), seeded by splitmix32. `seed`: any safe integer. */
export function seededRandom(seed: number): SeededRandom {
  let state = (seed ^ Math.imul(Math.floor(seed / 0x1_0000_0000), 0x9e3779b9)) >>> 0;
  const split = (): number => {
    state = (state + 0x9e3779b9) >>> 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
    return (z ^ (z >>> 16)) >>> 0;
  };
  let a = split();
  let b = split();
  let c = split();
  let d = split();
  const bits = (): number => {
    const product = Math.imul(b, 5);
    const result = Math.imul((product << 7) | (product >>> 25), 9) >>> 0;
    const t = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = (d << 11) | (d >>> 21);
    return result;
  };
  return {
    bits,
    unit: () => bits() / 0x1_0000_0000,
    below: (below) => Math.floor((bits() / 0x1_0000_0000) * below),
  };
}

const HEX_OF_BYTE = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** `words` × 8 random hexadecimal characters. */
export function randomHex(random: SeededRandom, words: number): string {
  let text = "";
  for (let word = 0; word < words; word++) {
    const bits = random.bits();
    text +=
      HEX_OF_BYTE[bits >>> 24]! +
      HEX_OF_BYTE[(bits >>> 16) & 0xff]! +
      HEX_OF_BYTE[(bits >>> 8) & 0xff]! +
      HEX_OF_BYTE[bits & 0xff]!;
  }
  return text;
}

/** Draws ranks from 0 inclusive to `count` exclusive, rank r with a weight of (r + 1)^-exponent. */
export function zipf(count: number, exponent: number, unit: Random): () => number {
  const cumulative = new Float64Array(count);
  let total = 0;
  for (let rank = 0; rank < count; rank++) {
    total += (rank + 1) ** -exponent;
    cumulative[rank] = total;
  }
  return () => {
    const wanted = unit() * total;
    let low = 0;
    let high = count - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (cumulative[middle]! > wanted) high = middle;
      else low = middle + 1;
    }
    return low;
  };
}
