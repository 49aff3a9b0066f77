/**
 * Hash keys: numbers from 0 to 2^128 − 1, kept as 32 lower-case hex digits, so that `<` on strings compares them.
 * The API shows them in decimal.
 */
import { hash } from "node:crypto";

export const LAST_HASH_KEY = "f".repeat(32);

const KEY_SPACE = 1n << 128n;
const DECIMAL = /^(0|[1-9]\d{0,38})$/;

/** The hash key of a partition key: its MD5. https://docs.aws.amazon.com/streams/latest/dev/key-concepts.html#partition-key */
export function hashKeyOf(partitionKey: string): string {
  return hash("md5", partitionKey, "hex");
}

/** A decimal hash key in hex, or `undefined` for what is no number from 0 to 2^128 − 1. */
export function parseHashKey(decimal: string): string | undefined {
  if (!DECIMAL.test(decimal)) return undefined;
  const value = BigInt(decimal);
  return value < KEY_SPACE ? toHex(value) : undefined;
}

/** A hash key as the API shows it. */
export function formatHashKey(hashKey: string): string {
  return toNumber(hashKey).toString();
}

/** The hash key before this one. */
export function previousHashKey(hashKey: string): string {
  return toHex(toNumber(hashKey) - 1n);
}

/** The hash key after this one; `undefined` after the last. */
export function nextHashKey(hashKey: string): string | undefined {
  return hashKey === LAST_HASH_KEY ? undefined : toHex(toNumber(hashKey) + 1n);
}

/** First hash keys of `count` ranges of equal size that cover all keys; the last one takes the remainder. */
export function evenStarts(count: number): string[] {
  const size = KEY_SPACE / BigInt(count);
  return Array.from({ length: count }, (_, index) => toHex(size * BigInt(index)));
}

function toNumber(hashKey: string): bigint {
  return BigInt(`0x${hashKey}`);
}

function toHex(value: bigint): string {
  return value.toString(16).padStart(32, "0");
}
