import { readdirSync } from "node:fs";
import { join } from "node:path";
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import type { CompletedPart } from "@aws-sdk/client-s3";
import { errorCode, startFixture } from "./s3-fixture.ts";
import type { Fixture } from "./s3-fixture.ts";

const Bucket = "archive";
const Key = "big/object.bin";
const MIB = 1024 * 1024;
let fixture: Fixture;
let UploadId: string;

beforeEach(async () => {
  fixture = await startFixture();
  fixture.server.createBucket(Bucket);
  const create = new CreateMultipartUploadCommand({ Bucket, Key, ContentType: "text/plain", Metadata: { a: "1" } });
  UploadId = (await fixture.client.send(create)).UploadId!;
});
afterEach(() => fixture.stop());

async function upload(PartNumber: number, Body: Buffer): Promise<CompletedPart> {
  const part = new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body });
  const { ETag, ChecksumCRC32 } = await fixture.client.send(part);
  return { PartNumber, ETag, ChecksumCRC32 };
}
const complete = (Parts: CompletedPart[]) =>
  fixture.client.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } }));

test("parts in any order become one object, whose ETag counts them", async () => {
  const last = await upload(7, Buffer.from("end"));
  const first = await upload(2, Buffer.alloc(5 * MIB, "a"));
  const { ETag } = await complete([first, last]);
  expect(ETag).toBe('"cc8f6f16b44b75adde6349ab98aee432-2"');
  const { ContentLength, ContentType, Metadata } = await fixture.client.send(new HeadObjectCommand({ Bucket, Key }));
  expect([ContentLength, ContentType, Metadata]).toEqual([5 * MIB + 3, "text/plain", { a: "1" }]);
  const { Body } = await fixture.client.send(new GetObjectCommand({ Bucket, Key, Range: "bytes=-5" }));
  expect(await Body!.transformToString()).toBe("aaend");
  expect(readdirSync(join(fixture.directory, ".tmp"))).toEqual([]);
  expect(fixture.created).toEqual([`${Bucket}/${Key}`]);
});

test("a small part before the last, a wrong ETag and a wrong order are refused, and the upload can still be completed", async () => {
  const one = await upload(1, Buffer.from("small"));
  const two = await upload(2, Buffer.from("end"));
  expect(await errorCode(complete([one, two]))).toBe("EntityTooSmall");
  expect(await errorCode(complete([{ ...one, ETag: two.ETag }]))).toBe("InvalidPart");
  expect(await errorCode(complete([{ ...one, ChecksumCRC32: two.ChecksumCRC32 }]))).toBe("InvalidPart");
  expect(await errorCode(complete([{ ...one, PartNumber: 3 }]))).toBe("InvalidPart");
  expect(await errorCode(complete([two, one]))).toBe("InvalidPartOrder");
  await complete([one]);
  const { Body } = await fixture.client.send(new GetObjectCommand({ Bucket, Key }));
  expect(await Body!.transformToString()).toBe("small");
});

test("an aborted upload leaves nothing and takes nothing more", async () => {
  await upload(1, Buffer.from("part"));
  await fixture.client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }));
  expect(readdirSync(join(fixture.directory, ".tmp"))).toEqual([]);
  expect(await errorCode(upload(2, Buffer.from("late")))).toBe("NoSuchUpload");
  expect(await errorCode(complete([]))).toBe("NoSuchUpload");
  expect(await errorCode(fixture.client.send(new HeadObjectCommand({ Bucket, Key })))).toBe("NotFound");
});
