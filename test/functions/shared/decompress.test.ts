import { constants, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import fc from "fast-check";
import { BROKEN, TOO_LARGE, compressionOf, decompress } from "../../../functions/shared/decompress.ts";
import type { Compression } from "../../../functions/shared/decompress.ts";

const COMPRESS: Readonly<Record<Compression, (bytes: Uint8Array) => Buffer>> = {
  gzip: (bytes) => gzipSync(bytes),
  zlib: (bytes) => deflateSync(bytes),
  zstd: (bytes) => zstdCompressSync(bytes),
};
const COMPRESSIONS = Object.keys(COMPRESS) as Compression[];
const MIB = 1024 * 1024;

function zstdFrame(text: string): Buffer {
  return zstdCompressSync(text, { params: { [constants.ZSTD_c_checksumFlag]: 1 } });
}

/** A skippable frame (RFC 8878, 3.1.2) of magic number 0x184D2A5`low`. */
function skippable(low: number, content: string): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32LE(0x184d2a50 + low);
  head.writeUInt32LE(content.length, 4);
  return Buffer.concat([head, Buffer.from(content)]);
}

function text(compression: Compression, input: Buffer, maxBytes = MIB): string {
  const output = decompress(compression, input, maxBytes);
  return typeof output === "string" ? output : `= ${output.toString()}`;
}

function detected(bytes: Buffer): Compression | undefined {
  return compressionOf(Buffer.concat([Buffer.from("x"), bytes, Buffer.from("y")]), 1, bytes.length + 1);
}

describe("compressions told apart by their first bytes", () => {
  test.each(COMPRESSIONS)("%s, at every level of its compressor", (compression) => {
    for (let level = 1; level <= 9; level++) {
      const bytes = {
        gzip: () => gzipSync("x", { level }),
        zlib: () => deflateSync("x", { level }),
        zstd: () => zstdCompressSync("x", { params: { [constants.ZSTD_c_compressionLevel]: level } }),
      }[compression]();
      expect(detected(bytes)).toBe(compression);
    }
  });

  test("zlib with each window size there is", () => {
    for (let windowBits = 9; windowBits <= 15; windowBits++) {
      const bytes = deflateSync("some text", { windowBits });
      expect([detected(bytes), text("zlib", bytes)]).toEqual(["zlib", "= some text"]);
    }
  });

  test("a zstd stream that begins with a skippable frame", () => {
    expect(detected(skippable(0, ""))).toBe("zstd");
    expect(detected(skippable(15, "abc"))).toBe("zstd");
  });

  test.each([
    ["JSON", '{"a":1}'],
    ["a number", "80"],
    ["raw deflate", deflateRawSync("some text")],
    ["zlib with a preset dictionary", deflateSync("x", { dictionary: Buffer.from("x") })],
    ["one byte", "x"],
    ["nothing", ""],
  ])("%s is none", (_name, bytes) => {
    expect(detected(Buffer.from(bytes))).toBeUndefined();
  });
});

