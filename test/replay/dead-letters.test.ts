import { gunzipSync, gzipSync } from "node:zlib";
import { systemClock } from "../../contract/clock.ts";
import { StorageWriteServer } from "../support/storage-write-server.ts";
import { logLine, realConnections, warehouseInstance } from "../support/warehouse-consumer.ts";
import { ARRIVED_MS, sequenceNumberOf } from "../support/kinesis-event.ts";
import { Killed, MemoryBucket, replayed } from "./support.ts";

const [FIRST, SECOND, THIRD] = [0, 1, 2].map(sequenceNumberOf) as [string, string, string];
const HOUR = "dt=2026-01-01/hour=12";
const QUARANTINE = `quarantine/warehouse/${HOUR}/3-${FIRST}-${THIRD}-4.ndjson.gz`;
/** A record whose player id stands in another field than the one configured. */
const misnamed = (digit: string): string => logLine(digit).replace("player_id", "uid");

let storage: StorageWriteServer;
let endpoint: string;

beforeEach(async () => {
  storage = new StorageWriteServer();
  endpoint = await storage.listen();
});
afterEach(() => storage.close());

/** What the real consumer leaves in the dead-letter bucket. */
async function deadLettersOf(records: readonly string[]): Promise<MemoryBucket> {
  const { invoke, s3, connections } = warehouseInstance({
    clock: systemClock,
    open: realConnections(endpoint, systemClock),
  });
  await invoke(records);
  await connections.close();
  const objects = [...s3.objects].map(([name, body]) => [name.slice("dead/".length), body] as const);
  return new MemoryBucket("dead", objects);
}

const storedIds = (): string[] => storage.stored.map((row) => row["record_id"]!);

