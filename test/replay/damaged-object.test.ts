import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { S3Client } from "@aws-sdk/client-s3";
import { type Bucket, ObjectError, folderBucket, s3Bucket } from "../../cli/connect/bucket.ts";
import { systemClock } from "../../contract/clock.ts";
import { type S3Server, startS3Server } from "../../local/s3/server.ts";
import { StorageWriteServer } from "../support/storage-write-server.ts";
import { logLine } from "../support/warehouse-consumer.ts";
import { MemoryBucket, replayed } from "./support.ts";

const HOUR = "logs/dt=2026-01-01/hour=12/3-";
const KEYS = ["100-100-1", "200-200-1", "300-300-1"].map((name) => `${HOUR}${name}.ndjson.gz`);

const folder = mkdtempSync(join(tmpdir(), "sluice-damaged-"));
const storage = new StorageWriteServer();
let endpoint: string;
let server: S3Server;
let s3: S3Client;

beforeAll(async () => {
  endpoint = await storage.listen();
  server = await startS3Server({ directory: folder, clock: systemClock });
  server.createBucket("logs");
  s3 = new S3Client({
    ...{ endpoint: `http://127.0.0.1:${server.port}`, region: "us-east-1", forcePathStyle: true },
    credentials: { accessKeyId: "any", secretAccessKey: "any" },
  });
  const bucket = s3Bucket(s3, "logs");
  for (const [index, key] of KEYS.entries()) {
    const id = `3:${(index + 1) * 100}:0`;
    const line = `{"record_id":"${id}","arrived_at":"2026-01-01T12:00:00.000Z","log":${logLine("a")}}\n`;
    await bucket.put(key, gzipSync(line));
  }
  const damaged = join(folder, "logs", KEYS[1]!);
  const bytes = readFileSync(damaged);
  for (let index = 30; index < 38; index++) bytes[index]! ^= 0xff;
  writeFileSync(damaged, bytes);
});
afterAll(async () => {
  s3.destroy();
  await Promise.all([server.close(), storage.close()]);
  rmSync(folder, { recursive: true });
});

describe.each([
  ["behind the S3 API", () => s3Bucket(s3, "logs"), "its bytes are not those that were stored: their checksum differs"],
  ["as a plain file", () => folderBucket(join(folder, "logs"), "logs"), ""],
])("an archive object of which eight bytes are turned over, %s", (_, open: () => Bucket, why) => {
  test("is named, and the replay goes on with the others", async () => {
    storage.stored.length = 0;
    const archive = Object.assign(new MemoryBucket("logs"), open());

    const tally = await replayed({ archive, deadLetters: new MemoryBucket("dead"), endpoint }, TO_WAREHOUSE);

    expect(tally).toMatchObject({ objects: 2, read: 2, written: 2 });
    expect(tally.problems).toEqual([expect.stringContaining(`${KEYS[1]!}: cannot be read: ${why}`)]);
    expect(storage.stored.map((row) => row["record_id"])).toEqual(["3:100:0", "3:300:0"]);
  });
});

test("an object that is not there is NoSuchKey however its bucket is reached, a folder in its place cannot be read", async () => {
  const plain = folderBucket(join(folder, "logs"), "logs");
  for (const bucket of [s3Bucket(s3, "logs"), plain]) {
    await expect(bucket.read(`${HOUR}none`)).rejects.toMatchObject({ name: "NoSuchKey" });
  }
  await expect(plain.read("logs")).rejects.toThrow(ObjectError);
});

const TO_WAREHOUSE = { from: "archive", to: "warehouse" } as const;
