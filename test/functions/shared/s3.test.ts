import type { ServerResponse } from "node:http";
import { S3Client } from "@aws-sdk/client-s3";
import { ObjectStore } from "../../../functions/shared/object-store.ts";
import { s3PutObject } from "../../../functions/shared/s3.ts";
import { HttpScript } from "../../support/http-script.ts";
import { ManualClock } from "../../support/manual-clock.ts";

const OBJECT = { bucket: "archive", key: "logs/dt=2026-01-01/hour=00/0-1-2-3.ndjson.gz", body: Buffer.from("body") };

function refuse(response: ServerResponse, status: number, code: string): void {
  response.writeHead(status, { "content-type": "application/xml" }).end(`<Error><Code>${code}</Code></Error>`);
}

let s3: HttpScript;
let client: S3Client;
let clock: ManualClock;
let store: ObjectStore;
/** Attempts that wait for an answer, and whether one will come, as far as the server has not said otherwise. */
let underWay: number;
let answering: boolean;

beforeEach(async () => {
  s3 = new HttpScript();
  client = new S3Client({
    endpoint: await s3.listen(),
    region: "us-east-1",
    credentials: { accessKeyId: "a", secretAccessKey: "b" },
    maxAttempts: 1,
  });
  clock = new ManualClock();
  underWay = 0;
  answering = true;
  const put = s3PutObject(client);
  store = new ObjectStore({
    put: (object, signal) => {
      underWay++;
      answering = true;
      return put(object, signal).finally(() => underWay--);
    },
    clock,
    random: () => 1,
  });
});
afterEach(async () => {
  client.destroy();
  await s3.close();
});

/** Stores the object; time goes on while no answer is under way. */
async function storeIt(withinMs: number): Promise<void> {
  let settled = false;
  const work = store.store(OBJECT, clock.now() + withinMs);
  const done = (): void => void (settled = true);
  work.then(done, done);
  while (!settled) {
    if (clock.waiting > 0 && (underWay === 0 || !answering)) await clock.advance(50);
    else await new Promise((resolve) => setImmediate(resolve));
  }
  return work;
}

describe("the S3 writer", () => {
  test("puts the object's bytes under its bucket and key", async () => {
    await storeIt(60_000);

    const [request] = s3.requests;
    expect(request!.method).toBe("PUT");
    expect(decodeURIComponent(request!.path)).toBe(`/archive/${OBJECT.key}?x-id=PutObject`);
    expect(request!.body.toString()).toBe("body");
    expect(request!.headers["content-type"]).toBe("application/x-ndjson");
  });

  test.each<[string, HttpScript["answer"]]>([
    ["503 SlowDown", (_request, response) => refuse(response, 503, "SlowDown")],
    ["503 ServiceUnavailable", (_request, response) => refuse(response, 503, "ServiceUnavailable")],
    ["500 InternalError", (_request, response) => refuse(response, 500, "InternalError")],
    ["403 AccessDenied", (_request, response) => refuse(response, 403, "AccessDenied")],
    ["404 NoSuchBucket", (_request, response) => refuse(response, 404, "NoSuchBucket")],
    ["400 ExpiredToken", (_request, response) => refuse(response, 400, "ExpiredToken")],
    ["an error that is no XML", (_request, response) => response.writeHead(502).end("<html>")],
    ["a connection cut before the answer", (_request, response) => response.destroy()],
    [
      "a refusal cut in its middle",
      (_request, response) => {
        response.writeHead(503, { "content-length": "100" });
        response.write("<Error>");
        setImmediate(() => response.destroy());
      },
    ],
    ["no answer at all", () => (answering = false)],
  ])("writes the object after %s, met twice", async (_name, fault) => {
    s3.answer = (request, response) => {
      if (s3.requests.length <= 2) fault(request, response);
      else response.end();
    };

    await storeIt(60_000);

    expect(s3.requests).toHaveLength(3);
    expect(s3.requests[2]!.body.toString()).toBe("body");
  });

  test("gives up at the deadline with the service's code", async () => {
    s3.answer = (_request, response) => response.writeHead(404).end("<Error><Code>NoSuchBucket</Code></Error>");

    await expect(storeIt(250)).rejects.toMatchObject({ name: "StoreError", code: "NoSuchBucket", attempts: 2 });
  });
});
