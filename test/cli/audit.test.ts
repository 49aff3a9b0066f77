import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { archivedRecords, auditBackend } from "../../cli/audit/audit.ts";
import { BackendLedger, ExpectedIds } from "../../cli/audit/ledger.ts";
import { folderSource } from "../../cli/audit/object-source.ts";
import { warehouseRecords } from "../../cli/local/warehouse-records.ts";
import { TABLE_NAMES } from "../../contract/columns.ts";
import { archivePrefix, divertedPrefix, formatObjectKey, quarantinePrefix } from "../../contract/keys.ts";
import type { Warehouse } from "../../local/bigquery/warehouse.ts";

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

/** An object of lines with these ids, under the name that the consumers give it. */
function putLines(
  bucket: string,
  prefix: string,
  ids: readonly string[],
  fields = '"log":{}',
  records = ids.length,
): string {
  const sequence = (id: string): string => id.split(":")[1]!;
  const key = formatObjectKey({
    prefix,
    hour: "2026-01-02T03",
    shard: 0,
    firstSequenceNumber: sequence(ids[0]!),
    lastSequenceNumber: sequence(ids.at(-1)!),
    records,
  });
  const text = ids.map((id) => `{"record_id":"${id}","arrived_at":"2026-01-02T03:00:00.000Z",${fields}}\n`).join("");
  put(bucket, key, gzipSync(text));
  return key;
}

function expectedIds(ids: readonly string[]): ExpectedIds {
  const expected = new ExpectedIds();
  for (const id of ids) expected.add(id);
  return expected;
}

function auditArchive(ids: readonly string[]) {
  return auditBackend({
    backend: "archive",
    generation: "",
    expected: expectedIds(ids),
    written: archivedRecords(folderSource(join(folder, "archive")), ""),
    deadLetters: folderSource(join(folder, "dead")),
    mappingIds: ["m1"],
  });
}

const HEALTHY = { repeated: 0, quarantined: 0, pending: 0, missing: 0, duplicates: 0, unexpected: 0, problems: [] };

