import { readFileSync } from "node:fs";
import { join } from "node:path";
import { deflateSync, gunzipSync, gzipSync, zstdCompressSync } from "node:zlib";
import fc from "fast-check";
import type { Arbitrary } from "fast-check";
import { AggregatedRecord, KPL_MAGIC, aggregateOf } from "../../../simulation/workload/kpl-aggregate.ts";
import { bytesFrom } from "./bytes.ts";
import { GOOD_RECORD, JSON_SEEDS, JSON_TOKENS, logRecord, utf8 } from "./json.ts";
import { WIRE_TOKENS } from "./protobuf.ts";

const PRODUCERS = join(import.meta.dirname, "../../../test/fixtures/producers");
/** The message of an aggregate of payloads. */
function aggregateMessage(payloads: readonly Uint8Array[]): Buffer {
  const records = payloads.map((data) => ({ partitionKeyIndex: 0, data }));
  return Buffer.from(
    AggregatedRecord.encode(AggregatedRecord.fromObject({ partitionKeyTable: ["a"], records })).finish(),
  );
}

/** An aggregate of payloads. */
export function aggregate(payloads: readonly Uint8Array[]): Buffer {
  return aggregateOf(aggregateMessage(payloads));
}

/** Raw Kinesis records of a producer that we did not write. */
function producerRecords(file: string): Buffer[] {
  const lines = gunzipSync(readFileSync(join(PRODUCERS, file)))
    .toString()
    .trim()
    .split("\n");
  return lines.map((line) => Buffer.from((JSON.parse(line) as { dataBase64: string }).dataBase64, "base64"));
}

/** Malformed aggregates, of which the KCL's answers are known. */
function malformed(): Buffer[] {
  const lines = readFileSync(join(PRODUCERS, "malformed.tsv"), "utf8").trim().split("\n");
  return lines.map((line) => Buffer.from(line.split("\t")[1]!, "base64"));
}

const good = Buffer.from(GOOD_RECORD);
export const COMPRESSED_SEEDS: readonly Buffer[] = [
  gzipSync(good),
  deflateSync(good),
  zstdCompressSync(good),
  Buffer.concat([gzipSync(good), gzipSync("\n"), gzipSync(good), Buffer.alloc(4)]),
  Buffer.concat([
    Buffer.from([0x50, 0x2a, 0x4d, 0x18, 2, 0, 0, 0, 1, 2]),
    zstdCompressSync(good),
    zstdCompressSync(good),
  ]),
  gzipSync(gzipSync(gzipSync(good))),
  deflateSync(Buffer.alloc(100_000, "{}")),
  zstdCompressSync(Buffer.alloc(100_000, "[")),
  gzipSync(""),
  deflateSync(""),
  zstdCompressSync(""),
];

export const AGGREGATE_SEEDS: readonly Buffer[] = [
  aggregate([good, good]),
  aggregate([]),
  aggregate([aggregate([aggregate([good])]), gzipSync(good)]),
  aggregate([Buffer.alloc(0), Buffer.from("not json"), gzipSync(good).subarray(0, 20)]),
  ...producerRecords("npm-aws-kinesis-agg-4.2.8-ehk.jsonl.gz").filter(({ length }) => length < 30_000),
  ...malformed(),
];

/** What compressed streams and aggregates begin and end with. */
export const WRAPPER_TOKENS: readonly Uint8Array[] = [
  KPL_MAGIC,
  Buffer.from([0x1f, 0x8b, 0x08, 0, 0, 0, 0, 0, 0, 3]),
  Buffer.from([0x78, 0x9c]),
  Buffer.from([0x28, 0xb5, 0x2f, 0xfd]),
  Buffer.from([0x50, 0x2a, 0x4d, 0x18]),
  gzipSync(""),
  deflateSync(""),
  zstdCompressSync(""),
  Buffer.alloc(16),
];

const plain = bytesFrom({ seeds: JSON_SEEDS, tokens: JSON_TOKENS, structured: utf8(logRecord), maxBytes: 1024 });

/** Mutated messages of aggregates under digests that are right: what lies behind the digest is met too. */
export const sealedAggregate: Arbitrary<Buffer> = bytesFrom({
  seeds: AGGREGATE_SEEDS.map((bytes) => bytes.subarray(4, -16)),
  tokens: [...WIRE_TOKENS, Buffer.from([0x1a, 0x04, 0x08, 0x00, 0x1a, 0x00])],
  structured: fc.array(plain, { maxLength: 3 }).map(aggregateMessage),
}).map(aggregateOf);

const { wrapped } = fc.letrec<{ wrapped: Buffer }>((tie) => ({
  wrapped: fc.oneof(
    { maxDepth: 4, depthSize: "small" },
    plain,
    fc.array(tie("wrapped"), { maxLength: 3 }).map(aggregate),
    tie("wrapped").map((bytes) => gzipSync(bytes, { level: 1 })),
    tie("wrapped").map((bytes) => deflateSync(bytes, { level: 1 })),
    tie("wrapped").map((bytes) => zstdCompressSync(bytes)),
    fc
      .tuple(tie("wrapped"), fc.nat(40), tie("wrapped"))
      .map(([bytes, cut, more]) => Buffer.concat([bytes.subarray(cut), more])),
  ),
}));

const POOL = { numRuns: 2000, seed: 4 };

/** Payloads in aggregates and compressions around each other: a pool of them, since compressing takes longer than all else. */
export const wrappedPayload: Arbitrary<Buffer> = fc.oneof(
  fc.constantFrom(...fc.sample(wrapped, POOL)),
  sealedAggregate,
);