describe("decompression", () => {
  test.each<[string, Compression, Buffer[], string]>([
    ["members of a gzip file", "gzip", [gzipSync("one "), gzipSync("two "), gzipSync("three")], "= one two three"],
    ["a gzip member of nothing", "gzip", [gzipSync("")], "= "],
    ["zero padding behind gzip", "gzip", [gzipSync("one"), Buffer.alloc(7)], "= one"],
    ["a gzip member behind zero padding", "gzip", [gzipSync("one"), Buffer.alloc(7), gzipSync("two")], BROKEN],
    ["a line feed behind gzip", "gzip", [gzipSync("one"), Buffer.from("\n")], BROKEN],
    ["text behind gzip", "gzip", [gzipSync("one"), Buffer.from('{"a":1}')], BROKEN],
    ["a gzip member cut short behind another", "gzip", [gzipSync("one"), gzipSync("two").subarray(0, -1)], BROKEN],
    ["gzip of another method than deflate", "gzip", [Buffer.from("1f8b0700000000000003", "hex")], BROKEN],
    ["text behind zlib", "zlib", [deflateSync("one"), Buffer.from("\n")], BROKEN],
    ["zlib behind zlib", "zlib", [deflateSync("one"), deflateSync("two")], BROKEN],
    ["zero padding behind zlib", "zlib", [deflateSync("one"), Buffer.alloc(1)], BROKEN],
    ["frames of zstd", "zstd", [zstdFrame("one "), zstdFrame("two "), zstdFrame("three")], "= one two three"],
    [
      "skippable frames",
      "zstd",
      [skippable(0, "a"), zstdFrame("one "), skippable(3, ""), zstdFrame("two")],
      "= one two",
    ],
    ["nothing but a skippable frame", "zstd", [skippable(0, "abc")], BROKEN],
    ["a skippable frame cut short", "zstd", [zstdFrame("one"), skippable(0, "abc").subarray(0, -1)], BROKEN],
    ["text behind zstd", "zstd", [zstdFrame("one"), Buffer.from("text")], BROKEN],
    ["a few bytes behind zstd", "zstd", [zstdFrame("one"), Buffer.from([0x28, 0xb5])], BROKEN],
    ["a zstd frame that needs a dictionary", "zstd", [Buffer.from("28b52ffd23010319000061", "hex")], BROKEN],
    ["a zstd frame that needs a window of 2 GiB", "zstd", [Buffer.from("28b52ffd00a8190000616263", "hex")], BROKEN],
  ])("%s", (_name, compression, parts, expected) => {
    expect(text(compression, Buffer.concat(parts))).toBe(expected);
  });

  describe.each(COMPRESSIONS)("%s", (compression) => {
    const compress = COMPRESS[compression];

    test("cut short anywhere it is broken, never a part of the text", () => {
      const input = compress(Buffer.from("some text, some text, some other text"));
      for (let length = 4; length < input.length; length++) {
        expect(text(compression, input.subarray(0, length))).toBe(BROKEN);
      }
    });

    test("a wrong checksum is broken", () => {
      const input = compression === "zstd" ? zstdFrame("some text") : compress(Buffer.from("some text"));
      const sum = compression === "gzip" ? input.length - 5 : input.length - 1;
      input[sum]! ^= 1;
      expect(text(compression, input)).toBe(BROKEN);
    });

    test("as much as allowed is taken, one byte more is too large", () => {
      for (const size of [1, 999, 1024, 5000, 300_000]) {
        const input = compress(Buffer.alloc(size, "a"));
        expect(text(compression, input, size).length).toBe(2 + size);
        expect(text(compression, input, size - 1)).toBe(TOO_LARGE);
      }
    });

    test("gives back what was compressed, in parts of any size", () => {
      const part = fc.oneof(
        fc.uint8Array({ maxLength: 100 }),
        fc.tuple(fc.integer({ min: 0, max: 5000 }), fc.nat(255)).map(([size, byte]) => new Uint8Array(size).fill(byte)),
      );
      fc.assert(
        fc.property(fc.array(part, { minLength: 1, maxLength: compression === "zlib" ? 1 : 4 }), (parts) => {
          const output = decompress(compression, Buffer.concat(parts.map(compress)), MIB);
          expect(Buffer.isBuffer(output) && output.equals(Buffer.concat(parts))).toBe(true);
        }),
        { numRuns: 100 },
      );
    });

    test("any bytes behind the magic number are a value or broken", () => {
      const magic = compress(Buffer.alloc(0)).subarray(0, compression === "zstd" ? 4 : 2);
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 60 }), (rest) => {
          const output = decompress(compression, Buffer.concat([magic, rest]), 1000);
          expect(Buffer.isBuffer(output) ? output.length <= 1000 : [BROKEN, TOO_LARGE].includes(output)).toBe(true);
        }),
        { numRuns: 200 },
      );
    });
  });
});
