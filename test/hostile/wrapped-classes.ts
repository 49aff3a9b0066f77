import { deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import { kplAggregate } from "../../simulation/workload/kpl-aggregate.ts";
import { bytes, kept, noObject, notUnpacked, object, plain, quarantined, twice } from "./hostile-class.ts";
import type { HostileClass } from "./hostile-class.ts";

const BOMB = 8 * 1024 * 1024;
const COMPRESSIONS = { gzip: gzipSync, zlib: deflateSync, zstd: zstdCompressSync };

/** Compressions and aggregates, broken, too large or around each other. */
export const WRAPPED: readonly HostileClass[] = [
  ...Object.entries(COMPRESSIONS).flatMap(([name, compress]) => [
    bytes(
      `a ${name} bomb`,
      () => compress(Buffer.alloc(BOMB, " ")),
      notUnpacked("UNPACK_LIMIT", `${name}: more than 200 bytes for each byte`),
    ),
    bytes(
      `a ${name} bomb in gzip`,
      () => gzipSync(compress(Buffer.alloc(BOMB, " "))),
      notUnpacked("UNPACK_LIMIT", `${name}: more than 200 bytes for each byte`),
    ),
    bytes(
      `a ${name} stream cut short`,
      () => compress(plain.repeat(2)).subarray(0, -5),
      notUnpacked("UNPACK_FAILED", name),
    ),
    bytes(
      `a ${name} stream with something behind it`,
      () => Buffer.concat([compress(plain), Buffer.from("x")]),
      notUnpacked("UNPACK_FAILED", name),
    ),
  ]),
  bytes(
    "a bomb below the limit on ratio",
    () => zstdCompressSync(Buffer.alloc(18_000_000, noise())),
    notUnpacked("UNPACK_LIMIT", "zstd: more than 16777216 bytes"),
  ),
  bytes(
    "three compressions around each other",
    () => gzipSync(deflateSync(zstdCompressSync(plain))),
    object(plain, kept),
  ),
  bytes(
    "four compressions around each other",
    () => gzipSync(gzipSync(deflateSync(zstdCompressSync(plain)))),
    notUnpacked("UNPACK_LIMIT", "zstd: more than 3 compressions"),
  ),
  bytes(
    "100,000 empty frames of zstd",
    () => Buffer.concat([...Array.from({ length: 100_000 }, () => emptyFrame), zstdCompressSync(plain)]),
    notUnpacked("UNPACK_LIMIT", "zstd: more than 10000 streams"),
  ),
  bytes(
    "100,000 skippable frames of zstd around a record",
    () => Buffer.concat([...Array.from({ length: 100_000 }, () => skippableFrame), zstdCompressSync(plain)]),
    object(plain, kept),
  ),
  bytes(
    "an aggregate of 10,001 compressed records",
    () => kplAggregate(Array.from({ length: 10_001 }, () => emptyGzip)),
    notUnpacked("UNPACK_LIMIT", "gzip: more than 10000 streams"),
  ),
  bytes("an aggregate inside an aggregate", () => kplAggregate([plain, kplAggregate([plain])]), twice),
  bytes(
    "an aggregate inside two others",
    () => kplAggregate([kplAggregate([kplAggregate([plain])])]),
    () => noObject(kplAggregate([plain])),
  ),
  bytes("an aggregate whose digest is cut short", () => kplAggregate([plain]).subarray(0, -1), noObject),
  bytes(
    "a broken stream inside an aggregate, alone",
    () => kplAggregate([plain, broken, plain]),
    () => ({
      archive: [{ log: plain }, quarantined(broken, "UNPACK_FAILED", "gzip"), { log: plain }],
      warehouse: [{ log: kept }, quarantined(broken, "UNPACK_FAILED", "gzip"), { log: kept }],
    }),
  ),
  bytes(
    "a bomb inside an aggregate, which takes its neighbours along",
    () => kplAggregate([plain, gzipSync(Buffer.alloc(BOMB, " "))]),
    notUnpacked("UNPACK_LIMIT", "gzip: more than 200 bytes for each byte"),
  ),
];

const emptyFrame = zstdCompressSync("");
const emptyGzip = gzipSync("");
const skippableFrame = Buffer.from([0x50, 0x2a, 0x4d, 0x18, 0, 0, 0, 0]);
const broken = gzipSync(plain).subarray(0, -9);

/** 100,000 bytes that do not compress, the same each time. */
function noise(): Buffer {
  const result = Buffer.alloc(100_000);
  for (let at = 0, value = 1; at < result.length; at++) {
    value = (Math.imul(value, 1_664_525) + 1_013_904_223) >>> 0;
    result[at] = value >>> 24;
  }
  return result;
}
