/** Draws of a seeded source that a flow needs: how many of many, and how long. */
import type { Random } from "../../contract/clock.ts";
import type { Latency } from "./types.ts";

/** Below so many expected hits or misses the normal distribution is too far from the binomial one. */
const NORMAL_FROM = 12;
/** Quantile of the standard normal distribution at 99 %. */
const Z99 = 2.3263478740408408;

/** A draw of the standard normal distribution (Box and Muller). */
export function normal(unit: Random): number {
  return Math.sqrt(-2 * Math.log(1 - unit())) * Math.cos(2 * Math.PI * unit());
}

/** How many of `count` hit, each with this probability: exact where few are expected, else normal, rounded, in range. */
export function binomial(count: number, probability: number, unit: Random): number {
  if (probability >= 1) return count;
  if (count === 0 || probability <= 0) return 0;
  if (probability > 0.5) return count - binomial(count, 1 - probability, unit);
  const mean = count * probability;
  if (mean >= NORMAL_FROM) {
    const drawn = Math.round(mean + normal(unit) * Math.sqrt(mean * (1 - probability)));
    return Math.min(count, Math.max(0, drawn));
  }
  // Inversion: the distribution function, term by term.
  const odds = probability / (1 - probability);
  let term = (1 - probability) ** count;
  let rest = unit() - term;
  let hits = 0;
  while (rest >= 0 && hits < count) {
    term *= (odds * (count - hits)) / (hits + 1);
    hits++;
    if (term === 0) break;
    rest -= term;
  }
  return hits;
}

/** Divides `count` among shares that add up to 1: each with its expected part, and the spread of single records. */
export function multinomial(count: number, shares: Float64Array, unit: Random, into: Float64Array): void {
  let left = count;
  let leftShare = 1;
  for (let index = 0; index < shares.length; index++) {
    const share = shares[index]!;
    const drawn = index === shares.length - 1 ? left : binomial(left, Math.min(1, share / leftShare), unit);
    into[index] = drawn;
    left -= drawn;
    leftShare = Math.max(Number.EPSILON, leftShare - share);
  }
}

/** Milliseconds of one wait. */
export function waitOf({ medianMs, p99Ms }: Latency, unit: Random): number {
  if (medianMs <= 0 || p99Ms <= medianMs) return medianMs;
  return medianMs * Math.exp((normal(unit) * Math.log(p99Ms / medianMs)) / Z99);
}
