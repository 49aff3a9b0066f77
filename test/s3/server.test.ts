import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import {
  ChecksumAlgorithm,
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketLocationCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { startS3Server } from "../../local/s3/server.ts";
import { errorCode, raw, startFixture } from "./s3-fixture.ts";
import type { Fixture } from "./s3-fixture.ts";

const Bucket = "archive";
let fixture: Fixture;

beforeEach(async () => {
  fixture = await startFixture();
  fixture.server.createBucket(Bucket);
});
afterEach(() => fixture.stop());

async function text(Key: string, more = {}): Promise<string> {
  const { Body } = await fixture.client.send(new GetObjectCommand({ Bucket, Key, ...more }));
  return Body!.transformToString();
}
const put = (Key: string, Body: string | Buffer = "x", more = {}) =>
  fixture.client.send(new PutObjectCommand({ Bucket, Key, Body, ...more }));

describe("objects", () => {
  test("a stored object is a plain file with the same bytes, and nothing else is in its folder", async () => {
    const body = gzipSync('{"a":1}\n');
    await put("logs/dt=2026-01-01/0-1-2-1.ndjson.gz", body, { ContentEncoding: "gzip" });
    const folder = join(fixture.directory, Bucket, "logs/dt=2026-01-01");
    expect(readdirSync(folder)).toEqual(["0-1-2-1.ndjson.gz"]);
    expect(gunzipSync(readFileSync(join(folder, "0-1-2-1.ndjson.gz"))).toString()).toBe('{"a":1}\n');
    expect(readdirSync(join(fixture.directory, ".tmp"))).toEqual([]);
    expect(fixture.created).toEqual(["archive/logs/dt=2026-01-01/0-1-2-1.ndjson.gz"]);
  });

  test("one whose file is removed by hand is gone: from lists, for readers, and for whoever writes it again", async () => {
    for (const key of ["a/1", "a/2", "a/3"]) await put(key, key);
    rmSync(join(fixture.directory, Bucket, "a/2"));
    const list = async (): Promise<unknown> =>
      (await fixture.client.send(new ListObjectsV2Command({ Bucket, Prefix: "a/" }))).Contents?.map(({ Key }) => Key);
    expect(await list()).toEqual(["a/1", "a/3"]);
    rmSync(join(fixture.directory, Bucket, "a/3"));
    expect(await errorCode(text("a/3"))).toBe("NoSuchKey");
    await put("a/2", "new");
    expect(await list()).toEqual(["a/1", "a/2"]);
    expect(await text("a/2")).toBe("new");
  });

  test("headers and metadata come back as they were given", async () => {
    const given = { ContentType: "application/x-ndjson", ContentEncoding: "gzip", Metadata: { origin: "test" } };
    const { ETag } = await put("a", "hello", { ...given, CacheControl: "no-store" });
    expect(ETag).toBe('"5d41402abc4b2a76b9719d911017c592"');
    const head = await fixture.client.send(new HeadObjectCommand({ Bucket, Key: "a" }));
    expect(head).toMatchObject({ ...given, CacheControl: "no-store", ContentLength: 5, ETag });
    expect(head.LastModified).toEqual(new Date("2026-01-01T00:00:00Z"));
  });

  test("a streamed body of unknown checksum arrives whole (aws-chunked with a trailing checksum)", async () => {
    const { Readable } = await import("node:stream");
    const Body = Readable.from([Buffer.alloc(70_000, "a"), Buffer.alloc(70_000, "b")]);
    await fixture.client.send(new PutObjectCommand({ Bucket, Key: "s", Body, ContentLength: 140_000 }));
    expect(await text("s")).toBe("a".repeat(70_000) + "b".repeat(70_000));
    const { ContentEncoding } = await fixture.client.send(new HeadObjectCommand({ Bucket, Key: "s" }));
    expect(ContentEncoding).toBeUndefined();
  });

  test.each([
    [ChecksumAlgorithm.CRC32],
    [ChecksumAlgorithm.CRC32C],
    [ChecksumAlgorithm.CRC64NVME],
    [ChecksumAlgorithm.SHA1],
    [ChecksumAlgorithm.SHA256],
  ])("the client's own %s is accepted and told back", async (ChecksumAlgorithm) => {
    const answer = await put("c", "a checksummed body", { ChecksumAlgorithm });
    const name = `Checksum${ChecksumAlgorithm}` as "ChecksumCRC32";
    expect(answer[name]).toMatch(/=$/);
    const head = await fixture.client.send(new HeadObjectCommand({ Bucket, Key: "c", ChecksumMode: "ENABLED" }));
    expect(head[name]).toBe(answer[name]);
    expect(await text("c")).toBe("a checksummed body");
  });

  test("a wrong checksum is refused and nothing is stored", async () => {
    const wrong = { ChecksumCRC32: "AAAAAA==" };
    expect(await errorCode(put("c", "body", wrong))).toBe("BadDigest");
    expect(await errorCode(put("c", "body", { ContentMD5: "AAAAAAAAAAAAAAAAAAAAAA==" }))).toBe("BadDigest");
    expect(await errorCode(put("c", "body", { ContentMD5: "AAAA" }))).toBe("InvalidDigest");
    const sha256 = { "x-amz-content-sha256": "0".repeat(64) };
    const answer = await raw(fixture.server.port, "PUT", "/archive/c", sha256, "body");
    expect(answer.body).toContain("<Code>XAmzContentSHA256Mismatch</Code>");
    expect(await errorCode(text("c"))).toBe("NoSuchKey");
    expect(readdirSync(join(fixture.directory, Bucket))).toEqual([]);
    expect(readdirSync(join(fixture.directory, ".tmp"))).toEqual([]);
  });

  test("If-None-Match: * keeps the first object, and without it the second replaces it", async () => {
    await put("a", "first");
    expect(await errorCode(put("a", "second", { IfNoneMatch: "*" }))).toBe("PreconditionFailed");
    expect(await text("a")).toBe("first");
    await put("a", "second");
    expect(await text("a")).toBe("second");
  });

  test("of many writers to one key one wins whole: bytes, ETag and metadata are of the same write", async () => {
    const bodies = Array.from({ length: 20 }, (_, index) => String(index).repeat(1000 * (index + 1)));
    await Promise.all(bodies.map((body, index) => put("same", body, { Metadata: { writer: String(index) } })));
    const { Body, ETag, Metadata } = await fixture.client.send(new GetObjectCommand({ Bucket, Key: "same" }));
    const winner = bodies[Number(Metadata!["writer"])]!;
    expect(await Body!.transformToString()).toBe(winner);
    expect(ETag).toBe(`"${createHash("md5").update(winner).digest("hex")}"`);
    expect(fixture.created).toHaveLength(20);
  });

  test("a reader goes on with the object that it began, though it is overwritten", async () => {
    const big = "a".repeat(4_000_000);
    await put("same", big);
    const { Body } = await fixture.client.send(new GetObjectCommand({ Bucket, Key: "same" }));
    await put("same", "b");
    expect((await Body!.transformToString()) === big).toBe(true);
  });

  test("ranges give their bytes", async () => {
    await put("r", "0123456789");
    expect(await text("r", { Range: "bytes=2-4" })).toBe("234");
    expect(await text("r", { Range: "bytes=7-" })).toBe("789");
    expect(await text("r", { Range: "bytes=-2" })).toBe("89");
    expect(await errorCode(text("r", { Range: "bytes=10-" }))).toBe("InvalidRange");
    const partial = await fixture.client.send(new GetObjectCommand({ Bucket, Key: "r", Range: "bytes=2-4" }));
    expect(partial.ContentRange).toBe("bytes 2-4/10");
    await partial.Body!.transformToString();
  });

  test("conditional reads answer 304 and 412", async () => {
    const { ETag } = await put("a");
    const read = async (header: string, value: string) =>
      (await raw(fixture.server.port, "GET", "/archive/a", { [header]: value })).status;
    expect(await read("if-none-match", ETag!)).toBe(304);
    expect(await errorCode(text("a", { IfMatch: '"other"' }))).toBe("PreconditionFailed");
    expect(await read("if-modified-since", "Thu, 01 Jan 2026 00:00:00 GMT")).toBe(304);
    expect(await read("if-unmodified-since", "Wed, 31 Dec 2025 00:00:00 GMT")).toBe(412);
    expect(await text("a", { IfMatch: ETag, IfModifiedSince: new Date("2025-12-31") })).toBe("x");
  });

  test("an empty object is stored and read", async () => {
    await put("empty", "", { ContentLength: 0 });
    expect(await text("empty")).toBe("");
  });

  test("a copy has the bytes and metadata of its source", async () => {
    await put("from here", "copied", { Metadata: { a: "1" } });
    const CopySource = `${Bucket}/${encodeURIComponent("from here")}`;
    await fixture.client.send(new CopyObjectCommand({ Bucket, Key: "to/there", CopySource }));
    expect(await text("to/there")).toBe("copied");
    const head = await fixture.client.send(new HeadObjectCommand({ Bucket, Key: "to/there" }));
    expect(head.Metadata).toEqual({ a: "1" });
    const missing = new CopyObjectCommand({ Bucket, Key: "b", CopySource: `${Bucket}/nothing` });
    expect(await errorCode(fixture.client.send(missing))).toBe("NoSuchKey");
  });

  test("deleting removes the object and the folders that it leaves empty, and deleting nothing is no error", async () => {
    await put("deep/er/a");
    await put("deep/b");
    await fixture.client.send(new DeleteObjectCommand({ Bucket, Key: "deep/er/a" }));
    await fixture.client.send(new DeleteObjectCommand({ Bucket, Key: "deep/er/a" }));
    expect(readdirSync(join(fixture.directory, Bucket, "deep"))).toEqual(["b"]);
    const Delete = { Objects: [{ Key: "deep/b" }, { Key: "no & such <key>" }] };
    const { Deleted } = await fixture.client.send(new DeleteObjectsCommand({ Bucket, Delete }));
    expect(Deleted).toEqual([{ Key: "deep/b" }, { Key: "no & such <key>" }]);
    expect(readdirSync(join(fixture.directory, Bucket))).toEqual([]);
  });
});

describe("keys that cannot be files", () => {
  test("a key that would leave its bucket's folder is refused, and no file is written", async () => {
    for (const path of [
      "/archive/../evil",
      "/archive/%2e%2e/evil",
      "/archive/a/../../evil",
      "/archive/./a",
      "/archive//a",
      "/archive/a/",
    ]) {
      const answer = await raw(fixture.server.port, "PUT", path, {}, "x");
      expect(answer.body).toContain("<Code>LocalKeyUnsupported</Code>");
      expect(answer.status).toBe(400);
    }
    expect(existsSync(join(fixture.directory, "evil"))).toBe(false);
    expect(await errorCode(put("k".repeat(1025)))).toBe("KeyTooLongError");
  });

  test("a key below another key, or above one, is refused; both stay as they are", async () => {
    await put("a", "file");
    expect(await errorCode(put("a/b"))).toBe("LocalKeyConflict");
    await put("c/d", "deep");
    expect(await errorCode(put("c"))).toBe("LocalKeyConflict");
    expect(await text("a")).toBe("file");
    expect(await text("c/d")).toBe("deep");
    expect(readdirSync(join(fixture.directory, ".tmp"))).toEqual([]);
  });
});

describe("listings", () => {
  test("pages follow each other in the order of UTF-8 bytes", async () => {
    const keys = ["b/1", "a-b", "a/b", "a/c", "é", "\u{1F600}", "\uFF5E", "b/2"];
    for (const key of keys) fixture.server.putObject(Bucket, key, Buffer.from("x"));
    const listed: string[] = [];
    let ContinuationToken: string | undefined;
    do {
      const page = await fixture.client.send(new ListObjectsV2Command({ Bucket, MaxKeys: 3, ContinuationToken }));
      listed.push(...page.Contents!.map((object) => object.Key!));
      ContinuationToken = page.NextContinuationToken;
    } while (ContinuationToken !== undefined);
    expect(listed).toEqual(["a-b", "a/b", "a/c", "b/1", "b/2", "é", "\uFF5E", "\u{1F600}"]);
  });

  test("prefix, delimiter, start-after and url encoding", async () => {
    for (const key of ["logs/dt=1/a", "logs/dt=1/b", "logs/dt=2/a", "logs/z +", "other"]) {
      fixture.server.putObject(Bucket, key, Buffer.from("12"));
    }
    const query = { Bucket, Prefix: "logs/", Delimiter: "/" };
    const page = await fixture.client.send(new ListObjectsV2Command(query));
    expect(page.CommonPrefixes).toEqual([{ Prefix: "logs/dt=1/" }, { Prefix: "logs/dt=2/" }]);
    expect(page.Contents).toMatchObject([{ Key: "logs/z +", Size: 2 }]);
    expect(page.KeyCount).toBe(3);
    const first = await fixture.client.send(new ListObjectsCommand({ ...query, MaxKeys: 1 }));
    expect(first).toMatchObject({ IsTruncated: true, NextMarker: "logs/dt=1/" });
    const second = await fixture.client.send(
      new ListObjectsCommand({ ...query, MaxKeys: 1, Marker: first.NextMarker }),
    );
    expect(second.CommonPrefixes).toEqual([{ Prefix: "logs/dt=2/" }]);
    const encoded = await fixture.client.send(
      new ListObjectsV2Command({ Bucket, StartAfter: "logs/dt=2/a", EncodingType: "url" }),
    );
    expect(encoded.Contents!.map(({ Key }) => Key)).toEqual(["logs/z%20%2B", "other"]);
  });

  test("a page is empty for an empty bucket, and a wrong token is refused", async () => {
    const page = await fixture.client.send(new ListObjectsV2Command({ Bucket }));
    expect(page).toMatchObject({ KeyCount: 0, IsTruncated: false });
    const wrong = new ListObjectsV2Command({ Bucket, ContinuationToken: "!" });
    expect(await errorCode(fixture.client.send(wrong))).toBe("InvalidArgument");
  });
});

describe("buckets", () => {
  test("are created, listed, found and deleted", async () => {
    await fixture.client.send(new CreateBucketCommand({ Bucket: "second" }));
    await fixture.client.send(new HeadBucketCommand({ Bucket: "second" }));
    const { Buckets } = await fixture.client.send(new ListBucketsCommand({}));
    expect(Buckets!.map(({ Name }) => Name)).toEqual(["archive", "second"]);
    const { LocationConstraint } = await fixture.client.send(new GetBucketLocationCommand({ Bucket }));
    expect(LocationConstraint ?? "").toBe("");
    await put("a");
    expect(await errorCode(fixture.client.send(new DeleteBucketCommand({ Bucket })))).toBe("BucketNotEmpty");
    await fixture.client.send(new DeleteBucketCommand({ Bucket: "second" }));
    expect(await errorCode(fixture.client.send(new HeadBucketCommand({ Bucket: "second" })))).toBe("NotFound");
  });

  test("a name that is none is refused", () => {
    for (const name of ["ab", "Upper", ".meta", "a..b", "127.0.0.1", "a".repeat(64)]) {
      expect(() => fixture.server.createBucket(name)).toThrow("The specified bucket is not valid.");
    }
  });

  test("are reached by host name too", async () => {
    await put("v", "virtual");
    for (const host of ["archive.localhost", "archive.s3.localhost:4566", "archive.127.0.0.1:80"]) {
      expect((await raw(fixture.server.port, "GET", "/v", { host })).body).toBe("virtual");
    }
  });

  test("outlast the server, with their objects", async () => {
    await put("kept/a", "still here", { Metadata: { a: "1" } });
    await fixture.server.close();
    const again = await startFixture(fixture.directory);
    const { Body, Metadata } = await again.client.send(new GetObjectCommand({ Bucket, Key: "kept/a" }));
    expect([await Body!.transformToString(), Metadata]).toEqual(["still here", { a: "1" }]);
    await again.stop();
  });
});

describe("errors", () => {
  test("name what is missing in S3's words", async () => {
    expect(await errorCode(text("nothing"))).toBe("NoSuchKey");
    expect(await errorCode(fixture.client.send(new HeadObjectCommand({ Bucket, Key: "nothing" })))).toBe("NotFound");
    const elsewhere = new PutObjectCommand({ Bucket: "nowhere", Key: "a", Body: "x" });
    expect(await errorCode(fixture.client.send(elsewhere))).toBe("NoSuchBucket");
    const answer = await raw(fixture.server.port, "GET", "/nowhere/a?x-id=GetObject");
    expect(answer.body).toBe(
      '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>NoSuchBucket</Code>' +
        "<Message>The specified bucket does not exist</Message><BucketName>nowhere</BucketName>" +
        `<Resource>/nowhere/a</Resource><RequestId>${String(answer.headers["x-amz-request-id"])}</RequestId></Error>`,
    );
  });

  test("an operation that is not there is named", async () => {
    const versioning = fixture.client.send(new GetBucketVersioningCommand({ Bucket }));
    await expect(versioning).rejects.toMatchObject({
      name: "NotImplemented",
      message: "The local S3 does not implement GET bucket ?versioning.",
    });
    expect((await raw(fixture.server.port, "PATCH", "/archive/a")).body).toContain("PATCH object");
  });

  test("a body that is cut off, or is not aws-chunked, stores nothing and the server goes on", async () => {
    const socket = connect(fixture.server.port, "127.0.0.1");
    socket.write("PUT /archive/cut HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf");
    await new Promise((resolve) => socket.write("", resolve));
    socket.destroy();
    const headers = { "x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER" };
    const answer = await raw(fixture.server.port, "PUT", "/archive/cut", headers, "zz\r\n");
    expect(answer.body).toContain("<Code>IncompleteBody</Code>");
    expect(await errorCode(text("cut"))).toBe("NoSuchKey");
  });

  test("a second server on the port is refused with a message that says so", async () => {
    const { port } = fixture.server;
    const second = startS3Server({ directory: fixture.directory, clock: fixture.clock, port });
    await expect(second).rejects.toThrow(`S3 cannot listen on 127.0.0.1:${port}: the port is in use`);
  });

  test("close ends an upload under way at once", async () => {
    const socket = connect(fixture.server.port, "127.0.0.1");
    const ended = new Promise((resolve) => socket.on("close", resolve));
    socket.on("error", () => {});
    socket.write("PUT /archive/cut HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf");
    await raw(fixture.server.port, "GET", "/archive");
    await fixture.server.close();
    await ended;
    expect(existsSync(join(fixture.directory, ".tmp"))).toBe(false);
  });
});