describe("what was quarantined", () => {
  const quarantined = () => deadLettersOf([`${misnamed("a")}\nnot json`, misnamed("b"), '{"player_id":"short"}']);

  test("is written once the configuration is right; what is still bad remains, as an object of its own", async () => {
    const deadLetters = await quarantined();
    expect(deadLetters.keys).toEqual([QUARANTINE]);
    const before = deadLetters.lines("quarantine/");
    const original = deadLetters.objects.get(QUARANTINE);

    const tally = await replayed(
      { deadLetters, endpoint, playerIdField: "uid" },
      { from: "quarantine", to: "warehouse" },
    );

    expect(storedIds().sort()).toEqual([`3:${FIRST}:0`, `3:${SECOND}:0`]);
    expect(tally).toMatchObject({ objects: 1, read: 4, written: 2, stillQuarantined: 2, moved: 1, problems: [] });
    const rest = `quarantine/warehouse/${HOUR}/3-${FIRST}-${THIRD}-2.ndjson.gz`;
    expect(deadLetters.keys).toEqual([rest, `replayed/${QUARANTINE}`]);
    // The last was quarantined for its player id, and has none in the field that is configured now.
    expect(before[3]).toMatchObject({ reason: "PLAYER_ID_INVALID", detail: "5 characters" });
    expect(deadLetters.lines("quarantine/")).toEqual([
      before[1],
      { ...before[3], reason: "PLAYER_ID_MISSING", detail: "" },
    ]);
    expect(Object.fromEntries(tally.reasons)).toEqual({ NOT_JSON_OBJECT: 1, PLAYER_ID_MISSING: 1 });
    expect(deadLetters.objects.get(`replayed/${QUARANTINE}`)).toEqual(original);
  });

  test("replayed again, is left as it is, and nothing is written", async () => {
    const deadLetters = await quarantined();
    const world = { deadLetters, endpoint, playerIdField: "uid" };
    await replayed(world, { from: "quarantine", to: "warehouse" });
    const [keys, rows] = [deadLetters.keys, storedIds()];

    const tally = await replayed(world, { from: "quarantine", to: "warehouse" });

    expect(tally).toMatchObject({ read: 2, written: 0, stillQuarantined: 2, moved: 0 });
    expect(Object.fromEntries(tally.reasons)).toEqual({ NOT_JSON_OBJECT: 1, PLAYER_ID_MISSING: 1 });
    expect([deadLetters.keys, storedIds()]).toEqual([keys, rows]);
  });

  test("and is bad for another reason now, keeps its object's name and says the new reason, once", async () => {
    const deadLetters = await deadLettersOf(['{"player_id":"short"}', '{"player_id":"other"}']);
    const [key] = deadLetters.keys;
    const world = { deadLetters, endpoint, playerIdField: "uid" };
    const ask = { from: "quarantine", to: "warehouse", reason: "PLAYER_ID_INVALID" } as const;

    expect(await replayed(world, ask)).toMatchObject({ read: 2, written: 0, stillQuarantined: 2 });
    expect(deadLetters.keys).toEqual([key, `replayed/${key}`]);
    expect(deadLetters.lines("quarantine/").map((line) => line["reason"])).toEqual([
      ...["PLAYER_ID_MISSING", "PLAYER_ID_MISSING"],
    ]);
    const { changes } = deadLetters;
    expect(await replayed(world, ask)).toMatchObject({ read: 2, notAskedFor: 2, moved: 0 });
    expect(await replayed(world, { ...ask, reason: "PLAYER_ID_MISSING" })).toMatchObject({ stillQuarantined: 2 });
    expect(deadLetters.changes).toBe(changes);
  });

  test("in a dry run, says what could be written and changes nothing", async () => {
    const deadLetters = await quarantined();

    const tally = await replayed(
      { deadLetters, endpoint, playerIdField: "uid" },
      { from: "quarantine", to: "warehouse", dryRun: true },
    );

    expect(tally).toMatchObject({ read: 4, written: 2, stillQuarantined: 2, moved: 0 });
    expect([storedIds(), deadLetters.keys, deadLetters.changes]).toEqual([[], [QUARANTINE], 0]);
  });

  test("is taken by reason, by arrival and by table, and the rest is not asked for", async () => {
    const cases = [
      [{ reason: "PLAYER_ID_INVALID" as const }, { written: 0, notAskedFor: 3, stillQuarantined: 1 }, []],
      [{ reason: "PLAYER_ID_MISSING" as const }, { written: 2, notAskedFor: 2, stillQuarantined: 0 }, [0, 1]],
      [{ window: { sinceMs: ARRIVED_MS + 10, untilMs: ARRIVED_MS + 20 } }, { written: 1, notAskedFor: 3 }, [1]],
      [{ window: { sinceMs: ARRIVED_MS + 3_600_000, untilMs: Infinity } }, { objects: 0, read: 0 }, []],
      [{ table: "player_log_b" }, { written: 1, notAskedFor: 1, stillQuarantined: 2 }, [1]],
    ] as const;
    for (const [asked, counts, rows] of cases) {
      storage.stored.length = 0;
      const deadLetters = await quarantined();
      const tally = await replayed(
        { deadLetters, endpoint, playerIdField: "uid" },
        { from: "quarantine", to: "warehouse", ...asked },
      );
      expect(tally).toMatchObject(counts);
      expect(storedIds().sort()).toEqual(rows.map((record) => `3:${sequenceNumberOf(record)}:0`));
    }
  });

  test("is complete after a kill at any change of the bucket and a second replay", async () => {
    for (let killAt = 0; killAt < 4; killAt++) {
      storage.stored.length = 0;
      const deadLetters = await quarantined();
      const world = { deadLetters, endpoint, playerIdField: "uid" };
      deadLetters.killAt = killAt;
      const first = replayed(world, { from: "quarantine", to: "warehouse" });
      // Put of the rest, copy, delete.
      await (killAt < 3 ? expect(first).rejects.toThrow(Killed) : first);
      deadLetters.killAt = Infinity;
      await replayed(world, { from: "quarantine", to: "warehouse" });
      expect([...new Set(storedIds())].sort()).toEqual([`3:${FIRST}:0`, `3:${SECOND}:0`]);
      const left = [`3:${FIRST}:1`, `3:${THIRD}:0`];
      expect(deadLetters.lines("quarantine/").map((line) => line["record_id"])).toEqual(left);
      expect(deadLetters.lines("replayed/")).toHaveLength(4);
    }
  });

  test("stays where it is while the backend takes nothing, and the replay says so", async () => {
    const deadLetters = await quarantined();
    storage.react = () => ({ do: "status", code: 14 });

    const world = { deadLetters, endpoint, playerIdField: "uid" };
    const replaying = replayed(world, { from: "quarantine", to: "warehouse" }, undefined, 300);

    await expect(replaying).rejects.toThrow("warehouse does not take records: ");
    expect(deadLetters.keys).toEqual([QUARANTINE]);
  });

  test("is left alone where its object cannot be read, and the others are replayed", async () => {
    const deadLetters = await quarantined();
    const broken = QUARANTINE.replace(`3-${FIRST}`, "2-100");
    const short = QUARANTINE.replace(`3-${FIRST}`, "4-100");
    deadLetters.objects.set(broken, Buffer.from("no gzip"));
    deadLetters.objects.set(short, gzipSync(""));

    const tally = await replayed(
      { deadLetters, endpoint, playerIdField: "uid" },
      { from: "quarantine", to: "warehouse" },
    );

    expect(tally.written).toBe(2);
    expect(tally.problems).toEqual([
      expect.stringMatching(new RegExp(`^${broken}: cannot be read: .*incorrect header check$`)),
      `${short}: cannot be read: it has 0 lines, while its name says 4`,
    ]);
    expect(deadLetters.keys).toContain(broken);
  });

  test("is not put over another object of the same name", async () => {
    const deadLetters = await quarantined();
    const rest = `quarantine/warehouse/${HOUR}/3-${FIRST}-${THIRD}-2.ndjson.gz`;
    const line = (id: string): string =>
      JSON.stringify({
        record_id: id,
        arrived_at: "2026-01-01T12:00:00.000Z",
        reason: "NOT_JSON_OBJECT",
        detail: "",
        raw: "",
      });
    const other = gzipSync(`${line(`3:${FIRST}:7`)}\n${line(`3:${THIRD}:0`)}\n`);
    deadLetters.objects.set(rest, other);

    const tally = await replayed(
      { deadLetters, endpoint, playerIdField: "uid" },
      { from: "quarantine", to: "warehouse" },
    );

    expect(tally).toMatchObject({ written: 2, moved: 1, problems: [] });
    const both = rest.replace("-2.nd", "-3.nd");
    expect(deadLetters.keys).toEqual([rest, both, `replayed/${QUARANTINE}`]);
    expect(deadLetters.objects.get(rest)).toEqual(other);
    expect(deadLetters.lines(both).map((each) => each["record_id"])).toEqual([
      ...[`3:${FIRST}:7`, `3:${THIRD}:0`, `3:${FIRST}:1`],
    ]);
  });
});

