import fc from "fast-check";
import type { Arbitrary } from "fast-check";

/** Where the bytes of a target's inputs come from. */
export interface ByteSource {
  /** Inputs to start from: real ones, and those that look like trouble. */
  readonly seeds: readonly (Uint8Array | string)[];
  /** Byte sequences that mean something to the target: put together at random, and thrown in. */
  readonly tokens: readonly (Uint8Array | string)[];
  /** Inputs that are well formed by the target's grammar, more than a list could hold. */
  readonly structured?: Arbitrary<Uint8Array>;
  /** Longest input; what grows beyond it is cut. Default 4,096 bytes. */
  readonly maxBytes?: number;
}

const DEFAULT_MAX_BYTES = 4096;
const MAX_EDITS = 5;
const MAX_TOKENS = 24;

/**
 * Inputs for a target: byte-level mutations of its seeds and of structured inputs, tokens in a row, and plain noise.
 * fast-check draws, replays and shrinks them.
 */
export function bytesFrom(source: ByteSource): Arbitrary<Buffer> {
  const { maxBytes = DEFAULT_MAX_BYTES, structured } = source;
  const tokens = source.tokens.map((token) => Buffer.from(token));
  const seed = fc.constantFrom(...source.seeds.map((each) => Buffer.from(each)));
  const numbers = [fc.nat(EDITS.length - 1), fc.nat(0xffff), fc.nat(0xffff), fc.nat(300)] as const;
  const edits = fc.array(fc.tuple(...numbers), { maxLength: MAX_EDITS });
  const mutated = (base: Arbitrary<Uint8Array>): Arbitrary<Buffer> =>
    fc.tuple(base, edits, seed).map(([bytes, changes, other]) => {
      let result: Buffer = Buffer.from(bytes);
      for (const [kind, at, value, length] of changes) {
        const numbers = { at: at % (result.length + 1), value, length };
        result = EDITS[kind]!(result, { ...numbers, tokens, other }).subarray(0, maxBytes);
      }
      return result.subarray(0, maxBytes);
    });
  const inARow = fc.array(fc.constantFrom(...tokens), { maxLength: MAX_TOKENS, size: "max" });
  return fc.oneof(
    { weight: 8, arbitrary: mutated(seed) },
    { weight: 4, arbitrary: inARow.map((parts) => Buffer.concat(parts).subarray(0, maxBytes)) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 64, size: "max" }).map((bytes) => Buffer.from(bytes)) },
    ...(structured === undefined ? [] : [{ weight: 4, arbitrary: mutated(structured) }]),
  );
}

/** What one change has to go by. */
interface Draw {
  /** Offset, at most the number of bytes. */
  readonly at: number;
  /** 16 bits, for whatever needs them. */
  readonly value: number;
  /** 0–300. */
  readonly length: number;
  readonly tokens: readonly Buffer[];
  /** Another seed. */
  readonly other: Buffer;
}

/** The bytes with `removed` of them replaced from an offset on. */
function splice(bytes: Buffer, at: number, removed: number, inserted: Uint8Array): Buffer {
  return Buffer.concat([bytes.subarray(0, at), inserted, bytes.subarray(at + removed)]);
}

/** Bytes at the edges of UTF-8, ASCII, JSON and varints. */
const EDGE_BYTES = [0x00, 0x01, 0x0a, 0x20, 0x22, 0x5c, 0x7f, 0x80, 0xbf, 0xc0, 0xc2, 0xed, 0xf4, 0xfe, 0xff];
/** Lengths and counts that overflow, or nearly do. */
const EDGE_NUMBERS = [0, 1, 0x7f, 0x80, 0xff, 0xffff, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff];

const EDITS: readonly ((bytes: Buffer, draw: Draw) => Buffer)[] = [
  (bytes, { at, value }) => splice(bytes, at, 1, Buffer.of((bytes[at] ?? 0) ^ (1 << (value & 7)))),
  (bytes, { at, value }) => splice(bytes, at, 1, Buffer.of(value & 0xff)),
  (bytes, { at, value }) => splice(bytes, at, value & 1, Buffer.of(EDGE_BYTES[value % EDGE_BYTES.length]!)),
  (bytes, { at, length }) => splice(bytes, at, length, Buffer.alloc(0)),
  (bytes, { at, value, length }) =>
    splice(bytes, at, 0, bytes.subarray(value % (bytes.length + 1)).subarray(0, length)),
  (bytes, { at, value, length }) => splice(bytes, at, 0, Buffer.alloc(length, value & 0xff)),
  (bytes, { at, value, tokens }) => splice(bytes, at, 0, tokens[value % tokens.length]!),
  (bytes, { at, value, length, tokens }) => splice(bytes, at, length & 15, tokens[value % tokens.length]!),
  (bytes, { at, value, other }) => splice(bytes, at, 0, other.subarray(value % (other.length + 1))),
  (bytes, { at, value }) => splice(bytes, at, 4, uint32(EDGE_NUMBERS[value % EDGE_NUMBERS.length]!, value >= 0x8000)),
  (bytes, { at }) => bytes.subarray(0, at),
];

function uint32(value: number, bigEndian: boolean): Buffer {
  const bytes = Buffer.alloc(4);
  if (bigEndian) bytes.writeUInt32BE(value);
  else bytes.writeUInt32LE(value);
  return bytes;
}