describe("audit", () => {
  test("holds when every accepted record is archived, copies from redelivery apart", async () => {
    putLines("archive", archivePrefix(""), ["0:10:0", "0:11:0", "0:11:1"]);
    putLines("archive", archivePrefix(""), ["0:11:0", "0:11:1", "0:12:0"]);
    expect(await auditArchive(["0:10:0", "0:11:0", "0:11:1", "0:12:0"])).toMatchObject({
      ...HEALTHY,
      accepted: 4,
      written: 4,
      repeated: 2,
      holds: true,
    });
  });

  test("a run without records holds", async () => {
    expect(await auditArchive([])).toMatchObject({ ...HEALTHY, accepted: 0, written: 0, holds: true });
  });

  test("a quarantined record counts by its reason, unless it was written as well", async () => {
    putLines("archive", archivePrefix(""), ["0:1:0", "0:2:0"]);
    putLines(
      "dead",
      quarantinePrefix("", "archive"),
      ["0:2:0", "0:3:0"],
      '"reason":"UNPACK_FAILED","detail":"","raw":""',
    );
    putLines("dead", quarantinePrefix("", "other"), ["0:9:0"], '"reason":"UNPACK_FAILED","detail":"","raw":""');
    expect(await auditArchive(["0:1:0", "0:2:0", "0:3:0"])).toMatchObject({
      ...HEALTHY,
      written: 2,
      quarantined: 1,
      quarantinedByReason: { UNPACK_FAILED: 1 },
      holds: true,
    });
  });

  test("a deleted object's records are missing, and named", async () => {
    putLines("archive", archivePrefix(""), ["0:1:0"]);
    expect(await auditArchive(["0:1:0", "0:2:0"])).toMatchObject({
      missing: 1,
      holds: false,
      examples: { missing: ["0:2:0"] },
    });
  });

  test("a corrupt object is a problem, and its records are missing", async () => {
    const key = putLines("archive", archivePrefix(""), ["0:1:0", "0:2:0"]);
    put("archive", key, gzipSync("x".repeat(1000)).subarray(0, 20));
    const result = await auditArchive(["0:1:0", "0:2:0"]);
    expect(result).toMatchObject({ missing: 2, holds: false });
    expect(result.problems).toEqual([
      expect.stringMatching(/^logs\/dt=2026-01-02\/hour=03\/0-1-2-2\.ndjson\.gz: cannot be read: /),
    ]);
  });

  test("an object whose name counts otherwise than its lines is a problem", async () => {
    putLines("archive", archivePrefix(""), ["0:1:0"], '"log":{}', 2);
    expect((await auditArchive(["0:1:0"])).problems).toEqual([
      "logs/dt=2026-01-02/hour=03/0-1-1-2.ndjson.gz: 1 lines, while its name says 2",
    ]);
  });

  test("records that were never accepted break it", async () => {
    putLines("archive", archivePrefix(""), ["0:1:0", "0:5:0"]);
    expect(await auditArchive(["0:1:0"])).toMatchObject({
      written: 1,
      unexpected: 1,
      holds: false,
      examples: { unexpected: ["0:5:0"] },
    });
  });

  test("diverted and given-up records are pending until they are written", async () => {
    putLines("archive", archivePrefix(""), ["0:1:0"]);
    putLines("dead", divertedPrefix("", "archive", "t"), ["0:1:0", "0:2:0"], '"table":"t","code":"NOT_FOUND","raw":""');
    const event = { Records: [{ kinesis: { sequenceNumber: "3" } }, { kinesis: { sequenceNumber: "1" } }] };
    const info = { shardId: "shardId-000000000000", startSequenceNumber: "1", endSequenceNumber: "3" };
    put(
      "dead",
      "aws/lambda/m1/shardId-000000000000/2026/01/02/a",
      JSON.stringify({ KinesisBatchInfo: info, payload: JSON.stringify(event) }),
    );
    put("dead", "aws/lambda/m2/shardId-000000000000/2026/01/02/b", "of another backend");
    expect(await auditArchive(["0:1:0", "0:2:0", "0:3:0", "0:3:1", "0:4:0"])).toMatchObject({
      written: 1,
      pending: 3,
      missing: 1,
      holds: false,
      problems: [],
      examples: { pending: ["0:2:0", "0:3:0", "0:3:1"], missing: ["0:4:0"] },
    });
  });

  test("of a batch kept as metadata, all accepted between its ends is pending", async () => {
    const info = { shardId: "shardId-000000000001", startSequenceNumber: "9", endSequenceNumber: "11" };
    put("dead", "aws/lambda/m1/x", JSON.stringify({ KinesisBatchInfo: info }));
    put("dead", "aws/lambda/m1/y", "{");
    const result = await auditArchive(["1:8:0", "1:9:0", "1:10:0", "1:11:1", "1:12:0", "0:10:0"]);
    expect(result).toMatchObject({ pending: 3, missing: 3 });
    expect(result.problems).toEqual([expect.stringMatching(/^aws\/lambda\/m1\/y: cannot be read: /)]);
  });

  test("generations of a stream are apart", async () => {
    putLines("archive", archivePrefix("g2"), ["g2/0:1:0"]);
    putLines("archive", archivePrefix(""), ["0:1:0"]);
    const result = await auditBackend({
      backend: "archive",
      generation: "g2",
      expected: expectedIds(["g2/0:1:0"]),
      written: archivedRecords(folderSource(join(folder, "archive")), "g2"),
      deadLetters: folderSource(join(folder, "dead")),
      mappingIds: [],
    });
    expect(result).toMatchObject({ ...HEALTHY, written: 1, holds: true });
  });

  test("the warehouse is read table by table, and its readers' surplus rows are duplicates", async () => {
    const queries: string[] = [];
    const warehouse: Pick<Warehouse, "project" | "query"> = {
      project: "p",
      query(sql) {
        queries.push(sql);
        const rows = sql.includes("player_log_a") ? [["0:1:0"], ["0:1:0"], ["0:2:0"]] : [];
        return Promise.resolve({ schema: [], rows: sql.includes("COUNT") ? [["3"]] : rows });
      },
    };
    const written = warehouseRecords(warehouse as Warehouse, "d");
    const result = await auditBackend({
      backend: "warehouse",
      generation: "",
      expected: expectedIds(["0:1:0", "0:2:0"]),
      written,
      deadLetters: folderSource(join(folder, "dead")),
      mappingIds: [],
    });
    expect(result).toMatchObject({ written: 2, repeated: 1, duplicates: 3, missing: 0, holds: false });
    expect(queries.length).toBe(TABLE_NAMES.length + 1);
    expect(queries[0]).toBe(
      "SELECT record_id FROM `p.d.player_log_0` WHERE event_time >= TIMESTAMP '0001-01-01 00:00:00+00'",
    );
  });

  test("whatever is found in whatever order, every accepted id is counted exactly once", () => {
    const found = fc.array(fc.tuple(fc.constantFrom("written", "quarantined", "pending"), fc.nat(20)));
    fc.assert(
      fc.property(fc.nat(12), found, (count, finds) => {
        const ids = Array.from({ length: count }, (_, index) => `0:${index}:0`);
        const ledger = new BackendLedger(expectedIds(ids));
        for (const [kind, index] of finds) {
          if (kind === "written") ledger.written(`0:${index}:0`);
          else if (kind === "pending") ledger.pending(`0:${index}:0`);
          else ledger.quarantined(`0:${index}:0`, "TOO_LARGE");
        }
        const result = ledger.result(0);
        expect(result.written + result.quarantined + result.pending + result.missing).toBe(count);
        const inside = finds.filter(([, index]) => index < count);
        const writes = inside.filter(([kind]) => kind === "written");
        expect(result.written).toBe(new Set(writes.map(([, index]) => index)).size);
        expect(result.repeated).toBe(writes.length - result.written);
        expect(result.unexpected).toBe(new Set(finds.filter(([, index]) => index >= count).map(([, i]) => i)).size);
        expect(result.holds).toBe(result.missing + result.pending + result.unexpected === 0);
      }),
    );
  });
});
