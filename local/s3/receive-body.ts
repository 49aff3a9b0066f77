/** A request's body: decoded, checked against what the client announced, and stored as a temporary file. */
import { open } from "node:fs/promises";
import { rmSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { AwsChunkedDecoder, AwsChunkedError } from "./aws-chunked.ts";
import { BodyDigests, announcedChecksums, announcedTrailers } from "./checksums.ts";
import type { ChecksumAlgorithm } from "./checksums.ts";
import { S3Error } from "./errors.ts";

/** What arrived. */
export interface ReceivedBody {
  readonly size: number;
  /** MD5 in hex. */
  readonly md5: string;
  /** Checksums that the client sent and that hold, base64. */
  readonly checksums: Readonly<Record<string, string>>;
}

const SHA256_HEX = /^[0-9a-fA-F]{64}$/;
/** The largest request document: DeleteObjects with 1,000 long keys, CompleteMultipartUpload with 10,000 parts. */
const MAX_DOCUMENT_BYTES = 8 * 1024 * 1024;

/**
 * Reads the body into a new file at `path`. Throws an S3Error (`BadDigest`, `InvalidDigest`, `IncompleteBody`,
 * `XAmzContentSHA256Mismatch`, `InvalidRequest`) and then leaves no file.
 */
export async function receiveToFile(request: IncomingMessage, path: string): Promise<ReceivedBody> {
  const file = await open(path, "wx");
  try {
    return await receive(request, async (bytes) => void (await file.write(bytes)));
  } catch (error) {
    rmSync(path, { force: true });
    throw error;
  } finally {
    await file.close();
  }
}

/**
 * Reads a request document into memory, with the same checks; `checksums: false` where checksums in the headers are not
 * the document's.
 */
export async function receiveText(request: IncomingMessage, options = { checksums: true }): Promise<string> {
  const pieces: Buffer[] = [];
  let size = 0;
  await receive(
    request,
    (bytes) => {
      size += bytes.length;
      if (size > MAX_DOCUMENT_BYTES) {
        throw new S3Error("InvalidRequest", `A request document has at most ${MAX_DOCUMENT_BYTES} bytes.`);
      }
      pieces.push(bytes);
    },
    options.checksums,
  );
  return Buffer.concat(pieces).toString("utf8");
}

async function receive(
  request: IncomingMessage,
  write: (bytes: Buffer) => Promise<void> | void,
  checksumsInHeaders = true,
): Promise<ReceivedBody> {
  const { headers } = request;
  const contentSha256 = headers["x-amz-content-sha256"] as string | undefined;
  const isChunked = contentSha256?.startsWith("STREAMING-") === true || isAwsChunked(headers["content-encoding"]);
  const decoder = isChunked ? new AwsChunkedDecoder() : undefined;
  const checksums = announcedChecksums(checksumsInHeaders ? headers : {});
  const trailers = announcedTrailers(headers["x-amz-trailer"] as string | undefined);
  const expectedSha256 = contentSha256 !== undefined && SHA256_HEX.test(contentSha256) ? contentSha256 : undefined;
  const digests = new BodyDigests(new Set<ChecksumAlgorithm>([...checksums.keys(), ...trailers]), !!expectedSha256);
  let size = 0;
  try {
    // A refused body must not end the connection: the client waits for the answer.
    for await (const piece of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      for (const bytes of decoder?.push(piece) ?? [piece]) {
        size += bytes.length;
        digests.update(bytes);
        await write(bytes);
      }
    }
    for (const [algorithm, value] of announcedChecksums(decoder?.end() ?? {})) checksums.set(algorithm, value);
  } catch (error) {
    if (error instanceof AwsChunkedError)
      throw new S3Error("IncompleteBody", `Not an aws-chunked body: ${error.message}.`);
    throw error;
  }
  const missing = trailers.find((algorithm) => !checksums.has(algorithm));
  if (missing !== undefined) throw new S3Error("IncompleteBody", `The trailer x-amz-checksum-${missing} is missing.`);
  const announcedSize = headers["x-amz-decoded-content-length"];
  if (announcedSize !== undefined && Number(announcedSize) !== size) {
    throw new S3Error("IncompleteBody", "The body has not the length of x-amz-decoded-content-length.");
  }
  const md5 = digests.finish({
    md5: headers["content-md5"] as string | undefined,
    contentSha256: expectedSha256,
    checksums,
  });
  return { size, md5, checksums: Object.fromEntries(checksums) };
}

function isAwsChunked(contentEncoding: string | undefined): boolean {
  return (contentEncoding ?? "").split(",").some((coding) => coding.trim() === "aws-chunked");
}

/** `content-encoding` as the object keeps it: without `aws-chunked`, which is the transfer's. */
export function objectContentEncoding(contentEncoding: string | undefined): string | undefined {
  const codings = (contentEncoding ?? "").split(",").map((coding) => coding.trim());
  const kept = codings.filter((coding) => coding !== "" && coding !== "aws-chunked");
  return kept.length === 0 ? undefined : kept.join(", ");
}
