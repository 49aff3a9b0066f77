import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32, gunzipSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { audit } from "../../cli/audit/audit.ts";
import { askedWindow } from "../../cli/audit/audit-command.ts";
import { LEDGER_FILE, fileLedger, writeLedger } from "../../cli/audit/ledger-file.ts";
import type { AuditedCell } from "../../cli/audit/ledger.ts";
import { merged } from "../../cli/audit/merged.ts";
import { folderSource } from "../../cli/audit/object-source.ts";
import { renderAuditReport } from "../../cli/audit/render-audit.ts";
import type { StreamEntry, StreamScope } from "../../cli/audit/stream-ledger.ts";
import { QueryError } from "../../cli/query/query-endpoint.ts";
import type { QueryResult } from "../../cli/query/result.ts";
import { instant } from "../../cli/time-window.ts";
import { TABLE_NAMES } from "../../contract/columns.ts";
import { StreamModel } from "../../model/stream/stream-model.ts";

const HOUR_MS = 3_600_000;
const NOW = Date.parse("2026-11-21T14:05:00Z");
const ALL = { sinceMs: -Infinity, untilMs: Infinity };

const folder = mkdtempSync(join(tmpdir(), "sluice-audit-parts-"));
afterAll(() => rmSync(folder, { recursive: true }));

async function all<T>(batches: AsyncIterable<readonly T[]>): Promise<T[]> {
  const values: T[] = [];
  for await (const batch of batches) values.push(...batch);
  return values;
}

describe("the ledger of a stream", () => {
  const file = join(folder, LEDGER_FILE);
  const read = (scope: Partial<StreamScope> = {}): Promise<StreamEntry[]> =>
    all(fileLedger(file).entries({ window: ALL, ...scope }));

  test("is read as it was written: a line for each Kinesis record, with the checksum of each piece", async () => {
    const stream = new StreamModel({ name: "s", shardCount: 2, createdAtMs: NOW, limits: false });
    const put = (text: string, hash: string, nowMs: number): void => {
      stream.putRecord({ data: Buffer.from(text), partitionKey: "k", explicitHashKey: hash }, nowMs);
    };
    put('{"a":1}\n\nb\n', "0", NOW);
    put("", "0", NOW + HOUR_MS);
    put('{"a":1}{"a":2}', String(2n ** 127n), NOW);
    await writeLedger(file, stream, NOW + HOUR_MS);
    const entries = await read();
    expect(entries.map(({ shard, arrivedMs, checksums }) => [shard, arrivedMs, checksums])).toEqual([
      [0, NOW, [crc32('{"a":1}'), crc32("b")]],
      [0, NOW + HOUR_MS, [0]],
      [1, NOW, [crc32('{"a":1}'), crc32('{"a":2}')]],
    ]);
    const [first] = entries;
    expect(gunzipSync(readFileSync(file)).toString().split("\n").slice(0, 2)).toEqual([
      '{"version":1}',
      `[0,"${first!.sequenceNumber}",${NOW},[${crc32('{"a":1}')},${crc32("b")}]]`,
    ]);
    expect(await read({ shards: new Set([1]) })).toEqual(entries.slice(2));
    expect(await read({ window: { sinceMs: NOW + 1, untilMs: Infinity } })).toEqual([entries[1]]);
    stream.close();
  });

  test.each([
    ["cut off", gzipSync('{"version":1}\n[0,"1",1,[1]]\n').subarray(0, 30)],
    ["without its last line break", gzipSync('{"version":1}\n[0,"1",1,[1]]')],
    ["of another version", gzipSync('{"version":99}\n')],
    ["with a line that is none", gzipSync('{"version":1}\n[0,1]\n')],
    ["empty", gzipSync("")],
    ["no gzip", Buffer.from("{}")],
  ])("%s is an error that names it", async (_, bytes) => {
    writeFileSync(file, bytes);
    await expect(read()).rejects.toMatchObject({ name: "CommandError", message: expect.stringContaining(LEDGER_FILE) });
  });
});

describe("sources read side by side", () => {
  test("give every value once, each source's own in order, no more of them open than allowed", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(5), { maxLength: 8 }),
        fc.integer({ min: 1, max: 4 }),
        async (lengths, atOnce) => {
          let open = 0;
          const sources = lengths.map(
            (length, source) =>
              async function* () {
                expect(++open).toBeLessThanOrEqual(atOnce);
                for (let value = 0; value < length; value++) yield await Promise.resolve([source, value] as const);
                open--;
              },
          );
          const seen: (readonly [number, number])[] = [];
          for await (const value of merged(sources, atOnce)) seen.push(value);
          for (const [source, length] of lengths.entries()) {
            expect(seen.filter(([of]) => of === source).map(([, value]) => value)).toEqual([...Array(length).keys()]);
          }
          expect(seen.length).toBe(lengths.reduce((sum, length) => sum + length, 0));
        },
      ),
    );
  });

  test("a source that fails ends them", async () => {
    const fails = async function* (): AsyncGenerator<number> {
      yield await Promise.resolve(1);
      throw new Error("planted");
    };
    await expect(all(mapped(merged([fails, fails], 2)))).rejects.toThrow("planted");
  });

  async function* mapped(values: AsyncIterable<number>): AsyncGenerator<number[]> {
    for await (const value of values) yield [value];
  }
});

