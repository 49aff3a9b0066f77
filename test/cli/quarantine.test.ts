import { gzipSync } from "node:zlib";
import { type QuarantinedRecord, quarantinedRecords } from "../../cli/quarantine/read.ts";
import { recordJson, renderList, renderRecord, renderStats } from "../../cli/quarantine/render.ts";
import { countQuarantine } from "../../cli/quarantine/stats.ts";
import { type ObjectKey, formatObjectKey, quarantinePrefix } from "../../contract/keys.ts";
import { parseRecordId } from "../../contract/record-id.ts";
import { ALWAYS, MemoryBucket, connectionTo } from "../replay/support.ts";

const SECRET = '{"player_id":"secret\u001b[2J"}';

/** One object with a line for each record: position and reason. */
function object(backend: string, hour: string, sequence: string, records: [number, string][]): [string, Buffer] {
  const name: ObjectKey = {
    ...{ prefix: quarantinePrefix("", backend), hour, shard: 3, records: records.length },
    ...{ firstSequenceNumber: sequence, lastSequenceNumber: sequence },
  };
  const lines = records.map(([position, reason]) =>
    JSON.stringify({
      ...{ record_id: `3:${sequence}:${position}`, arrived_at: `${hour}:30:00.000Z`, reason, detail: "why" },
      raw: Buffer.from(SECRET).toString("base64"),
    }),
  );
  return [formatObjectKey(name), gzipSync(lines.map((line) => `${line}\n`).join(""))];
}

const BUCKET = new MemoryBucket("dead", [
  object("archive", "2026-11-21T14", "500", [[0, "UNPACK_LIMIT"]]),
  object("warehouse", "2026-11-21T14", "500", [
    [0, "UNPACK_LIMIT"],
    [1, "TIME_INVALID"],
    [2, "TIME_INVALID"],
  ]),
  object("warehouse", "2026-11-21T15", "900", [[0, "TIME_INVALID"]]),
]);

interface Asked {
  readonly records: QuarantinedRecord[];
  readonly problems: string[];
}

async function asked(filter: Partial<Parameters<typeof quarantinedRecords>[1]>, bucket = BUCKET): Promise<Asked> {
  const problems: string[] = [];
  const whole = { window: ALWAYS, backend: undefined, reason: undefined, ids: undefined, ...filter };
  const records: QuarantinedRecord[] = [];
  const connection = connectionTo({ deadLetters: bucket });
  for await (const record of quarantinedRecords(connection, whole, (sentence) => problems.push(sentence))) {
    records.push(record);
  }
  return { records, problems };
}

const idsOf = ({ records }: Asked): string[] => records.map(({ backend, recordId }) => `${backend} ${recordId}`);

describe("what is in the quarantine", () => {
  test("is found by backend, reason, arrival and record id", async () => {
    expect(idsOf(await asked({}))).toHaveLength(5);
    expect(idsOf(await asked({ backend: "archive" }))).toEqual(["archive 3:500:0"]);
    expect(idsOf(await asked({ reason: "TIME_INVALID" }))).toEqual([
      "warehouse 3:500:1",
      "warehouse 3:500:2",
      "warehouse 3:900:0",
    ]);
    const late = { sinceMs: Date.UTC(2026, 10, 21, 15, 30), untilMs: Infinity };
    expect(idsOf(await asked({ window: late }))).toEqual(["warehouse 3:900:0"]);
    const early = { sinceMs: -Infinity, untilMs: Date.UTC(2026, 10, 21, 14, 30) };
    expect(idsOf(await asked({ window: early }))).toEqual([]);
    // Objects are chosen by their names: all that can hold the record.
    expect(idsOf(await asked({ ids: [parseRecordId("3:900:0")!] }))).toEqual(["warehouse 3:900:0"]);
    expect(idsOf(await asked({ ids: [parseRecordId("2:900:0")!] }))).toEqual([]);
  });

  test("that cannot be read is told, and the rest is read", async () => {
    const [key] = object("warehouse", "2026-11-21T13", "1", [[0, "TIME_INVALID"]]);
    const bucket = new MemoryBucket("dead", [...BUCKET.objects, [key, Buffer.from("x")], [`${key}.tmp`, gzipSync("")]]);
    const { records, problems } = await asked({}, bucket);
    expect([records.length, problems.length]).toEqual([5, 2]);
    expect(problems.join("\n")).toContain(`${key}: cannot be read: `);
    expect(problems).toContain(`${key}.tmp: not an object of the quarantine`);
  });

  test("is counted by backend, hour and reason", async () => {
    const stream = (async function* () {
      yield* (await asked({})).records;
    })();
    const counts = await countQuarantine(stream);
    const bytes = SECRET.length;
    expect(counts).toEqual([
      { backend: "archive", hour: "2026-11-21T14", reason: "UNPACK_LIMIT", records: 1, bytes },
      { backend: "warehouse", hour: "2026-11-21T14", reason: "TIME_INVALID", records: 2, bytes: 2 * bytes },
      { backend: "warehouse", hour: "2026-11-21T14", reason: "UNPACK_LIMIT", records: 1, bytes },
      { backend: "warehouse", hour: "2026-11-21T15", reason: "TIME_INVALID", records: 1, bytes },
    ]);
    expect(renderStats(counts)).toContain("│ warehouse │ 2026-11-21T14 │ TIME_INVALID │       2 │    52 │");
    expect(renderStats(counts).split("\n").at(-2)).toBe("5 records");
    expect(renderStats([])).toBe("Nothing of this kind is in the quarantine.\n");
  });
});

describe("a payload", () => {
  test("is shown only when asked for, and does nothing to a terminal", async () => {
    const [record] = (await asked({ backend: "archive" })).records;
    for (const text of [renderList([record!], 7), renderRecord(record!, false), recordJson(record!, false)]) {
      expect(text).not.toContain("secret");
      expect(text).not.toContain(Buffer.from(SECRET).toString("base64"));
    }
    expect(renderList([record!], 7)).toContain("1 record of 8; --limit shows more");
    expect(renderRecord(record!, true)).toContain('\n{"player_id":"secret\\u001b[2J"}\n');
    expect(JSON.parse(recordJson(record!, true))).toMatchObject({ text: SECRET, bytes: SECRET.length });
    const binary = { ...record!, bytes: Buffer.from([0xff, 0xfe]) };
    expect(renderRecord(binary, true)).toContain("(not UTF-8; base64)\n//4=\n");
    expect(JSON.parse(recordJson(binary, true))).not.toHaveProperty("text");
  });
});
