/** Operations on objects. */
import { closeSync, copyFileSync, rmSync } from "node:fs";
import type { IncomingHttpHeaders } from "node:http";
import type { Answer, Call } from "./answer.ts";
import { isoTime, xmlAnswer } from "./answer.ts";
import { S3Error, notImplemented } from "./errors.ts";
import {
  checkReadConditions,
  checkWriteConditions,
  checksumHeaders,
  describedObject,
  objectHeaders,
  parseRange,
} from "./object-headers.ts";
import { receiveToFile } from "./receive-body.ts";
import { keySegments } from "./key-path.ts";
import type { ObjectInfo } from "./store.ts";

/** Conditions and keys of the copied object. */
const COPY_CONDITION = /^x-amz-copy-source-/;

export async function putObject(call: Call): Promise<Answer> {
  const { request, bucket, key, store } = call;
  store.requireBucket(bucket);
  keySegments(key);
  const path = store.temporaryPath();
  const { size, md5, checksums } = await receiveToFile(request, path);
  const info = commit(call, path, { key, size, etag: md5, checksums, ...describedObject(request.headers) });
  return { status: 200, headers: { etag: `"${info.etag}"`, ...checksumHeaders(checksums) } };
}

/** Checks the request's conditions and stores, in one turn. The temporary file is gone afterwards either way. */
export function commit(call: Call, path: string, object: Omit<ObjectInfo, "lastModified">): ObjectInfo {
  const { request, bucket, key, store } = call;
  let info: ObjectInfo;
  try {
    checkWriteConditions(request.headers, store.find(bucket, key));
    info = store.commit(bucket, path, object);
  } catch (error) {
    rmSync(path, { force: true });
    throw error;
  }
  call.created(bucket, key);
  return info;
}

export function getObject({ request, address, bucket, key, store }: Call): Answer {
  const { info, fd } = store.openObject(bucket, key);
  try {
    checkReadConditions(request.headers, info);
    const range = parseRange(request.headers.range, info.size);
    const withChecksums = range === undefined && request.headers["x-amz-checksum-mode"] === "ENABLED";
    const headers = objectHeaders(info, address.query, withChecksums);
    if (range === undefined) return { status: 200, headers, body: { fd, start: 0, length: info.size } };
    const length = range.end - range.start + 1;
    const contentRange = `bytes ${range.start}-${range.end}/${info.size}`;
    return {
      status: 206,
      headers: { ...headers, "content-range": contentRange },
      body: { fd, start: range.start, length },
    };
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

export function headObject({ request, address, bucket, key, store }: Call): Answer {
  const info = store.get(bucket, key);
  checkReadConditions(request.headers, info);
  const range = parseRange(request.headers.range, info.size);
  const withChecksums = range === undefined && request.headers["x-amz-checksum-mode"] === "ENABLED";
  const headers = objectHeaders(info, address.query, withChecksums);
  if (range === undefined) return { status: 200, headers: { ...headers, "content-length": String(info.size) } };
  return {
    status: 206,
    headers: {
      ...headers,
      "content-length": String(range.end - range.start + 1),
      "content-range": `bytes ${range.start}-${range.end}/${info.size}`,
    },
  };
}

export function deleteObject({ bucket, key, store }: Call): Answer {
  store.delete(bucket, key);
  return { status: 204 };
}

export function copyObject(call: Call): Answer {
  const { request, bucket, key, store } = call;
  const { headers } = request;
  const condition = Object.keys(headers).find((name) => COPY_CONDITION.test(name));
  if (condition !== undefined) throw notImplemented(condition);
  const source = parseCopySource(headers);
  const replaces = headers["x-amz-metadata-directive"] === "REPLACE";
  if (!replaces && source.bucket === bucket && source.key === key) {
    throw new S3Error(
      "InvalidRequest",
      "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata.",
    );
  }
  const { info, path: sourcePath } = store.locate(source.bucket, source.key);
  store.requireBucket(bucket);
  const path = store.temporaryPath();
  copyFileSync(sourcePath, path);
  const described = replaces ? describedObject(headers) : { headers: info.headers, metadata: info.metadata };
  const { size, etag, checksums } = info;
  const copied = commit(call, path, { key, size, etag, checksums, ...described });
  return xmlAnswer("CopyObjectResult", { LastModified: isoTime(copied.lastModified), ETag: `"${copied.etag}"` });
}

/** `x-amz-copy-source`: `/bucket/key` or `bucket/key`, percent-encoded, versions not implemented. */
function parseCopySource(headers: IncomingHttpHeaders): { bucket: string; key: string } {
  const [path = "", query = ""] = String(headers["x-amz-copy-source"]).split("?");
  if (query !== "") throw notImplemented(`x-amz-copy-source with ?${query}`);
  let match: RegExpExecArray | null = null;
  try {
    match = /^\/?([^/]+)\/(.+)$/s.exec(decodeURIComponent(path));
  } catch {
    // Not percent-encoded UTF-8: the same answer as for any other text that names no object.
  }
  if (match === null) {
    throw new S3Error("InvalidArgument", "Copy Source must mention the source bucket and key: sourcebucket/sourcekey");
  }
  return { bucket: match[1]!, key: match[2]! };
}
