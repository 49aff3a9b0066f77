import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { crc32, gzipSync } from "node:zlib";
import fc from "fast-check";
import { type AuditInput, audit } from "../../cli/audit/audit.ts";
import { overlap } from "../../cli/audit/archive-side.ts";
import { describeFinding, describeFindings } from "../../cli/audit/describe-finding.ts";
import type { AuditResult } from "../../cli/audit/ledger.ts";
import { folderSource } from "../../cli/audit/object-source.ts";
import type { StreamEntry, StreamLedger } from "../../cli/audit/stream-ledger.ts";
import type { StackFacts } from "../../cli/connect/stack-facts.ts";
import { inWindow } from "../../cli/time-window.ts";
import {
  archivePrefix,
  divertedPrefix,
  formatObjectKey,
  hourOf,
  parseObjectKey,
  quarantinePrefix,
} from "../../contract/keys.ts";
import { parseRecordId } from "../../contract/record-id.ts";

const HOUR = Date.parse("2026-01-02T03:00:00Z");
const ALL = { sinceMs: -Infinity, untilMs: Infinity };
const TEXT = '{"a":1}';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "sluice-audit-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function put(bucket: string, key: string, bytes: Buffer | string): void {
  const path = join(folder, bucket, key);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes);
}

/** What stands in a line after id and time. */
const LOG = `"log":${TEXT}`;
const raw = (text: string): string => `"raw":"${Buffer.from(text).toString("base64")}"`;
const QUARANTINED = `"reason":"UNPACK_FAILED","detail":"",${raw(TEXT)}`;

/** An object of lines with these ids, under the name that the consumers give it. */
function putLines(bucket: string, prefix: string, ids: readonly string[], fields = LOG, records = ids.length): string {
  const sequences = ids.map((id) => parseRecordId(id)!.sequenceNumber);
  const key = formatObjectKey({
    prefix,
    hour: hourOf(HOUR),
    shard: parseRecordId(ids[0]!)!.shard,
    firstSequenceNumber: sequences[0]!,
    lastSequenceNumber: sequences.at(-1)!,
    records,
  });
  const text = ids.map((id) => `{"record_id":"${id}","arrived_at":"2026-01-02T03:00:00.000Z",${fields}}\n`).join("");
  put(bucket, key, gzipSync(text));
  return key;
}

/** A stream that holds these records, all of the same text. */
function streamOf(ids: readonly string[], arrivedMs = HOUR): StreamLedger {
  const entries = new Map<string, StreamEntry & { checksums: number[] }>();
  for (const id of ids) {
    const { shard, sequenceNumber } = parseRecordId(id)!;
    const entry = entries.get(`${shard}:${sequenceNumber}`) ?? { shard, sequenceNumber, arrivedMs, checksums: [] };
    entry.checksums.push(crc32(TEXT));
    entries.set(`${shard}:${sequenceNumber}`, entry);
  }
  return {
    heldSinceMs: -Infinity,
    async *entries({ window, shards }) {
      yield await Promise.resolve(
        [...entries.values()].filter((each) => inWindow(window, each.arrivedMs) && (shards?.has(each.shard) ?? true)),
      );
    },
  };
}

const FACTS: StackFacts = {
  ...{ streamName: "s", region: "r", generation: "", maxRecordBytes: 1, deadLetterBucket: "dead" },
  record: { playerIdField: "p", timestampField: "t", eventField: "e" },
  backends: [{ name: "archive", functionName: "f-archive", grants: ["archive-bucket-write"] }],
};

async function auditArchive(ids: readonly string[], input: Partial<AuditInput> = {}): Promise<AuditResult> {
  const { backends } = await audit({
    facts: FACTS,
    stream: streamOf(ids),
    archive: folderSource(join(folder, "archive")),
    deadLetters: folderSource(join(folder, "dead")),
    query: () => Promise.reject(new Error("there is no warehouse")),
    window: ALL,
    deep: false,
    ...input,
  });
  return backends["archive"]!;
}

const HEALTHY = { repeated: 0, quarantined: 0, pending: 0, missing: 0, duplicates: 0, unexpected: 0, findings: [] };

