/** What earlier releases have written is read; what later ones will have written is refused with a clear error. */
import { copyFileSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import type { S3Client } from "@aws-sdk/client-s3";
import { fileLedger } from "../../cli/audit/ledger-file.ts";
import { folderBucket, s3Bucket } from "../../cli/connect/bucket.ts";
import { readRunEndpoints, readRunFacts } from "../../cli/connect/run-files.ts";
import { parseFailedBatch } from "../../cli/failed-batches.ts";
import { playerLog } from "../../cli/generate/player-log.ts";
import { objectsInWindow } from "../../cli/object-walk.ts";
import { type LineReader, archiveLine, quarantineLine } from "../../cli/replay/stored-lines.ts";
import { openObject } from "../../cli/replay/stored-object.ts";
import { parseReport } from "../../cli/report/schema.ts";
import { FORMAT_VERSIONS, formatOfObject } from "../../contract/formats.ts";
import { ConfigError } from "../../infra/config/error.ts";
import { resolveConfig } from "../../infra/config/resolve.ts";
import { readStackFile } from "../../infra/config/stack-file.ts";

const FIXTURES = join(import.meta.dirname, "../fixtures");
const RELEASES = readdirSync(FIXTURES).filter((name) => name.startsWith("release-"));
const ALWAYS = { sinceMs: -Infinity, untilMs: Infinity };

/** The input of every release's run: test/versions/write-fixtures.ts. */
const LINES = [...playerLog({ seed: 1, records: 20, startMs: Date.UTC(2026, 10, 21, 15) })];
const BROKEN = [LINES[0]!.replace(/"timestamp":"[^"]+"/, '"timestamp":"yesterday"'), "not JSON"];

test("there is something to be read of the release before this one", () => {
  expect(RELEASES).toEqual(["release-0.1.0"]);
});

describe.each(RELEASES)("%s", (release) => {
  const folder = join(FIXTURES, release);
  const deadLetters = folderBucket(join(folder, "dead-letters"), "dead-letters");

  async function storedLines(bucket: ReturnType<typeof folderBucket>, prefix: string, reader: LineReader) {
    const lines = [];
    for await (const object of objectsInWindow(bucket, prefix, ALWAYS)) {
      lines.push(...(await openObject(object, await bucket.read(object.key), reader)).lines);
    }
    return lines;
  }

  test("its archive gives every record's own bytes", async () => {
    const archive = folderBucket(join(folder, "archive"), "archive");
    const lines = await storedLines(archive, "logs/", archiveLine);
    expect(lines.map(({ bytes }) => bytes.toString()).sort()).toEqual([...LINES, ...BROKEN].sort());
  });

  test("its quarantine gives reasons and bytes", async () => {
    const lines = await storedLines(deadLetters, "quarantine/warehouse/", quarantineLine);
    expect(lines.map(({ reason, bytes }) => [reason, bytes.toString()]).sort()).toEqual([
      ["NOT_JSON_OBJECT", BROKEN[1]],
      ["TIME_INVALID", BROKEN[0]],
    ]);
  });

  test("its failed batch gives the records that Lambda gave up", async () => {
    const batches = [];
    for await (const key of deadLetters.list("aws/lambda/"))
      batches.push(parseFailedBatch(await deadLetters.read(key)));
    const data = batches.flatMap(({ records }) => records!.map(({ kinesis }) => Buffer.from(kinesis.data, "base64")));
    expect(data.map(String)).toEqual(LINES.slice(0, 2));
  });

  test("its report, its ledger, and what its run says of itself are read", async () => {
    const report = parseReport(readFileSync(join(folder, "report.json"), "utf8"));
    expect([report.version, report.audit["warehouse"]!.accepted, report.audit["warehouse"]!.quarantined]).toEqual([
      1, 22, 2,
    ]);
    let entries = 0;
    const ledger = fileLedger(join(folder, "stream-ledger.ndjson.gz"));
    for await (const some of ledger.entries({ window: ALWAYS })) entries += some.length;
    expect(entries).toBe(22);
    expect(readRunFacts(folder)).toMatchObject({ streamName: "sluice-local-player-log", generation: "" });
    expect(readRunEndpoints(folder).s3).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  });

  test("its stack file resolves", () => {
    const name = "Pulumi.production.yaml";
    const { values } = readStackFile(readFileSync(join(folder, name), "utf8"), { name });
    const config = resolveConfig({ project: "sluice", stack: "production", values }, { hasFunction: () => true });
    expect(config.backends.map((backend) => backend.name)).toEqual(["archive", "warehouse"]);
  });
});

describe("of a later release", () => {
  const LATER = "of a later release of Sluice: this one reads up to version 1";
  const release = join(FIXTURES, RELEASES.at(-1)!);
  let folder: string;
  beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "sluice-later-"))));
  afterEach(() => rmSync(folder, { recursive: true }));

  const json = (file: string) => JSON.parse(readFileSync(join(release, file), "utf8")) as Record<string, unknown>;
  const put = (file: string, value: unknown): void => writeFileSync(join(folder, file), JSON.stringify(value));

  test("a report is refused", () => {
    expect(() => parseReport(JSON.stringify({ ...json("report.json"), version: 2 }))).toThrow(
      `it is of format report, version 2, ${LATER}`,
    );
  });

  test("a run is refused by its stack.json and by its endpoints.json", () => {
    for (const [file, read] of [
      ["stack.json", readRunFacts],
      ["endpoints.json", readRunEndpoints],
    ] as const) {
      put(file, { ...json(file), version: 2 });
      expect(() => read(folder)).toThrow(
        `${join(folder, file)}: cannot be read: it is of format run, version 2, ${LATER}`,
      );
    }
  });

  test("a ledger is refused", async () => {
    const file = join(folder, "stream-ledger.ndjson.gz");
    copyFileSync(join(release, "stream-ledger.ndjson.gz"), file);
    const text = gunzipSync(readFileSync(file)).toString();
    writeFileSync(file, gzipSync(text.replace('{"version":1}', '{"version":2}')));
    const read = fileLedger(file).entries({ window: ALWAYS });
    await expect(read[Symbol.asyncIterator]().next()).rejects.toThrow(
      `${file}: it is of format streamLedger, version 2, ${LATER}`,
    );
  });

  test("a stack file is refused by its configVersion", () => {
    const name = "Pulumi.production.yaml";
    const text = `${readFileSync(join(release, name), "utf8")}\n  sluice:configVersion: 2\n`;
    const { values } = readStackFile(text, { name });
    const resolve = () =>
      resolveConfig({ project: "sluice", stack: "production", values }, { hasFunction: () => true });
    expect(resolve).toThrow(ConfigError);
    expect(resolve).toThrow("rule:  1: a later version is of a later release of Sluice");
  });

  test("a batch that Lambda recorded in another version is refused", async () => {
    const deadLetters = folderBucket(join(release, "dead-letters"), "dead-letters");
    const keys: string[] = [];
    for await (const key of deadLetters.list("aws/lambda/")) keys.push(key);
    const text = (await deadLetters.read(keys[0]!)).toString();
    expect(() => parseFailedBatch(Buffer.from(text.replace('"version":"1.0"', '"version":"2.0"')))).toThrow(/version/);
  });

  test.each(["archive/2", "parquet/1"])("an object of format %s is refused", async (format) => {
    const answer = (Metadata: Record<string, string> | undefined) => ({
      Body: { transformToByteArray: () => Promise.resolve(Buffer.from("bytes")) },
      Metadata,
    });
    const reads = (Metadata: Record<string, string> | undefined) =>
      s3Bucket({ send: () => Promise.resolve(answer(Metadata)) } as unknown as S3Client, "archive").read("logs/x");
    await expect(reads({ "sluice-format": format })).rejects.toMatchObject({
      name: "ObjectError",
      message: `it is of format ${format.replace("/", ", version ")}, of a later release of Sluice: ${
        format === "archive/2" ? "this one reads up to version 1" : "which this one does not know"
      }`,
    });
    expect(String(await reads({ "sluice-format": "archive/1" }))).toBe("bytes");
    expect(String(await reads(undefined))).toBe("bytes");
  });
});