describe("a record that could not be unpacked", () => {
  const raw = (reason: string, position: number, text: string): Promise<MemoryBucket> => {
    const line = JSON.stringify({
      ...{ record_id: `3:${FIRST}:${position}`, arrived_at: "2026-01-01T12:00:00.000Z", reason, detail: "" },
      raw: Buffer.from(text).toString("base64"),
    });
    return Promise.resolve(new MemoryBucket("dead", [[key("warehouse"), gzipSync(`${line}\n`)]]));
  };
  const key = (backend: string): string => `quarantine/${backend}/${HOUR}/3-${FIRST}-${FIRST}-1.ndjson.gz`;

  test("whole, is taken apart once the limits allow it: what is good is written, what is bad takes its place", async () => {
    const deadLetters = await raw("UNPACK_LIMIT", 0, `${logLine("a")}\nnot json\n${logLine("b")}`);

    const tally = await replayed({ deadLetters, endpoint }, { from: "quarantine", to: "warehouse" });

    expect(tally).toMatchObject({ read: 1, written: 2, stillQuarantined: 1, moved: 1 });
    expect(storedIds().sort()).toEqual([`3:${FIRST}:0`, `3:${FIRST}:2`]);
    expect(deadLetters.keys).toEqual([key("warehouse"), `replayed/${key("warehouse")}`]);
    expect(deadLetters.lines("quarantine/")).toEqual([
      expect.objectContaining({ record_id: `3:${FIRST}:1`, reason: "NOT_JSON_OBJECT", raw: "bm90IGpzb24=" }),
    ]);
    expect(deadLetters.lines("replayed/")).toEqual([expect.objectContaining({ reason: "UNPACK_LIMIT" })]);
  });

  test("stays where it is while only one of its tables is asked for", async () => {
    const deadLetters = await raw("UNPACK_LIMIT", 0, `${logLine("a")}\n${logLine("b")}`);

    const ask = { from: "quarantine", to: "warehouse" } as const;
    const tally = await replayed({ deadLetters, endpoint }, { ...ask, table: "player_log_b" });

    expect(tally).toMatchObject({ read: 1, written: 1, notAskedFor: 1, moved: 0 });
    expect(deadLetters.keys).toEqual([key("warehouse")]);
    await replayed({ deadLetters, endpoint }, ask);
    expect([...new Set(storedIds())].sort()).toEqual([`3:${FIRST}:0`, `3:${FIRST}:1`]);
    expect(deadLetters.keys).toEqual([`replayed/${key("warehouse")}`]);
  });

  test("of an aggregate, keeps its number if it is one record now, and stays where it is if it is several", async () => {
    const one = await raw("UNPACK_FAILED", 5, logLine("a"));
    await replayed({ deadLetters: one, endpoint }, { from: "quarantine", to: "warehouse" });
    expect(storedIds()).toEqual([`3:${FIRST}:5`]);
    expect(one.keys).toEqual([`replayed/${key("warehouse")}`]);

    const several = await raw("UNPACK_FAILED", 5, `${logLine("a")}\n${logLine("b")}`);
    const tally = await replayed({ deadLetters: several, endpoint }, { from: "quarantine", to: "warehouse" });
    expect(tally).toMatchObject({ written: 0, stillQuarantined: 1, moved: 0 });
    expect(several.keys).toEqual([key("warehouse")]);
  });

  test("goes to the archive under the key that the archive would have given it", async () => {
    const [[, object]] = (await raw("UNPACK_LIMIT", 0, "not json\n{}")).objects as Iterable<[string, Buffer]> as [
      [string, Buffer],
    ];
    const deadLetters = new MemoryBucket("dead", [[key("archive"), object]]);
    const archive = new MemoryBucket("archive");

    const tally = await replayed({ deadLetters, archive }, { from: "quarantine", to: "archive" });

    expect(tally).toMatchObject({ read: 1, written: 2, moved: 1 });
    expect(archive.keys).toEqual([`logs/${HOUR}/3-${FIRST}-${FIRST}-2.ndjson.gz`]);
    expect(archive.lines("logs/")).toEqual([
      { record_id: `3:${FIRST}:0`, arrived_at: "2026-01-01T12:00:00.000Z", raw: "bm90IGpzb24=" },
      { record_id: `3:${FIRST}:1`, arrived_at: "2026-01-01T12:00:00.000Z", log: {} },
    ]);
  });
});

