import { deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import type { Reason } from "../../contract/reasons.ts";
import { DEFAULT_LIMITS, type UnpackLimits } from "../../functions/shared/unpack.ts";
import type { Draws } from "../draws.ts";
import { AggregatedRecord, aggregateOf } from "./kpl-aggregate.ts";
import type { ExpectedPiece } from "./pieces.ts";

/** One Kinesis record, or what is wrapped into one, and what it must come apart into, in order of position. */
export interface Payload {
  readonly bytes: Buffer;
  readonly pieces: readonly ExpectedPiece[];
}

/** Limits of the simulated consumers: small, so that records and batches of a few kilobytes come near them. */
export const LIMITS: UnpackLimits = {
  ...DEFAULT_LIMITS,
  maxPieces: 60,
  maxUnpackedBytes: 32 * 1024,
  maxBatchBytes: 48 * 1024,
  maxBatchPieces: 120,
};

const gzip = (bytes: Buffer) => gzipSync(bytes, { level: 1 });
const zlib = (bytes: Buffer) => deflateSync(bytes, { level: 1 });
const zstd = (bytes: Buffer) => zstdCompressSync(bytes);
const COMPRESSORS = [gzip, zlib, zstd];

/** A payload, compressed in one of the ways that producers use. */
export function compressed(draws: Draws, payload: Payload): Payload {
  return { bytes: draws.pick(COMPRESSORS)(payload.bytes), pieces: payload.pieces };
}

/** Payloads in one aggregate of the KPL's, some of them with hash keys, some of those of another shard or of none. */
export function aggregated(draws: Draws, payloads: readonly Payload[]): Payload {
  const message = AggregatedRecord.encode({
    partitionKeyTable: ["a", draws.hex(8)],
    explicitHashKeyTable: [draws.pick(["0", "340282366920938463463374607431768211455", "no number"])],
    records: payloads.map(({ bytes }) => ({
      partitionKeyIndex: draws.pick([0, 1, 7]),
      ...(draws.chance(0.3) && { explicitHashKeyIndex: draws.pick([0, 9]) }),
      data: bytes,
    })),
  }).finish();
  return { bytes: aggregateOf(message), pieces: payloads.flatMap(({ pieces }) => pieces) };
}

/** An aggregate with a wrong digest: a plain record for every reader, and no JSON. */
export function brokenAggregate(draws: Draws, payloads: readonly Payload[]): Payload {
  const { bytes } = aggregated(draws, payloads);
  bytes[bytes.length - 1]! ^= 1;
  return whole(bytes, undefined, "NOT_JSON_OBJECT");
}

/** A compressed stream with its end missing; none of zlib's, of which a short one may pass for text. */
export function brokenStream(draws: Draws, payload: Payload): Payload {
  const bytes = draws.pick([gzip, zstd])(payload.bytes);
  return whole(bytes.subarray(0, bytes.length - 3), "UNPACK_FAILED");
}

/** A Kinesis record beyond a limit: of pieces, of unpacked bytes, or of their ratio. */
export function beyondLimits(draws: Draws): Payload {
  const bytes = draws.chance(0.5)
    ? Buffer.from("1\n".repeat(LIMITS.maxPieces + 1))
    : draws.pick(COMPRESSORS)(Buffer.alloc(LIMITS.maxUnpackedBytes + 1));
  return whole(bytes, "UNPACK_LIMIT");
}

function whole(bytes: Buffer, archive: Reason | undefined, warehouse?: Reason): Payload {
  return { bytes, pieces: [{ bytes, object: false, archive, warehouse: warehouse ?? archive! }] };
}