/** A batch that Lambda gave up, as it writes it. */
function givenUp(sequences: readonly string[], functionName: string, withPayload = true): string {
  const arrived = new Date(HOUR).toISOString();
  const records = sequences.map((sequenceNumber) => ({
    eventID: `shardId-000000000000:${sequenceNumber}`,
    kinesis: {
      ...{ data: Buffer.from(TEXT).toString("base64"), partitionKey: "k", sequenceNumber },
      approximateArrivalTimestamp: HOUR / 1000,
    },
  }));
  return JSON.stringify({
    requestContext: { functionArn: `arn:aws:lambda:r:0:function:${functionName}` },
    KinesisBatchInfo: {
      ...{ shardId: "shardId-000000000000", startSequenceNumber: sequences[0], endSequenceNumber: sequences.at(-1) },
      ...{ approximateArrivalOfFirstRecord: arrived, approximateArrivalOfLastRecord: arrived },
      batchSize: sequences.length,
      streamArn: "arn:aws:kinesis:r:0:stream/s",
    },
    ...(withPayload && { payload: JSON.stringify({ Records: records }) }),
  });
}

describe("audit by counts", () => {
  test("holds by the names of objects alone, which are not read", async () => {
    const key = putLines("archive", archivePrefix(""), ["0:10:0", "0:11:0", "0:11:1"]);
    put("archive", key, "not even gzip");
    expect(await auditArchive(["0:10:0", "0:11:0", "0:11:1"])).toMatchObject({
      ...{ ...HEALTHY, accepted: 3, written: 3, holds: true },
      cells: [{ shard: 0, hour: HOUR / 3_600_000, accepted: 3, written: 3, doubts: [] }],
    });
  });

  test("an empty stream and empty buckets hold", async () => {
    expect(await auditArchive([])).toMatchObject({ ...HEALTHY, accepted: 0, written: 0, holds: true, cells: [] });
  });

  test("copies from redelivery overlap: they are read, and counted as repeated", async () => {
    putLines("archive", archivePrefix(""), ["0:10:0", "0:11:0", "0:11:1"]);
    putLines("archive", archivePrefix(""), ["0:11:0", "0:11:1", "0:12:0"]);
    const result = await auditArchive(["0:10:0", "0:11:0", "0:11:1", "0:12:0"]);
    expect(result).toMatchObject({ ...HEALTHY, accepted: 4, written: 4, repeated: 2, holds: true });
    expect(result.cells[0]!.doubts).toEqual(["overlap", "counts"]);
  });

  test("copies that make up for missing records in the count are seen through", async () => {
    putLines("archive", archivePrefix(""), ["0:10:0", "0:11:0"]);
    putLines("archive", archivePrefix(""), ["0:11:0", "0:12:0"]);
    const result = await auditArchive(["0:10:0", "0:11:0", "0:12:0", "0:13:0"]);
    expect(result).toMatchObject({ written: 3, repeated: 1, missing: 1, holds: false });
    expect(result.findings.map(describeFinding)).toEqual([
      "0:13:0 (shard 0, arrived in hour 2026-01-02T03): accepted by the stream, and nowhere",
    ]);
  });

  test("only the cell that differs is read", async () => {
    const whole = putLines("archive", archivePrefix(""), ["1:10:0"]);
    put("archive", whole, "not even gzip");
    putLines("archive", archivePrefix(""), ["0:10:0"]);
    const result = await auditArchive(["0:10:0", "0:11:0", "1:10:0"]);
    expect(result).toMatchObject({ written: 2, missing: 1, holds: false });
    expect(result.findings).toMatchObject([{ kind: "missing", recordId: "0:11:0" }]);
  });

  test("a window leaves out what arrived in other hours", async () => {
    putLines("archive", archivePrefix(""), ["0:10:0"]);
    const window = { sinceMs: HOUR + 3_600_000, untilMs: Infinity };
    expect(await auditArchive(["0:10:0", "0:11:0"], { window })).toMatchObject({ accepted: 0, holds: true, cells: [] });
  });

  test("generations of a stream are apart", async () => {
    putLines("archive", archivePrefix("g2"), ["g2/0:1:0"]);
    putLines("archive", archivePrefix(""), ["0:1:0"]);
    const facts = { ...FACTS, generation: "g2" };
    expect(await auditArchive(["g2/0:1:0"], { facts, deep: true })).toMatchObject({
      ...HEALTHY,
      written: 1,
      holds: true,
    });
  });
});

