import { deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import fc from "fast-check";
import { DEFAULT_LIMITS, Unpacker } from "../../../functions/shared/unpack.ts";
import type { UnpackLimits } from "../../../functions/shared/unpack.ts";
import { kinesisEvent } from "../../support/kinesis-event.ts";
import { kplAggregate } from "../../../simulation/workload/kpl-aggregate.ts";
import { listPieces } from "../../support/pieces.ts";
import type { Piece } from "../../support/pieces.ts";

const WRAPPERS = {
  gzip: (bytes: string | Uint8Array) => gzipSync(bytes),
  zlib: (bytes: string | Uint8Array) => deflateSync(bytes),
  zstd: (bytes: string | Uint8Array) => zstdCompressSync(bytes),
  none: (bytes: string | Uint8Array) => Buffer.from(bytes),
};
const COMPRESSIONS = [
  ["gzip", gzipSync],
  ["zlib", deflateSync],
  ["zstd", zstdCompressSync],
] as const;

function unpack(records: readonly (string | Uint8Array)[], limits: Partial<UnpackLimits> = {}): Piece[] {
  return listPieces(new Unpacker([], { ...DEFAULT_LIMITS, ...limits }).unpack(kinesisEvent(records).Records));
}

/** Pieces of one Kinesis record as `KIND text`, with the detail where there is one. */
function texts(record: string | Uint8Array, limits: Partial<UnpackLimits> = {}): string[] {
  return unpack([record], limits).map(
    ({ kind, bytes, detail }) => `${kind} ${bytes.toString("latin1")}${detail === "" ? "" : ` (${detail})`}`,
  );
}

function whole(record: Buffer, detail: string): string[] {
  return [`OVER_LIMIT ${record.toString("latin1")} (${detail})`];
}

describe("compressed records", () => {
  test.each(Object.entries(WRAPPERS))("%s around JSON, lines, objects in a row, an aggregate", (_name, wrap) => {
    expect(texts(wrap('{"a":1}'))).toEqual(['OBJECT {"a":1}']);
    expect(texts(wrap('{\n"a":1}\n'))).toEqual(['OBJECT_WITH_BREAK {\n"a":1}']);
    expect(texts(wrap('{"a":1}\nx\n\n{"b":2}'))).toEqual(['OBJECT {"a":1}', "OTHER x", 'OBJECT {"b":2}']);
    expect(texts(wrap('{"a":1}{"b":2}'))).toEqual(['OBJECT {"a":1}', 'OBJECT {"b":2}']);
    expect(texts(wrap(""))).toEqual(["OTHER "]);
    expect(texts(wrap(kplAggregate(['{"a":1}', "x"])))).toEqual(['OBJECT {"a":1}', "OTHER x"]);
  });

  test("all formats inside one aggregate, in order", () => {
    const inner = kplAggregate([deflateSync('{"d":4}'), '{"e":5}']);
    const payloads = [gzipSync('{"a":1}\n{"b":2}'), zstdCompressSync('{"c":3}'), gzipSync(inner), '{"f":6}'];
    expect(unpack([kplAggregate(payloads)]).map(({ position, bytes }) => `${position} ${bytes.toString()}`)).toEqual([
      '0 {"a":1}',
      '1 {"b":2}',
      '2 {"c":3}',
      '3 {"d":4}',
      '4 {"e":5}',
      '5 {"f":6}',
    ]);
  });

  test("a broken stream is one piece with its bytes; inside an aggregate it is that sub-record alone", () => {
    const broken = gzipSync('{"a":1}').subarray(0, -1);
    const failed = `UNPACK_FAILED ${broken.toString("latin1")} (gzip)`;
    expect(texts(broken)).toEqual([failed]);
    expect(texts(kplAggregate(["{}", broken, '{"b":2}']))).toEqual(["OBJECT {}", failed, 'OBJECT {"b":2}']);
  });

  test.each([
    ["zlib", deflateSync('{"a":1}').subarray(0, -1)],
    ["zstd", zstdCompressSync('{"a":1}').subarray(0, -1)],
  ])("a broken %s stream says so", (format, broken) => {
    expect(unpack([broken])).toMatchObject([{ kind: "UNPACK_FAILED", detail: format, bytes: broken }]);
  });

  test("text that begins like zlib or zstd is text", () => {
    // 0x78 0x5e and 0x58 0x47 are headers of zlib, "P*M" and 0x18 is a skippable frame of zstd.
    expect(texts('x^2\n{"a":1}')).toEqual(["OTHER x^2", 'OBJECT {"a":1}']);
    expect(texts("XG")).toEqual(["OTHER XG"]);
    expect(texts("P*M\u0018")).toEqual(["OTHER P*M\u0018"]);
  });

  test("compressions around each other are undone, up to the limit", () => {
    const twice = gzipSync(zstdCompressSync('{"a":1}'));
    const thrice = deflateSync(twice);
    expect(texts(thrice)).toEqual(['OBJECT {"a":1}']);
    expect(texts(gzipSync(thrice))).toEqual(whole(gzipSync(thrice), "zstd: more than 3 compressions"));
    expect(texts(thrice, { maxCompressions: 2 })).toEqual(whole(thrice, "zstd: more than 2 compressions"));
  });

  test("bytes count once unpacked, without what wrapped them", () => {
    const pieces = new Unpacker().unpack(kinesisEvent([gzipSync(kplAggregate(["{}", "xyz"])), "12\n34"]).Records);
    expect(pieces.payloadBytes).toBe(10);
  });
});

describe("limits", () => {
  test.each(COMPRESSIONS)("%s: more bytes than allowed, all streams of a record together", (name, compress) => {
    const stream = compress('"'.concat("a".repeat(98), '"'));
    const limits = { maxUnpackedBytes: 300 };
    const three = kplAggregate([stream, stream, stream]);
    const four = kplAggregate([stream, stream, stream, stream]);
    expect(texts(three, limits)).toHaveLength(3);
    expect(texts(four, limits)).toEqual(whole(four, `${name}: more than 300 bytes`));
  });

  test("what one layer makes counts with what the next one makes of it", () => {
    const text = JSON.stringify("a".repeat(100));
    const inner = deflateSync(text);
    const limit = inner.length + text.length;
    expect(texts(gzipSync(inner), { maxUnpackedBytes: limit })).toEqual([`OTHER ${text}`]);
    expect(texts(gzipSync(inner), { maxUnpackedBytes: limit - 1 })).toEqual(
      whole(gzipSync(inner), `zlib: more than ${limit - 1} bytes`),
    );
  });

  test("more bytes for each byte than allowed", () => {
    const bomb = gzipSync(Buffer.alloc(100_000, 0x20));
    const detail = "gzip: more than 200 bytes for each byte";
    expect(texts(bomb)).toEqual(whole(bomb, detail));
    expect(texts(kplAggregate(["{}", bomb]))).toEqual(whole(kplAggregate(["{}", bomb]), detail));
    expect(unpack([bomb], { maxRatio: 1000 })).toMatchObject([{ kind: "OTHER" }]);
  });

  test("a bomb in a bomb is stopped by what the whole record may become", () => {
    const bomb = gzipSync(gzipSync(Buffer.alloc(3_000_000, 0x20)));
    expect(texts(bomb)).toEqual(whole(bomb, "gzip: more than 200 bytes for each byte"));
  });

  test("a record of more pieces than allowed is whole, whatever they are and wherever they come from", () => {
    const limits = { maxPieces: 3 };
    const broken = gzipSync("x").subarray(0, -1);
    for (const payloads of [
      ["1", "2\n3\n4"],
      ["", "", "", ""],
      ["1\n2\n3", broken],
      ["{}{}", "{}{}"],
    ]) {
      const record = kplAggregate(payloads);
      expect(texts(record, limits)).toEqual(whole(record, "more than 3 pieces"));
      expect(texts(gzipSync(record), limits)).toEqual(whole(gzipSync(record), "more than 3 pieces"));
    }
    expect(texts(kplAggregate(["1", "{}{}"]), limits)).toHaveLength(3);
  });

  test("more streams than allowed, frames of zstd counted", () => {
    const record = kplAggregate([gzipSync("1"), zstdCompressSync("2"), deflateSync("3")]);
    const frames = Buffer.concat(["1", "2", "3"].map((text) => zstdCompressSync(text)));
    expect(texts(record, { maxStreams: 3 })).toEqual(["OTHER 1", "OTHER 2", "OTHER 3"]);
    expect(texts(record, { maxStreams: 2 })).toEqual(whole(record, "zlib: more than 2 streams"));
    expect(texts(frames, { maxStreams: 3 })).toEqual(["OTHER 123"]);
    expect(texts(frames, { maxStreams: 2 })).toEqual(whole(frames, "zstd: more than 2 streams"));
  });

  test("a row of objects that turns out to be none is one piece, however long it is", () => {
    expect(texts(`${"{}".repeat(10)}x`, { maxPieces: 3 })).toEqual([`OTHER ${"{}".repeat(10)}x`]);
  });

  test("a record beyond a limit leaves its neighbours as they are, and the verdict is its own", () => {
    const bomb = zstdCompressSync(Buffer.alloc(1_000_000, 0x20));
    const records = [gzipSync('{"a":1}'), bomb, "{}", bomb, gzipSync('{"b":2}')];
    expect(unpack(records).map(({ source, kind, bytes }) => [source, kind, bytes])).toEqual([
      [0, "OBJECT", Buffer.from('{"a":1}')],
      [1, "OVER_LIMIT", bomb],
      [2, "OBJECT", Buffer.from("{}")],
      [3, "OVER_LIMIT", bomb],
      [4, "OBJECT", Buffer.from('{"b":2}')],
    ]);
  });

  test("what was bad in a record that ends beyond a limit leaves nothing behind", () => {
    const broken = gzipSync("x").subarray(0, -1);
    const record = kplAggregate([broken, "1", "2", "3"]);
    expect(unpack([record, "1\n2"], { maxPieces: 3 }).map(({ kind, detail }) => [kind, detail])).toEqual([
      ["OVER_LIMIT", "more than 3 pieces"],
      ["OTHER", ""],
      ["OTHER", ""],
    ]);
  });
});

describe("a batch that unpacks to more than memory holds", () => {
  const record = gzipSync(JSON.stringify({ text: "some words ".repeat(90) }));
  const limits = { ...DEFAULT_LIMITS, maxUnpackedBytes: 1200, maxBatchBytes: 4000 };

  test("is taken in parts, each of at least one record, and the parts are what the whole would be", () => {
    const { Records } = kinesisEvent(new Array<Buffer>(10).fill(record));
    const unpacker = new Unpacker([], limits);
    const parts: Piece[][] = [];
    for (let taken = 0; taken < Records.length;) {
      const pieces = unpacker.unpack(Records, taken);
      parts.push(listPieces(pieces));
      expect(pieces.taken).toBe(taken + parts.at(-1)!.length);
      taken = pieces.taken;
    }
    expect(parts.map((part) => part.length)).toEqual([3, 3, 3, 1]);
    expect(parts.flat()).toEqual(unpack(new Array<Buffer>(10).fill(record)));
  });

  test("plain records are never too many bytes, pieces are", () => {
    const plain = new Unpacker().unpack(kinesisEvent(new Array<string>(4000).fill(`"${"x".repeat(1000)}"`)).Records);
    expect(plain.taken).toBe(4000);
    const unpacker = new Unpacker([], { ...DEFAULT_LIMITS, maxPieces: 10, maxBatchPieces: 14 });
    const { Records } = kinesisEvent(["1\n2\n3", "1\n2", "1\n2\n3", "1"]);
    expect(unpacker.unpack(Records).taken).toBe(2);
    expect(unpacker.unpack(Records, 2)).toMatchObject({ taken: 4, count: 4 });
  });

  test("each record's pieces are the same in every batch, whatever its neighbours are", () => {
    const leaf = fc.constantFrom(
      '{"a":1}',
      "x\ny",
      '{"b":2}{"c":3}',
      "",
      "\n",
      '{"d":"é"}',
      '{"text":"aaaaaaaaaaaaaaaa"}',
    );
    const wrapped = fc.letrec<{ payload: string | Uint8Array }>((tie) => ({
      payload: fc.oneof(
        { maxDepth: 3, withCrossShrink: true },
        leaf,
        tie("payload").map((payload) => gzipSync(payload)),
        tie("payload").map((payload) => deflateSync(payload)),
        tie("payload").map((payload) => zstdCompressSync(payload)),
        fc.array(tie("payload"), { maxLength: 4 }).map((payloads) => kplAggregate(payloads)),
        tie("payload").map((payload) => Buffer.from(payload).subarray(0, -1)),
      ),
    })).payload;
    const unpacker = new Unpacker([], { ...limits, maxUnpackedBytes: 150, maxBatchBytes: 600 });
    fc.assert(
      fc.property(fc.array(wrapped, { minLength: 1, maxLength: 12 }), (records) => {
        const { Records } = kinesisEvent(records);
        const alone = records.flatMap((payload, source) =>
          listPieces(unpacker.unpack(kinesisEvent([payload]).Records)).map((piece) => ({ ...piece, source })),
        );
        const together: Piece[] = [];
        for (let taken = 0; taken < Records.length;) {
          const pieces = unpacker.unpack(Records, taken);
          expect(pieces.taken).toBeGreaterThan(taken);
          expect(pieces.used).toBeLessThanOrEqual(600 + Buffer.from(records[pieces.taken - 1]!).length);
          together.push(...listPieces(pieces));
          taken = pieces.taken;
        }
        expect(together).toEqual(alone);
      }),
      { numRuns: 150 },
    );
  });
});
