import { S3Client } from "@aws-sdk/client-s3";
import { systemClock } from "../../../contract/clock.ts";
import { ObjectStore } from "../../../functions/shared/object-store.ts";
import { s3PutObject } from "../../../functions/shared/s3.ts";
import { HttpScript } from "../../support/http-script.ts";

const OBJECT = { bucket: "archive", key: "logs/dt=2026-01-01/hour=00/0-1-2-3.ndjson.gz", body: Buffer.from("body") };
let s3: HttpScript;
let client: S3Client;
let store: ObjectStore;

beforeEach(async () => {
  s3 = new HttpScript();
  client = new S3Client({
    endpoint: await s3.listen(),
    region: "us-east-1",
    credentials: { accessKeyId: "a", secretAccessKey: "b" },
    maxAttempts: 1,
  });
  const deps = { put: s3PutObject(client), clock: systemClock, random: () => 0 };
  store = new ObjectStore(deps, { attemptTimeoutMs: 200, retry: { baseMs: 1, capMs: 1 } });
});
afterEach(async () => {
  client.destroy();
  await s3.close();
});

describe("the S3 writer", () => {
  test("puts the object's bytes under its bucket and key", async () => {
    await store.store(OBJECT, systemClock.now() + 5_000);

    const [request] = s3.requests;
    expect(request!.method).toBe("PUT");
    expect(decodeURIComponent(request!.path)).toBe(`/archive/${OBJECT.key}?x-id=PutObject`);
    expect(request!.body.toString()).toBe("body");
    expect(request!.headers["content-type"]).toBe("application/x-ndjson");
  });

  test("tries again after 503, 500, an answer cut short and no answer, each by itself", async () => {
    s3.answer = (_request, response) => {
      const attempt = s3.requests.length;
      if (attempt === 1) response.writeHead(503).end("<Error><Code>SlowDown</Code></Error>");
      else if (attempt === 2) response.writeHead(500).end("<Error><Code>InternalError</Code></Error>");
      else if (attempt === 3) response.destroy();
      else if (attempt > 4) response.end();
    };

    await store.store(OBJECT, systemClock.now() + 5_000);

    expect(s3.requests).toHaveLength(5);
  });

  test("gives up at the deadline with the service's code", async () => {
    s3.answer = (_request, response) => response.writeHead(404).end("<Error><Code>NoSuchBucket</Code></Error>");

    await expect(store.store(OBJECT, systemClock.now() + 150)).rejects.toMatchObject({
      name: "StoreError",
      code: "NoSuchBucket",
    });
  });
});