describe("dead letters", () => {
  test("a quarantined record counts by its reason, unless it was written as well", async () => {
    putLines("archive", archivePrefix(""), ["0:1:0", "0:2:0"]);
    putLines("dead", quarantinePrefix("", "archive"), ["0:2:0", "0:3:0"], QUARANTINED);
    putLines("dead", quarantinePrefix("", "other"), ["0:9:0"], QUARANTINED);
    expect(await auditArchive(["0:1:0", "0:2:0", "0:3:0"])).toMatchObject({
      ...{ ...HEALTHY, written: 2, quarantined: 1, holds: true },
      quarantinedByReason: { UNPACK_FAILED: 1 },
    });
  });

  test("one without bytes is altered, and one whose line is broken is missing", async () => {
    const empty = QUARANTINED.replace(/"raw":".*"/, '"raw":""');
    const key = putLines("dead", quarantinePrefix("", "archive"), ["0:1:0"], empty);
    const other = putLines("dead", quarantinePrefix("", "archive"), ["0:2:0"], '"reason":"UNPACK_FAILED","detail":""');
    const result = await auditArchive(["0:1:0", "0:2:0"]);
    expect(result).toMatchObject({ quarantined: 1, missing: 1, holds: false });
    expect(result.findings).toMatchObject([
      { kind: "unreadable", where: other, detail: "line 1: no bytes" },
      { kind: "missing", recordId: "0:2:0", where: other },
      { kind: "altered", recordId: "0:1:0", where: key, detail: "without bytes" },
    ]);
  });

  test("diverted and given-up records are pending until they are written; what was replayed does not count", async () => {
    putLines("archive", archivePrefix(""), ["0:1:0"]);
    const diverted = `"table":"t","code":"NOT_FOUND",${raw(TEXT)}`;
    putLines("dead", divertedPrefix("", "archive", "t"), ["0:1:0", "0:2:0"], diverted);
    putLines("dead", `replayed/${divertedPrefix("", "archive", "t")}`, ["0:4:0"], diverted);
    put("dead", "aws/lambda/m1/shardId-000000000000/2026/01/02/a", givenUp(["1", "3"], "f-archive"));
    put("dead", "aws/lambda/m2/shardId-000000000000/2026/01/02/b", givenUp(["4"], "f-warehouse"));
    put("dead", "replayed/aws/lambda/m1/shardId-000000000000/2026/01/02/c", givenUp(["4"], "f-archive"));
    const result = await auditArchive(["0:1:0", "0:2:0", "0:3:0", "0:4:0"]);
    expect(result).toMatchObject({ written: 1, pending: 2, missing: 1, holds: false });
    expect(result.findings).toMatchObject([
      { kind: "missing", recordId: "0:4:0" },
      { kind: "pending", recordId: "0:2:0", detail: "diverted" },
      { kind: "pending", recordId: "0:3:0", detail: "given up by Lambda" },
    ]);
  });

  test("of a batch kept as metadata, all accepted between its ends is pending", async () => {
    put("dead", "aws/lambda/m1/x/y", givenUp(["9", "11"], "f-archive", false));
    put("dead", "aws/lambda/m1/x/z", '{"secret"');
    const result = await auditArchive(["0:8:0", "0:9:0", "0:10:0", "0:11:0", "0:11:1", "0:12:0", "1:10:0"]);
    expect(result).toMatchObject({ pending: 4, missing: 3, holds: false, findingCounts: { unreadable: 1 } });
    expect(result.findings[0]).toEqual({ kind: "unreadable", where: "aws/lambda/m1/x/z", detail: "not JSON" });
  });

  test("where nothing says whose function it was, what cannot be read may be this backend's", async () => {
    put("dead", "aws/lambda/m1/x/y", "{");
    expect(await auditArchive([])).toMatchObject({ holds: false, findingCounts: { unreadable: 1 } });
  });
});

