/**
 * Numbers of BigQuery's JSON type: int64 and uint64 are kept as they are, anything else becomes a FLOAT64 and is refused
 * unless its text comes back equal in value.
 *
 * "Comes back" is by the formatter that BigQuery's parser uses, Grisu2, which finds a text that reads back to the same
 * double but, once in a thousand, not the shortest one: so 0.2002386475503002 is refused though a double can hold it.
 * https://github.com/google/zetasql (JSONValue, CheckNumberRoundtrip); Grisu2: Loitsch, "Printing Floating-Point Numbers
 * Quickly and Accurately with Integers", PLDI 2010.
 */

const INT64_MIN = -(2n ** 63n);
const UINT64_MAX = 2n ** 64n - 1n;
/** Longest number text that is looked at; longer ones are refused. Same source. */
const MAX_NUMBER_TEXT = 1500;
const MASK_64 = 2n ** 64n - 1n;

/** Decimal digits without leading or trailing zeros, and the power of ten of the last one. */
interface Decimal {
  readonly digits: string;
  readonly exponent: number;
}

/** A floating number of our own: `f` × 2^`e`. */
interface DiyFp {
  readonly f: bigint;
  readonly e: number;
}

const FLOAT = new Float64Array(1);
const BITS = new BigUint64Array(FLOAT.buffer);
const HIDDEN_BIT = 2n ** 52n;
const BIAS = 1075;

/** Binary exponent range in which a scaled number must lie. */
const ALPHA = -60;
const MIN_POWER = -300;
const POWER_STEP = 8;

/** 10^k as 64 bits and a binary exponent, rounded to nearest, for k = -300, -292 … 324. */
const POWERS: readonly DiyFp[] = Array.from({ length: 79 }, (_, index) => power(MIN_POWER + index * POWER_STEP));

function power(k: number): DiyFp {
  const SCALE = 1200n;
  const value = k >= 0 ? (10n ** BigInt(k)) << SCALE : (1n << SCALE) / 10n ** BigInt(-k);
  const drop = value.toString(2).length - 64;
  const rounded = (value + (1n << BigInt(drop - 1))) >> BigInt(drop);
  return rounded > MASK_64 ? { f: rounded >> 1n, e: drop + 1 - 1200 } : { f: rounded, e: drop - 1200 };
}

function normalize(x: DiyFp): DiyFp {
  const shift = 64 - x.f.toString(2).length;
  return { f: x.f << BigInt(shift), e: x.e - shift };
}

function multiply(x: DiyFp, y: DiyFp): DiyFp {
  return { f: (x.f * y.f + (1n << 63n)) >> 64n, e: x.e + y.e + 64 };
}

/** Grisu2's digits of a positive finite double. */
function grisu2(value: number): Decimal {
  FLOAT[0] = value;
  const bits = BITS[0]!;
  const fraction = bits & (HIDDEN_BIT - 1n);
  const biased = Number(bits >> 52n);
  const v: DiyFp = biased === 0 ? { f: fraction, e: 1 - BIAS } : { f: fraction + HIDDEN_BIT, e: biased - BIAS };
  const lowerIsCloser = fraction === 0n && biased > 1;
  const plus = normalize({ f: 2n * v.f + 1n, e: v.e - 1 });
  const lower = lowerIsCloser ? { f: 4n * v.f - 1n, e: v.e - 2 } : { f: 2n * v.f - 1n, e: v.e - 1 };
  const minus: DiyFp = { f: lower.f << BigInt(lower.e - plus.e), e: plus.e };

  const f = ALPHA - plus.e - 1;
  const k = Math.trunc((f * 78913) / 2 ** 18) + (f > 0 ? 1 : 0);
  const index = Math.trunc((-MIN_POWER + k + (POWER_STEP - 1)) / POWER_STEP);
  const cached = POWERS[index]!;
  const w = multiply(normalize(v), cached);
  const scaledMinus = multiply(minus, cached);
  const scaledPlus = multiply(plus, cached);
  const high: DiyFp = { f: scaledPlus.f - 1n, e: scaledPlus.e };
  const low: DiyFp = { f: scaledMinus.f + 1n, e: scaledMinus.e };
  return generateDigits(low, w, high, -(MIN_POWER + index * POWER_STEP));
}