test("an object's key says the format that it is stored with", () => {
  expect(FORMAT_VERSIONS).toMatchObject({ archive: 1, quarantine: 1, diverted: 1 });
  expect(
    ["logs/dt=…", "g2/logs/dt=…", "quarantine/warehouse/…", "g2/diverted/warehouse/player_log_7/…"].map(formatOfObject),
  ).toEqual(["archive/1", "archive/1", "quarantine/1", "diverted/1"]);
  expect(["aws/lambda/x", "replayed/aws/lambda/x", "else"].map(formatOfObject)).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});

test("what was written before versions stood in them is version 1", () => {
  const folder = mkdtempSync(join(tmpdir(), "sluice-earlier-"));
  for (const file of ["stack.json", "endpoints.json"]) {
    const { version, namePrefix, cloudwatch, ...rest } = JSON.parse(
      readFileSync(join(FIXTURES, "release-0.1.0", file), "utf8"),
    ) as Record<string, unknown>;
    expect(version).toBe(1);
    expect([namePrefix, cloudwatch].filter((value) => value !== undefined)).toHaveLength(1);
    writeFileSync(join(folder, file), JSON.stringify(rest));
  }
  expect(readRunFacts(folder).namePrefix).toBeUndefined();
  expect(readRunEndpoints(folder).cloudwatch).toBeUndefined();
  rmSync(folder, { recursive: true });
});
