/** What a request addresses, path style or virtual-host style, and which operation it asks for. Pure. */
import { S3Error, notImplemented } from "./errors.ts";

/** Bucket and key of a request, decoded; `undefined` where it has none. */
export interface Address {
  readonly bucket: string | undefined;
  readonly key: string | undefined;
  readonly query: URLSearchParams;
}

const VIRTUAL_HOST = /^(.+?)(?:\.s3)?\.(?:localhost|127\.0\.0\.1)(?::\d+)?$/;

/** Address of `GET /bucket/key?…` at `127.0.0.1`, or of `GET /key?…` at `bucket.localhost`. Throws `InvalidArgument`. */
export function parseAddress(url: string, host: string | undefined): Address {
  const mark = url.indexOf("?");
  // Not `new URL`, which would resolve `..` in keys.
  const rawPath = (mark === -1 ? url : url.slice(0, mark)).replace(/^\//, "");
  const query = new URLSearchParams(mark === -1 ? "" : url.slice(mark + 1));
  let path: string;
  try {
    path = decodeURIComponent(rawPath);
  } catch {
    throw new S3Error("InvalidArgument", "The path is not percent-encoded UTF-8.");
  }
  const virtual = VIRTUAL_HOST.exec(host ?? "")?.[1];
  if (virtual !== undefined && virtual !== "s3") return { bucket: virtual, key: path === "" ? undefined : path, query };
  const slash = path.indexOf("/");
  const bucket = slash === -1 ? path : path.slice(0, slash);
  const key = slash === -1 ? "" : path.slice(slash + 1);
  return { bucket: bucket === "" ? undefined : bucket, key: key === "" ? undefined : key, query };
}

/** Operations of the local S3, by what tells them apart: method, what is addressed, and the sub-resource. */
const OPERATIONS = {
  "GET service": "ListBuckets",
  "PUT bucket": "CreateBucket",
  "HEAD bucket": "HeadBucket",
  "DELETE bucket": "DeleteBucket",
  "GET bucket": "ListObjects",
  "GET bucket ?location": "GetBucketLocation",
  "POST bucket ?delete": "DeleteObjects",
  "PUT object": "PutObject",
  "PUT object copy": "CopyObject",
  "GET object": "GetObject",
  "HEAD object": "HeadObject",
  "DELETE object": "DeleteObject",
  "POST object ?uploads": "CreateMultipartUpload",
  "PUT object ?uploadId": "UploadPart",
  "POST object ?uploadId": "CompleteMultipartUpload",
  "DELETE object ?uploadId": "AbortMultipartUpload",
} as const;

/** Name of an operation in S3's API. */
export type Operation = (typeof OPERATIONS)[keyof typeof OPERATIONS];

/** Query parameters that select no operation; everything else that is not listed here does. */
const PARAMETERS = new Set([
  "x-id",
  "list-type",
  "prefix",
  "delimiter",
  "marker",
  "max-keys",
  "encoding-type",
  "continuation-token",
  "start-after",
  "fetch-owner",
  "max-buckets",
  "bucket-region",
  "partNumber",
  "response-content-type",
  "response-content-encoding",
  "response-content-disposition",
  "response-content-language",
  "response-cache-control",
  "response-expires",
  // Of links that boto3 signs by default (signature version 2).
  "AWSAccessKeyId",
  "Signature",
  "Expires",
]);

/** The operation that a request asks for. Throws `NotImplemented` with its name, e.g. `GET bucket ?versioning`. */
export function operationOf(method: string, address: Address, isCopy: boolean): Operation {
  const target = address.bucket === undefined ? "service" : address.key === undefined ? "bucket" : "object";
  const selectors = [...address.query.keys()].filter((name) => !PARAMETERS.has(name) && !/^x-amz-/i.test(name));
  const asked = [`${method} ${target}`, ...selectors.map((name) => `?${name}`), ...(isCopy ? ["copy"] : [])].join(" ");
  if (!Object.hasOwn(OPERATIONS, asked)) throw notImplemented(asked);
  const operation = OPERATIONS[asked as keyof typeof OPERATIONS];
  if (address.query.has("partNumber") && operation !== "UploadPart") throw notImplemented(`${asked} ?partNumber`);
  return operation;
}
