/**
 * Checksums of an object's bytes, computed as they stream by and compared with what the client announced.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html
 */
import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { S3Error } from "./errors.ts";

/** A running checksum; `digest` is called once, at the end. */
interface Digest {
  update(bytes: Uint8Array): void;
  digest(): Buffer;
}

function hashDigest(algorithm: "md5" | "sha1" | "sha256"): Digest {
  const hash = createHash(algorithm);
  return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest() };
}

function crc32Digest(): Digest {
  let value = 0;
  return {
    update: (bytes) => void (value = crc32(bytes, value)),
    digest: () => {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32BE(value);
      return bytes;
    },
  };
}

/** Table of a reflected CRC with up to 64 bits: low and high halves of the 256 entries. */
function crcTable(polynomial: bigint): { low: Int32Array; high: Int32Array } {
  const low = new Int32Array(256);
  const high = new Int32Array(256);
  for (let index = 0; index < 256; index++) {
    let value = BigInt(index);
    for (let bit = 0; bit < 8; bit++) value = value & 1n ? (value >> 1n) ^ polynomial : value >> 1n;
    low[index] = Number(BigInt.asIntN(32, value));
    high[index] = Number(BigInt.asIntN(32, value >> 32n));
  }
  return { low, high };
}

/** A reflected CRC that Node does not have, all ones in and out; both widths run through the same two halves. */
function reflectedCrc(table: { low: Int32Array; high: Int32Array }, bytesOut: 4 | 8): Digest {
  let low = -1;
  let high = bytesOut === 8 ? -1 : 0;
  return {
    update(bytes) {
      for (const byte of bytes) {
        const index = (low ^ byte) & 0xff;
        low = ((low >>> 8) | (high << 24)) ^ table.low[index]!;
        high = (high >>> 8) ^ table.high[index]!;
      }
    },
    digest() {
      const bytes = Buffer.alloc(8);
      bytes.writeInt32BE(~high, 0);
      bytes.writeInt32BE(~low, 4);
      return bytes.subarray(8 - bytesOut);
    },
  };
}

const CRC32C = crcTable(0x82f63b78n);
const CRC64NVME = crcTable(0x9a6c9329ac4bc9b5n);

const ALGORITHMS = {
  crc32: crc32Digest,
  crc32c: () => reflectedCrc(CRC32C, 4),
  crc64nvme: () => reflectedCrc(CRC64NVME, 8),
  sha1: () => hashDigest("sha1"),
  sha256: () => hashDigest("sha256"),
} satisfies Record<string, () => Digest>;

/** A checksum algorithm as the end of its header's name: `crc32` in `x-amz-checksum-crc32`. */
export type ChecksumAlgorithm = keyof typeof ALGORITHMS;

/** Header or trailer of a checksum. */
const HEADER = /^x-amz-checksum-(.+)$/;
/** Headers of that form that carry no checksum. */
const NOT_CHECKSUMS = new Set(["algorithm", "mode", "type"]);

/** Checksum values (base64) in headers or trailers, by algorithm. Throws `InvalidRequest` for an algorithm that is not known. */
export function announcedChecksums(headers: Readonly<Record<string, unknown>>): Map<ChecksumAlgorithm, string> {
  const found = new Map<ChecksumAlgorithm, string>();
  for (const [header, value] of Object.entries(headers)) {
    const algorithm = HEADER.exec(header)?.[1];
    if (algorithm === undefined || NOT_CHECKSUMS.has(algorithm) || typeof value !== "string") continue;
    found.set(knownAlgorithm(algorithm, header), value);
  }
  return found;
}

/** Algorithms whose checksums will follow the body (`x-amz-trailer`). */
export function announcedTrailers(header: string | undefined): ChecksumAlgorithm[] {
  const names = (header ?? "").split(",").map((name) => name.trim().toLowerCase());
  return names.flatMap((name) => {
    const algorithm = HEADER.exec(name)?.[1];
    return algorithm === undefined ? [] : [knownAlgorithm(algorithm, name)];
  });
}

function knownAlgorithm(algorithm: string, header: string): ChecksumAlgorithm {
  if (Object.hasOwn(ALGORITHMS, algorithm)) return algorithm as ChecksumAlgorithm;
  throw new S3Error("InvalidRequest", `The local S3 does not know the checksum algorithm of ${header}.`);
}

/** What must be true of a body's bytes. */
export interface Expected {
  /** `Content-MD5`, base64. */
  readonly md5?: string | undefined;
  /** `x-amz-content-sha256` where it is a hash, hex. */
  readonly contentSha256?: string | undefined;
  readonly checksums: ReadonlyMap<ChecksumAlgorithm, string>;
}

/** Computes all checksums of one body that somebody will ask for. */
export class BodyDigests {
  readonly #md5 = hashDigest("md5");
  readonly #digests = new Map<string, Digest>();

  constructor(algorithms: Iterable<ChecksumAlgorithm>, withSha256: boolean) {
    for (const algorithm of algorithms) this.#digests.set(algorithm, ALGORITHMS[algorithm]());
    if (withSha256) this.#digests.set("content", ALGORITHMS.sha256());
  }

  update(bytes: Uint8Array): void {
    this.#md5.update(bytes);
    for (const digest of this.#digests.values()) digest.update(bytes);
  }

  /** MD5 in hex, which is the ETag, once everything expected holds. Throws `BadDigest`, `InvalidDigest` or `XAmzContentSHA256Mismatch`. */
  finish(expected: Expected): string {
    const md5 = this.#md5.digest();
    if (expected.md5 !== undefined) {
      if (Buffer.from(expected.md5, "base64").length !== 16) {
        throw new S3Error("InvalidDigest", "The Content-MD5 you specified was invalid.");
      }
      if (expected.md5 !== md5.toString("base64")) {
        throw new S3Error("BadDigest", "The Content-MD5 you specified did not match what we received.");
      }
    }
    for (const [algorithm, value] of expected.checksums) {
      if (this.#digests.get(algorithm)?.digest().toString("base64") !== value) {
        const name = algorithm.toUpperCase();
        throw new S3Error("BadDigest", `The ${name} you specified did not match the calculated checksum.`);
      }
    }
    const sha256 = expected.contentSha256?.toLowerCase();
    if (sha256 !== undefined && this.#digests.get("content")?.digest().toString("hex") !== sha256) {
      throw new S3Error(
        "XAmzContentSHA256Mismatch",
        "The provided 'x-amz-content-sha256' header does not match what was computed.",
      );
    }
    return md5.toString("hex");
  }
}