function generateDigits(low: DiyFp, w: DiyFp, high: DiyFp, decimalExponent: number): Decimal {
  let delta = high.f - low.f;
  let distance = high.f - w.f;
  const shift = BigInt(-high.e);
  const one = 1n << shift;
  let whole = high.f >> shift;
  let rest = high.f & (one - 1n);
  let digits = "";
  let exponent = decimalExponent;

  let remaining = whole.toString().length;
  let pow10 = 10n ** BigInt(remaining - 1);
  while (remaining > 0) {
    digits += (whole / pow10).toString();
    whole %= pow10;
    remaining--;
    const left = (whole << shift) + rest;
    if (left <= delta) {
      exponent += remaining;
      return trimZeros(roundDown(digits, distance, delta, left, pow10 << shift), exponent);
    }
    pow10 /= 10n;
  }
  for (;;) {
    rest *= 10n;
    digits += (rest >> shift).toString();
    rest &= one - 1n;
    exponent--;
    delta *= 10n;
    distance *= 10n;
    if (rest <= delta) return trimZeros(roundDown(digits, distance, delta, rest, one), exponent);
  }
}

/** Moves the last digit down while that brings it nearer to the exact value. */
function roundDown(digits: string, distance: bigint, delta: bigint, rest: bigint, ten: bigint): string {
  let last = digits.charCodeAt(digits.length - 1);
  let left = rest;
  while (left < distance && delta - left >= ten && (left + ten < distance || distance - left > left + ten - distance)) {
    last--;
    left += ten;
  }
  return digits.slice(0, -1) + String.fromCharCode(last);
}

function trimZeros(digits: string, exponent: number): Decimal {
  let start = 0;
  let end = digits.length;
  while (start < end && digits.charCodeAt(start) === 48) start++;
  while (end > start && digits.charCodeAt(end - 1) === 48) end--;
  return { digits: digits.slice(start, end), exponent: exponent + digits.length - end };
}

/** The value of a JSON number's text without its sign, exactly. */
function decimalOf(text: string): Decimal {
  const e = text.search(/e/i);
  const mantissa = e < 0 ? text : text.slice(0, e);
  const exponent = e < 0 ? 0 : Number(text.slice(e + 1));
  const point = mantissa.indexOf(".");
  if (point < 0) return trimZeros(mantissa, exponent);
  return trimZeros(mantissa.slice(0, point) + mantissa.slice(point + 1), exponent - (mantissa.length - point - 1));
}

/** A double as BigQuery prints it in JSON: plain up to 15 digits before the point, else with an exponent of two digits or more. */
function format({ digits, exponent }: Decimal): string {
  const count = digits.length;
  const point = count + exponent;
  if (count <= point && point <= 15) return `${digits}${"0".repeat(point - count)}.0`;
  if (0 < point && point <= 15) return `${digits.slice(0, point)}.${digits.slice(point)}`;
  if (-4 < point && point <= 0) return `0.${"0".repeat(-point)}${digits}`;
  const e = point - 1;
  const mantissa = count === 1 ? digits : `${digits[0]!}.${digits.slice(1)}`;
  return `${mantissa}e${e < 0 ? "-" : "+"}${String(Math.abs(e)).padStart(2, "0")}`;
}

/**
 * The canonical text of a JSON number, given as valid JSON; `undefined` where BigQuery refuses it:
 * `canonicalNumber("1e2") === "100.0"`, `canonicalNumber("18446744073709551616") === undefined`.
 */
export function canonicalNumber(text: string): string | undefined {
  const negative = text.charCodeAt(0) === 45;
  if (/^-?\d+$/.test(text)) {
    if (text.length < 16) return text === "-0" ? "0" : text;
    if (text.length <= 20) {
      const value = BigInt(text);
      if (value >= INT64_MIN && value <= UINT64_MAX) return text;
    }
  }
  if (text.length > MAX_NUMBER_TEXT) return undefined;
  const value = Math.abs(Number(text));
  if (!Number.isFinite(value)) return undefined;
  const exact = decimalOf(negative ? text.slice(1) : text);
  if (value === 0) return exact.digits === "" ? (negative ? "-0.0" : "0.0") : undefined;
  const printed = grisu2(value);
  if (printed.digits !== exact.digits || printed.exponent !== exact.exponent) return undefined;
  return (negative ? "-" : "") + format(printed);
}
