/** Headers of requests and answers that describe an object. Pure. */
import type { IncomingHttpHeaders } from "node:http";
import type { Answer } from "./answer.ts";
import { httpTime } from "./answer.ts";
import { S3Error } from "./errors.ts";
import { objectContentEncoding } from "./receive-body.ts";
import type { ObjectInfo } from "./store.ts";
import type { UploadHeaders } from "./uploads.ts";

/** System metadata that is given back as it came. */
const KEPT = ["cache-control", "content-disposition", "content-language", "expires"];
const USER_METADATA = "x-amz-meta-";

/** What a writing request says of the object. */
export function describedObject(headers: IncomingHttpHeaders): UploadHeaders {
  const kept: Record<string, string> = { "content-type": headers["content-type"] ?? "binary/octet-stream" };
  const encoding = objectContentEncoding(headers["content-encoding"]);
  if (encoding !== undefined) kept["content-encoding"] = encoding;
  const metadata: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value !== "string") continue;
    if (KEPT.includes(name)) kept[name] = value;
    if (name.startsWith(USER_METADATA)) metadata[name.slice(USER_METADATA.length)] = value;
  }
  return { headers: kept, metadata };
}

/** Headers of an answer about an object. Checksums are told to whoever asks (`x-amz-checksum-mode`), and for the whole only. */
export function objectHeaders(info: ObjectInfo, query: URLSearchParams, withChecksums: boolean): Answer["headers"] {
  const headers: Record<string, string> = {
    ...info.headers,
    etag: `"${info.etag}"`,
    "last-modified": httpTime(info.lastModified),
    "accept-ranges": "bytes",
  };
  for (const [name, value] of Object.entries(info.metadata)) headers[USER_METADATA + name] = value;
  if (withChecksums) Object.assign(headers, checksumHeaders(info.checksums));
  for (const [name, value] of query) {
    if (name.startsWith("response-")) headers[name.slice("response-".length)] = value;
  }
  return headers;
}

/** `x-amz-checksum-*` of an answer. */
export function checksumHeaders(checksums: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(checksums).map(([name, value]) => [`x-amz-checksum-${name}`, value]));
}

/** Inclusive bounds of a range request, `undefined` for the whole. Several ranges, and what is no range, give the whole. Throws `InvalidRange`. */
export function parseRange(header: string | undefined, size: number): { start: number; end: number } | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? "");
  if (match === null || match[0] === "bytes=-") return undefined;
  const [, from = "", to = ""] = match;
  if (from !== "" && to !== "" && Number(from) > Number(to)) return undefined;
  const start = from === "" ? Math.max(0, size - Number(to)) : Number(from);
  const end = from === "" || to === "" ? size - 1 : Math.min(Number(to), size - 1);
  if (start > end) {
    throw new S3Error("InvalidRange", "The requested range is not satisfiable", { ActualObjectSize: String(size) });
  }
  return { start, end };
}

/** Conditions of a reading request. Throws `PreconditionFailed` or `NotModified`. */
export function checkReadConditions(headers: IncomingHttpHeaders, info: ObjectInfo): void {
  const match = headers["if-match"];
  const noneMatch = headers["if-none-match"];
  // HTTP dates are to the second. https://www.rfc-editor.org/rfc/rfc9110#section-13.2.2
  const modified = Math.floor(info.lastModified / 1000) * 1000;
  const unmodifiedSince = Date.parse(headers["if-unmodified-since"] ?? "");
  const modifiedSince = Date.parse(headers["if-modified-since"] ?? "");
  if (match !== undefined ? !namesEtag(match, info.etag) : modified > unmodifiedSince) throw preconditionFailed();
  if (noneMatch !== undefined ? namesEtag(noneMatch, info.etag) : modified <= modifiedSince) {
    throw new S3Error("NotModified", "Not Modified");
  }
}

/** Conditions of a writing request, checked in the same turn as the write. Throws `PreconditionFailed`, `NoSuchKey` or `NotImplemented`. */
export function checkWriteConditions(headers: IncomingHttpHeaders, current: ObjectInfo | undefined): void {
  const match = headers["if-match"];
  const noneMatch = headers["if-none-match"];
  if (noneMatch !== undefined && noneMatch !== "*") {
    throw new S3Error("NotImplemented", "A header you provided implies functionality that is not implemented", {
      Header: "If-None-Match",
    });
  }
  if (noneMatch === "*" && current !== undefined) throw preconditionFailed();
  if (match === undefined) return;
  if (current === undefined) throw new S3Error("NoSuchKey", "The specified key does not exist.");
  if (!namesEtag(match, current.etag)) throw preconditionFailed();
}

function preconditionFailed(): S3Error {
  return new S3Error("PreconditionFailed", "At least one of the pre-conditions you specified did not hold");
}

function namesEtag(header: string, etag: string): boolean {
  return header.split(",").some((name) => ["*", etag, `"${etag}"`].includes(name.trim()));
}