describe("audit record by record", () => {
  test("a corrupt object is found, and its records are missing", async () => {
    const key = putLines("archive", archivePrefix(""), ["0:1:0", "0:2:0"]);
    put("archive", key, gzipSync("x".repeat(1000)).subarray(0, 20));
    const result = await auditArchive(["0:1:0", "0:2:0", "0:3:0"], { deep: true });
    expect(result).toMatchObject({ missing: 3, holds: false, findingCounts: { missing: 3, unreadable: 1 } });
    const cell = "shard 0, arrived in hour 2026-01-02T03";
    expect(describeFindings(result.findings)).toEqual([
      expect.stringMatching(/ \(shard 0, arrived in hour 2026-01-02T03\): cannot be read: .*unexpected end of file$/),
      `2 records (of ${key}; ${cell}): accepted by the stream, and nowhere: the object cannot be read whole: 0:1:0, 0:2:0`,
      `0:3:0 (${cell}): accepted by the stream, and nowhere`,
    ]);
  });

  test("an object whose name counts otherwise than its lines is found", async () => {
    const key = putLines("archive", archivePrefix(""), ["0:1:0"], LOG, 2);
    expect((await auditArchive(["0:1:0"])).findings).toMatchObject([
      { kind: "miscounted", where: key, detail: "1 lines, while its name says 2" },
    ]);
  });

  test("a record that was never accepted in place of one that was", async () => {
    const key = putLines("archive", archivePrefix(""), ["0:1:0", "0:5:0"]);
    expect((await auditArchive(["0:1:0", "0:4:0"])).holds).toBe(true);
    expect((await auditArchive(["0:1:0", "0:4:0"], { deep: true })).findings).toMatchObject([
      { kind: "missing", recordId: "0:4:0" },
      { kind: "unexpected", recordId: "0:5:0", where: key },
    ]);
  });

  test("archived bytes other than the stream's are altered", async () => {
    const key = putLines("archive", archivePrefix(""), ["0:1:0"], '"log":{"a":2}');
    const result = await auditArchive(["0:1:0"], { deep: true });
    expect(result).toMatchObject({ written: 1, holds: false });
    expect(result.findings).toMatchObject([{ kind: "altered", recordId: "0:1:0", where: key }]);
  });

  test("a record in an object of another shard is misplaced", async () => {
    const key = putLines("archive", archivePrefix(""), ["0:1:0", "1:2:0"]);
    expect((await auditArchive(["0:1:0", "1:2:0"])).findings).toMatchObject([
      { kind: "misplaced", recordId: "1:2:0", where: key, detail: "it is of shard 1, hour 2026-01-02T03" },
    ]);
  });

  test("a key that follows no rule is told", async () => {
    put("archive", "logs/dt=2026-01-02/hour=03/stranger", "");
    expect((await auditArchive([])).findings).toMatchObject([
      { kind: "unreadable", where: "logs/dt=2026-01-02/hour=03/stranger" },
    ]);
  });

  test("of thousands of findings the first are kept, and all are counted", async () => {
    const ids = Array.from({ length: 1200 }, (_, index) => `0:${index}:0`);
    const result = await auditArchive(ids);
    expect(result.findings.length).toBe(1000);
    expect(result).toMatchObject({ missing: 1200, findingCounts: { missing: 1200 } });
  });
});

describe("every accepted record", () => {
  test("is counted exactly once, whatever is found in whatever place, by counts as one by one", async () => {
    const find = fc.tuple(fc.constantFrom("written", "quarantined", "diverted"), fc.nat(12));
    await fc.assert(
      fc.asyncProperty(fc.nat(8), fc.array(find, { maxLength: 12 }), async (count, finds) => {
        rmSync(folder, { recursive: true });
        mkdirSync(folder);
        const ids = Array.from({ length: count }, (_, index) => `0:${index}:0`);
        for (const [place, index] of finds) {
          const id = [`0:${index}:0`];
          if (place === "written") putLines("archive", archivePrefix(""), id);
          else if (place === "quarantined") putLines("dead", quarantinePrefix("", "archive"), id, QUARANTINED);
          else putLines("dead", divertedPrefix("", "archive", "t"), id, `"table":"t","code":"",${raw(TEXT)}`);
        }
        const one = await auditArchive(ids, { deep: true });
        expect(one.written + one.quarantined + one.pending + one.missing).toBe(count);
        const at = (place: string) => new Set(finds.filter(([where]) => where === place).map(([, index]) => index));
        const isIn = (index: number) => index < count;
        expect(one.written).toBe([...at("written")].filter(isIn).length);
        expect(one.unexpected).toBe([...new Set(finds.map(([, index]) => index))].filter((i) => !isIn(i)).length);
        expect(one.holds).toBe(one.missing + one.pending + one.unexpected === 0);
      }),
      { numRuns: 40 },
    );
  });

  test("ranges overlap if and only if two of them have a sequence number in common", () => {
    const range = fc.tuple(fc.nat(60), fc.nat(6)).map(([first, more]) => [first, first + more] as const);
    fc.assert(
      fc.property(fc.array(range, { maxLength: 6 }), (ranges) => {
        const objects = ranges.map(([first, last]) => {
          const key = `logs/dt=2026-01-02/hour=03/0-${first}-${last}-1.ndjson.gz`;
          return { key, name: parseObjectKey(key)! };
        });
        const seen = ranges.flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, i) => first + i));
        expect(overlap(objects)).toBe(new Set(seen).size < seen.length);
      }),
    );
  });
});
