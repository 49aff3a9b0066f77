/** Multipart uploads. */
import type { Answer, Call } from "./answer.ts";
import { xmlAnswer } from "./answer.ts";
import { S3Error } from "./errors.ts";
import { keySegments } from "./key-path.ts";
import { checksumHeaders, describedObject } from "./object-headers.ts";
import { commit } from "./object-operations.ts";
import { receiveText, receiveToFile } from "./receive-body.ts";
import type { PartName } from "./uploads.ts";
import { parsePartNumber } from "./uploads.ts";
import { parseRequestXml, xmlList, xmlText } from "./xml.ts";

export async function createMultipartUpload({ request, bucket, key, store, uploads }: Call): Promise<Answer> {
  store.requireBucket(bucket);
  keySegments(key);
  await receiveText(request);
  const UploadId = uploads.create(bucket, key, describedObject(request.headers));
  const algorithm = request.headers["x-amz-checksum-algorithm"] as string | undefined;
  const headers = { "x-amz-checksum-algorithm": algorithm };
  return xmlAnswer("InitiateMultipartUploadResult", { Bucket: bucket, Key: key, UploadId }, headers);
}

export async function uploadPart({ request, address, bucket, key, store, uploads }: Call): Promise<Answer> {
  const number = parsePartNumber(address.query.get("partNumber") ?? "");
  const id = uploadId(address.query);
  uploads.get(bucket, key, id);
  const path = store.temporaryPath();
  const received = await receiveToFile(request, path);
  uploads.addPart(bucket, key, id, number, { ...received, path });
  return { status: 200, headers: { etag: `"${received.md5}"`, ...checksumHeaders(received.checksums) } };
}

export async function completeMultipartUpload(call: Call): Promise<Answer> {
  const { request, address, bucket, key, store, uploads } = call;
  const id = uploadId(address.query);
  uploads.get(bucket, key, id);
  // A whole object's checksum in the headers is not this document's, so the body is read as it is.
  const document = parseRequestXml(await receiveText(request, { checksums: false }), "CompleteMultipartUpload");
  const path = store.temporaryPath();
  const joined = await uploads.join(bucket, key, id, xmlList(document, "Part").map(partName), path);
  const info = commit(call, path, { key, checksums: {}, ...joined });
  uploads.remove(bucket, key, id);
  const Location = `http://${request.headers.host ?? ""}/${bucket}/${encodeURI(key)}`;
  return xmlAnswer("CompleteMultipartUploadResult", { Location, Bucket: bucket, Key: key, ETag: `"${info.etag}"` });
}

export function abortMultipartUpload({ address, bucket, key, uploads }: Call): Answer {
  uploads.remove(bucket, key, uploadId(address.query));
  return { status: 204 };
}

function uploadId(query: URLSearchParams): string {
  return query.get("uploadId") ?? "";
}

function partName(part: Record<string, unknown>): PartName {
  const number = parsePartNumber(xmlText(part, "PartNumber") ?? "");
  const etag = xmlText(part, "ETag")?.replaceAll('"', "");
  if (etag === undefined) throw new S3Error("MalformedXML", `Part ${number} has no ETag.`);
  const checksums: Record<string, string> = {};
  for (const [element, value] of Object.entries(part)) {
    const algorithm = /^Checksum(.+)$/.exec(element)?.[1]?.toLowerCase();
    if (algorithm !== undefined && typeof value === "string") checksums[algorithm] = value;
  }
  return { number, etag, checksums };
}