describe("the window", () => {
  const at = (time: string): number => Date.parse(`2026-11-21T${time}:00Z`);

  test("is widened to whole hours", () => {
    expect(askedWindow({ since: at("10:20"), until: at("11:01") }, NOW)).toEqual({
      ...{ sinceMs: at("10:00"), untilMs: at("12:00") },
    });
    expect(askedWindow({ since: at("10:00"), until: at("11:00") }, NOW)).toEqual({
      ...{ sinceMs: at("10:00"), untilMs: at("11:00") },
    });
  });

  test("is all of a run, and of a stack the last hour that has been over for ten minutes", () => {
    expect(askedWindow({}, NOW)).toEqual(ALL);
    expect(askedWindow({ stack: "dev" }, NOW)).toEqual({ sinceMs: at("12:00"), untilMs: at("13:00") });
    expect(askedWindow({ stack: "dev" }, at("14:10"))).toEqual({ sinceMs: at("13:00"), untilMs: at("14:00") });
    expect(askedWindow({ stack: "dev", since: at("09:00") }, NOW)).toEqual({
      sinceMs: at("09:00"),
      untilMs: at("13:00"),
    });
    expect(askedWindow({ stack: "dev", until: at("09:00") }, NOW)).toEqual({
      sinceMs: at("08:00"),
      untilMs: at("09:00"),
    });
  });

  test("cannot end before it begins", () => {
    expect(() => askedWindow({ since: at("11:00"), until: at("11:00") }, NOW)).toThrow("--since is not before --until");
  });
});

describe("the tables", () => {
  const cell = { shard: 0, hour: Math.floor(NOW / HOUR_MS) };

  /** Audits one accepted record against a warehouse that answers so. */
  async function auditWarehouse(answer: (sql: string) => (string | null)[][]) {
    const queries: string[] = [];
    const entry = { shard: 0, sequenceNumber: "1", arrivedMs: NOW, checksums: [1] };
    const result = await audit({
      facts: {
        ...{ streamName: "s", region: "r", generation: "", maxRecordBytes: 1, deadLetterBucket: "d" },
        record: { playerIdField: "p", timestampField: "t", eventField: "e" },
        backends: [{ name: "warehouse", functionName: "f", grants: ["google-warehouse-write"] }],
      },
      stream: {
        heldSinceMs: -Infinity,
        async *entries() {
          yield await Promise.resolve([entry]);
        },
      },
      archive: undefined,
      deadLetters: folderSource(join(folder, "none")),
      query: async (sql): Promise<QueryResult> => {
        queries.push(sql);
        return { schema: [], rows: await Promise.resolve(answer(sql)) };
      },
      ...{ window: { sinceMs: NOW, untilMs: NOW + 1 }, deep: false },
      eventWindow: { sinceMs: 5, untilMs: 6 },
    });
    return { result: result.backends["warehouse"]!, queries };
  }

  test("are counted by one query within the stated event times, and the readers asked by another", async () => {
    const { result, queries } = await auditWarehouse((sql) =>
      sql.includes("log_between") ? [["2"]] : [["0", "2026-11-21T14", "1", "1", "0"]],
    );
    expect(queries).toEqual([
      "SELECT REGEXP_EXTRACT(record_id, r'^(.*):[0-9]+:[0-9]+$') AS shard, FORMAT_TIMESTAMP('%Y-%m-%dT%H', arrived_at) AS hour, " +
        "COUNT(*) AS copies, COUNT(DISTINCT record_id) AS ids, COUNTIF(_TABLE_SUFFIX != SUBSTR(player_id, 1, 1)) AS misplaced " +
        "FROM `player_log_*` WHERE event_time >= TIMESTAMP_MILLIS(5) AND event_time < TIMESTAMP_MILLIS(6) AND " +
        `arrived_at >= TIMESTAMP_MILLIS(${NOW}) AND arrived_at < TIMESTAMP_MILLIS(${NOW + 1}) GROUP BY shard, hour`,
      "SELECT COUNT(*) - COUNT(DISTINCT record_id) FROM log_between(TIMESTAMP_MILLIS(5), TIMESTAMP_MILLIS(6)) WHERE " +
        `arrived_at >= TIMESTAMP_MILLIS(${NOW}) AND arrived_at < TIMESTAMP_MILLIS(${NOW + 1})`,
    ]);
    expect(result).toMatchObject({ written: 1, duplicates: 2, holds: false, findingCounts: { duplicate: 1 } });
    expect(result.cells).toMatchObject([{ ...cell, accepted: 1, written: 1, doubts: [] }]);
  });

  test("that refuse are told once each, and what they held is missing", async () => {
    const { result, queries } = await auditWarehouse(() => {
      throw new QueryError("no such dataset");
    });
    expect(queries.length).toBe(2 + TABLE_NAMES.length);
    expect(result).toMatchObject({
      missing: 1,
      holds: false,
      findingCounts: { missing: 1, unreadable: queries.length },
    });
  });

  test("rows of another generation, and rows whose id is none, are not this stream's", async () => {
    const { result } = await auditWarehouse((sql) => {
      if (sql.includes("log_between")) return [["0"]];
      if (!sql.includes("GROUP BY shard")) return [];
      const hour = "2026-11-21T14";
      return [["0", hour, "1", "1", "0"], ["g2/0", hour, "9", "9", "0"], [null, hour, "3", "2", "0"]]; // prettier-ignore
    });
    expect(result).toMatchObject({ written: 1, holds: false });
    expect(result.findings).toEqual([
      { kind: "unreadable", where: "player_log_*", detail: "3 rows whose record_id is none" },
    ]);
  });
});