describe("an object of the archive that has the name of what is replayed to it", () => {
  const name = `logs/${HOUR}/3-${FIRST}-${FIRST}-1.ndjson.gz`;
  const line = (position: number, log: string): string =>
    `{"record_id":"3:${FIRST}:${position}","arrived_at":"2026-01-01T12:00:00.000Z","log":${log}}\n`;
  const quarantined = (): MemoryBucket => {
    const bad = JSON.stringify({
      ...{ record_id: `3:${FIRST}:1`, arrived_at: "2026-01-01T12:00:00.000Z", reason: "UNPACK_FAILED", detail: "" },
      raw: Buffer.from('{"é":2}').toString("base64"),
    });
    const key = `quarantine/archive/${HOUR}/3-${FIRST}-${FIRST}-1.ndjson.gz`;
    return new MemoryBucket("dead", [[key, gzipSync(`${bad}\n`)]]);
  };
  const ask = { from: "quarantine", to: "archive" } as const;

  test("keeps its own records: the other sub-record of the same aggregate goes beside it", async () => {
    const before = gzipSync(line(0, '{"é":1}'));
    const archive = new MemoryBucket("archive", [[name, before]]);

    expect(await replayed({ deadLetters: quarantined(), archive }, ask)).toMatchObject({ written: 1, moved: 1 });

    const both = name.replace("-1.nd", "-2.nd");
    expect(archive.keys).toEqual([name, both]);
    expect(archive.objects.get(name)).toEqual(before);
    expect(gunzipSync(archive.objects.get(both)!).toString()).toBe(line(0, '{"é":1}') + line(1, '{"é":2}'));
  });

  test("is replaced where it holds the same records, or cannot be read", async () => {
    for (const before of [gzipSync(line(1, "{}")), Buffer.from("no gzip")]) {
      const archive = new MemoryBucket("archive", [[name, before]]);
      await replayed({ deadLetters: quarantined(), archive }, ask);
      expect(archive.keys).toEqual([name]);
      expect(gunzipSync(archive.objects.get(name)!).toString()).toBe(line(1, '{"é":2}'));
    }
  });
});

