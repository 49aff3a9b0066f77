import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { gunzipSync } from "node:zlib";
import { bundleFunction } from "../../infra/bundle.ts";
import { googleTokens } from "../support/google-token-script.ts";
import { HttpScript } from "../support/http-script.ts";
import { kinesisEvent, sequenceNumberOf } from "../support/kinesis-event.ts";
import { StorageWriteServer } from "../support/storage-write-server.ts";

const ROOT = process.cwd();
const BACKENDS = ["archive", "warehouse"];
const AWS = { AWS_REGION: "us-east-1", AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "b", AWS_SESSION_TOKEN: "c" };

const folder = mkdtempSync(join(tmpdir(), "sluice-bundle-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs a bundle on one event in a process and a folder of its own, with the given environment and nothing else. */
async function invoke(
  backend: string,
  event: unknown,
  env: Record<string, string>,
): Promise<{ answer: unknown; log: string[] }> {
  const file = join(mkdtempSync(join(folder, "run-")), "index.mjs");
  writeFileSync(file, bundleFunction(backend).code);
  const main = `
    const { handler } = await import(${JSON.stringify(file)});
    const answer = await handler(${JSON.stringify(event)}, { getRemainingTimeInMillis: () => 10000 });
    process.stdout.write(JSON.stringify(answer) + "\\n", () => process.exit());`;
  const run = promisify(execFile)(process.execPath, ["--input-type=module", "-e", main], { env, cwd: folder });
  const lines = (await run).stdout.trimEnd().split("\n");
  return { answer: JSON.parse(lines.pop()!), log: lines };
}

const player = (digit: string): string =>
  JSON.stringify({ player_id: digit.repeat(32), timestamp: Date.now(), event: "jump" });

describe("bundles", () => {
  test.each(BACKENDS)("%s: the same sources give the same bytes in any folder, at most 1 MB", (backend) => {
    const copy = join(folder, backend, "elsewhere");
    for (const room of ["functions", "contract"]) cpSync(join(ROOT, room), join(copy, room), { recursive: true });
    cpSync(join(ROOT, "package.json"), join(copy, "package.json"));
    symlinkSync(join(ROOT, "node_modules"), join(copy, "node_modules"));

    const here = bundleFunction(backend);
    const there = bundleFunction(backend, copy);

    expect(there.sha256).toBe(here.sha256);
    expect(there.code).toBe(here.code);
    expect(here.code).not.toContain(ROOT);
    expect(Buffer.byteLength(here.code)).toBeLessThan(1_000_000);
  });

  test("an unknown function is an error that names its file", () => {
    expect(() => bundleFunction("nowhere")).toThrow("functions/nowhere/handler.ts");
  });

  test("the archive's bundle runs alone and writes to the endpoint in its environment", async () => {
    const s3 = new HttpScript();
    const env = {
      ...AWS,
      AWS_ENDPOINT_URL_S3: await s3.listen(),
      SLUICE_BACKEND: "archive",
      SLUICE_STREAM_NAME: "stream",
      SLUICE_STREAM_GENERATION: "",
      SLUICE_DEAD_LETTER_BUCKET: "dead",
      SLUICE_ARCHIVE_BUCKET: "archive",
    };

    const { answer, log } = await invoke("archive", kinesisEvent([player("a"), "broken"]), env);
    await s3.close();

    expect(answer).toEqual({ batchItemFailures: [] });
    expect(log).toHaveLength(1);
    expect(JSON.parse(log[0]!)).toMatchObject({ RecordsWritten: 2 });
    const key = `logs/dt=2026-01-01/hour=12/3-${sequenceNumberOf(0)}-${sequenceNumberOf(1)}-2.ndjson.gz`;
    expect(decodeURIComponent(s3.requests[0]!.path)).toBe(`/archive/${key}?x-id=PutObject`);
    expect(gunzipSync(s3.requests[0]!.body).toString().split("\n")).toHaveLength(3);
  });

  test("the warehouse's bundle runs alone: federation, rows over HTTP/2, quarantine", async () => {
    const [s3, google, storage] = [new HttpScript(), googleTokens(), new StorageWriteServer()];
    const env = {
      ...AWS,
      AWS_ENDPOINT_URL_S3: await s3.listen(),
      SLUICE_GOOGLE_TOKEN_ENDPOINT: await google.listen(),
      SLUICE_BIGQUERY_STORAGE_ENDPOINT: await storage.listen(),
      SLUICE_BACKEND: "warehouse",
      SLUICE_STREAM_NAME: "stream",
      SLUICE_STREAM_GENERATION: "",
      SLUICE_DEAD_LETTER_BUCKET: "dead",
      SLUICE_PLAYER_ID_FIELD: "player_id",
      SLUICE_TIMESTAMP_FIELD: "timestamp",
      SLUICE_EVENT_FIELD: "event",
      SLUICE_GOOGLE_PROJECT: "proj",
      SLUICE_DATASET: "logs",
      SLUICE_DATASET_LOCATION: "US",
      SLUICE_PARTITION_EXPIRY_DAYS: "",
      SLUICE_GOOGLE_AUDIENCE: "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/r",
      SLUICE_GOOGLE_SERVICE_ACCOUNT: "sluice@proj.iam.gserviceaccount.com",
    };

    const { answer, log } = await invoke("warehouse", kinesisEvent([player("a"), "broken", player("b")]), env);
    await Promise.all([s3.close(), google.close(), storage.close()]);

    expect(answer).toEqual({ batchItemFailures: [] });
    expect(JSON.parse(log[0]!)).toMatchObject({ RecordsWritten: 2, "RecordsQuarantined.NOT_JSON_OBJECT": 1 });
    expect(storage.stored.map((row) => row["player_id"]!.slice(0, 1)).sort()).toEqual(["a", "b"]);
    expect(storage.headers[0]!["authorization"]).toBe("Bearer access-1");
    expect(s3.requests[0]!.path).toContain("/dead/quarantine/warehouse/");
  });
});