test("of a window in which nothing arrived is said that there is nothing to hold", () => {
  const nothing = {
    audit: { kinesisRecords: 0, eventWindow: ALL, backends: {} },
    ...{ of: "run r", deep: false, repairs: {}, window: { sinceMs: 0, untilMs: HOUR_MS } },
  };
  expect(renderAuditReport(nothing)).toBe(
    "Audit of run r.\nNothing arrived in this window (arrived from 1970-01-01T00:00:00.000Z to 1970-01-01T01:00:00.000Z): there is nothing to hold.\n",
  );
});

test.each(["2026-11-21T13:19", "2026-11-21T13:19:00.5"])(
  "%s is refused for its missing zone, with an example",
  (text) => {
    expect(() => instant(text)).toThrow(`Its time zone is missing: ${text}Z is UTC, ${text}+09:00 is Tokyo's time.`);
  },
);

test("a long table shows the cells that differ, and a line for the others", () => {
  const cells = Array.from({ length: 40 }, (_, shard): AuditedCell => ({
    ...{ shard, hour: 0, accepted: 10, written: 10, repeated: 0, quarantined: 0, pending: 0, missing: 0 },
    ...{ reasons: new Map(), doubts: [] },
  }));
  const differing: AuditedCell = { ...cells[7]!, written: 8, missing: 2, doubts: ["counts"] };
  const text = renderAuditReport({
    audit: {
      ...{ kinesisRecords: 400, eventWindow: { sinceMs: 0, untilMs: 1 } },
      backends: {
        archive: {
          ...{ accepted: 400, written: 398, repeated: 0, quarantined: 0, quarantinedByReason: {}, pending: 0 },
          ...{ missing: 2, duplicates: 0, unexpected: 0, holds: false, findingCounts: {}, findings: [] },
          cells: cells.with(7, differing),
        },
      },
    },
    ...{ of: "run r", deep: false, window: ALL, repairs: { archive: ["missing: a command"] } },
  });
  expect(text.split("\n")).toEqual([
    "Audit of run r: all arrivals; rows with event times from 1970-01-01T00:00:00.000Z to 1970-01-01T00:00:00.001Z.",
    "The stream holds 400 Kinesis records of this time.",
    "",
    "archive: 400 accepted = 398 written, 0 quarantined, 0 pending, 2 missing, 0 duplicates, 0 unexpected, 0 repeated: DOES NOT HOLD",
    "┌───────┬────────────────┬────────┬─────────┬──────────┬─────────────┬─────────┬─────────┬─────────────────┐",
    "│ shard │ hour           │ stream │ written │ repeated │ quarantined │ pending │ missing │ read one by one │",
    "├───────┼────────────────┼────────┼─────────┼──────────┼─────────────┼─────────┼─────────┼─────────────────┤",
    "│     7 │ 1970-01-01T00  │     10 │       8 │        0 │           0 │       0 │       2 │ counts          │",
    "│   all │ 39 more add up │    400 │     398 │        0 │           0 │       0 │       2 │                 │",
    "└───────┴────────────────┴────────┴─────────┴──────────┴─────────────┴─────────┴─────────┴─────────────────┘",
    "  what to do: missing: a command",
    "",
    "The audit does NOT hold.",
    "",
  ]);
});