describe("what was diverted", () => {
  const FORBIDDEN = { do: "status", code: 7 } as const;
  const diverted = async (): Promise<MemoryBucket> => {
    storage.react = ({ table }) => (table === "player_log_a" ? FORBIDDEN : { do: "ok" });
    const deadLetters = await deadLettersOf([logLine("a"), logLine("b"), logLine("a", { n: 2 })]);
    storage.stored.length = 0;
    return deadLetters;
  };
  const KEY = `diverted/warehouse/player_log_a/${HOUR}/3-${FIRST}-${THIRD}-2.ndjson.gz`;

  test("is in its table once that takes rows again, and pending no more", async () => {
    const deadLetters = await diverted();
    expect(deadLetters.keys).toEqual([KEY]);
    storage.react = () => ({ do: "ok" });

    const tally = await replayed({ deadLetters, endpoint }, { from: "diverted", to: "warehouse" });

    expect(tally).toMatchObject({ objects: 1, read: 2, written: 2, moved: 1, problems: [] });
    expect(storedIds()).toEqual([`3:${FIRST}:0`, `3:${THIRD}:0`]);
    expect(deadLetters.keys).toEqual([`replayed/${KEY}`]);
  });

  test("goes to the quarantine where its table now refuses it for its content", async () => {
    const deadLetters = await diverted();
    storage.react = ({ rows }) => {
      const bad = rows.findIndex((row) => (row["log"] ?? row["log_text"])!.includes('"n"'));
      return bad === -1 ? { do: "ok" } : { do: "error", code: 3, rowErrors: [bad] };
    };

    const tally = await replayed({ deadLetters, endpoint }, { from: "diverted", to: "warehouse" });

    expect(tally).toMatchObject({ written: 1, quarantined: 1, moved: 1 });
    expect(deadLetters.keys).toEqual([
      `quarantine/warehouse/${HOUR}/3-${THIRD}-${THIRD}-1.ndjson.gz`,
      `replayed/${KEY}`,
    ]);
    expect(deadLetters.lines("quarantine/")).toEqual([
      expect.objectContaining({ record_id: `3:${THIRD}:0`, reason: "REFUSED_BY_BACKEND" }),
    ]);
  });
});
