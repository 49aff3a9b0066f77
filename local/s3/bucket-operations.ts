/** Operations on buckets. */
import type { Answer, Call } from "./answer.ts";
import { isoTime, xmlAnswer } from "./answer.ts";
import { S3Error } from "./errors.ts";
import { listPage } from "./list-objects.ts";
import type { ListPage, ListQuery } from "./list-objects.ts";
import { receiveText } from "./receive-body.ts";
import type { XmlContent } from "./xml.ts";
import { parseRequestXml, xmlList, xmlText } from "./xml.ts";

const OWNER = { ID: "local", DisplayName: "local" };
const MAX_KEYS = 1000;

export function listBuckets({ store }: Call): Answer {
  const Bucket = store.listBuckets().map(({ name, createdAt }) => ({ Name: name, CreationDate: isoTime(createdAt) }));
  return xmlAnswer("ListAllMyBucketsResult", { Owner: OWNER, Buckets: { Bucket } });
}

export async function createBucket({ request, bucket, store }: Call): Promise<Answer> {
  // The region in the document is of no matter here, but the bytes must be taken.
  await receiveText(request);
  store.createBucket(bucket);
  return { status: 200, headers: { location: `/${bucket}` } };
}

export function headBucket({ bucket, store }: Call): Answer {
  store.requireBucket(bucket);
  return { status: 200, headers: { "x-amz-bucket-region": "us-east-1" } };
}

export function deleteBucket({ bucket, store }: Call): Answer {
  store.deleteBucket(bucket);
  return { status: 204 };
}

export function getBucketLocation({ bucket, store }: Call): Answer {
  store.requireBucket(bucket);
  return xmlAnswer("LocationConstraint", {});
}

/** A page whose objects are there: what somebody has removed by hand is met here, and forgotten. */
function pageOf(store: Call["store"], bucket: string, query: ListQuery): ListPage {
  for (;;) {
    const page = listPage(store.sortedKeys(bucket), query);
    const lost = page.keys.filter((key) => store.find(bucket, key) === undefined);
    if (lost.length === 0) return page;
  }
}

/** ListObjects and, with `list-type=2`, ListObjectsV2. */
export function listObjects({ address: { query }, bucket, store }: Call): Answer {
  const isV2 = query.get("list-type") === "2";
  const prefix = query.get("prefix") ?? "";
  const delimiter = query.get("delimiter") ?? "";
  const maxKeys = parseMaxKeys(query.get("max-keys"));
  const token = isV2 ? query.get("continuation-token") : null;
  const startAfter = query.get(isV2 ? "start-after" : "marker") ?? "";
  const after = token === null ? startAfter : parseToken(token);
  const page = pageOf(store, bucket, { prefix, delimiter, after, maxKeys });
  const encodingType = query.get("encoding-type") ?? undefined;
  if (encodingType !== undefined && encodingType !== "url") {
    throw new S3Error("InvalidArgument", "Invalid Encoding Method specified in Request");
  }
  const encode = encodingType === "url" ? encodeKey : (key: string) => key;
  const withOwner = !isV2 || query.get("fetch-owner") === "true";
  const Contents = page.keys.map((key) => {
    const { size, etag, lastModified } = store.get(bucket, key);
    return {
      Key: encode(key),
      LastModified: isoTime(lastModified),
      ETag: `"${etag}"`,
      Size: size,
      StorageClass: "STANDARD",
      Owner: withOwner ? OWNER : undefined,
    };
  });
  const common: XmlContent = {
    Name: bucket,
    Prefix: encode(prefix),
    Delimiter: delimiter === "" ? undefined : encode(delimiter),
    MaxKeys: maxKeys,
    EncodingType: encodingType,
    IsTruncated: page.next !== undefined,
  };
  const paging: XmlContent = isV2
    ? {
        KeyCount: page.keys.length + page.commonPrefixes.length,
        ContinuationToken: token ?? undefined,
        NextContinuationToken: page.next === undefined ? undefined : formatToken(page.next),
        StartAfter: startAfter === "" ? undefined : encode(startAfter),
      }
    : { Marker: encode(startAfter), NextMarker: page.next === undefined ? undefined : encode(page.next) };
  const CommonPrefixes = page.commonPrefixes.map((entry) => ({ Prefix: encode(entry) }));
  return xmlAnswer("ListBucketResult", { ...common, ...paging, Contents, CommonPrefixes });
}

export async function deleteObjects({ request, bucket, store }: Call): Promise<Answer> {
  const document = parseRequestXml(await receiveText(request), "Delete");
  store.requireBucket(bucket);
  const objects = xmlList(document, "Object");
  if (objects.length === 0 || objects.length > MAX_KEYS) {
    throw new S3Error("MalformedXML", `A request deletes 1 to ${MAX_KEYS} objects.`);
  }
  const quiet = xmlText(document, "Quiet") === "true";
  const Deleted: XmlContent[] = [];
  const failed: XmlContent[] = [];
  for (const object of objects) {
    const key = xmlText(object, "Key") ?? "";
    if (xmlText(object, "VersionId") !== undefined) {
      const Message = "The local S3 does not implement versions.";
      failed.push({ Key: key, Code: "NotImplemented", Message });
      continue;
    }
    store.delete(bucket, key);
    if (!quiet) Deleted.push({ Key: key });
  }
  return xmlAnswer("DeleteResult", { Deleted, Error: failed });
}

function parseMaxKeys(text: string | null): number {
  if (text === null) return MAX_KEYS;
  if (!/^\d{1,10}$/.test(text)) {
    throw new S3Error("InvalidArgument", "Argument maxKeys must be an integer between 0 and 2147483647");
  }
  return Math.min(Number(text), MAX_KEYS);
}

function formatToken(entry: string): string {
  return Buffer.from(entry).toString("base64url");
}

function parseToken(token: string): string {
  const entry = Buffer.from(token, "base64url").toString();
  if (token === "" || formatToken(entry) !== token) {
    throw new S3Error("InvalidArgument", "The continuation token provided is incorrect");
  }
  return entry;
}

/** `encoding-type=url`: everything but unreserved characters and slashes. */
function encodeKey(key: string): string {
  return encodeURIComponent(key)
    .replaceAll("%2F", "/")
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}
