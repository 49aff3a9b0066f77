import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync, inflateSync } from "node:zlib";
import fc from "fast-check";
import { eventsOf, inAggregates } from "../../bench/cage/events.ts";
import { readInputLog } from "../../bench/cage/input-log.ts";
import { generatedTexts } from "../../bench/cage/records.ts";
import { playerLog } from "../../cli/generate/player-log.ts";
import type { KinesisEvent } from "../../functions/shared/event.ts";
import { Unpacker } from "../../functions/shared/unpack.ts";
import { KPL_MAGIC } from "../../simulation/workload/kpl-aggregate.ts";

const NOW_MS = Date.UTC(2026, 10, 21, 12);

describe("records of one size", () => {
  test("have exactly that size, are JSON objects, and begin as the generated log's do", () => {
    fc.assert(
      fc.property(fc.integer({ min: 200, max: 5_000 }), fc.integer(), (bytes, seed) => {
        const [first] = playerLog({ seed, records: 100, startMs: NOW_MS });
        const texts = generatedTexts(seed, 5, NOW_MS, bytes);
        expect(texts.map((text) => Buffer.byteLength(text))).toEqual([bytes, bytes, bytes, bytes, bytes]);
        for (const text of texts) expect(Object.keys(JSON.parse(text) as object)[0]).toBe("player_id");
        expect(texts[0]!.slice(0, 80)).toBe(first!.slice(0, 80));
      }),
      { numRuns: 10 },
    );
  });

  test("reach from 200 bytes to 64 KB, and compress to less than half from 1 KB on", () => {
    expect(generatedTexts(1, 2, NOW_MS, 65_536).map((text) => Buffer.byteLength(text))).toEqual([65_536, 65_536]);
    const ratio = (bytes: number): number => {
      const text = Buffer.from(generatedTexts(1, Math.ceil(100_000 / bytes), NOW_MS, bytes).join("\n"));
      return gzipSync(text, { level: 6 }).length / text.length;
    };
    expect([1_024, 4_096, 65_536].map((bytes) => ratio(bytes) < 0.35)).toEqual([true, true, true]);
  });
});

describe("events in KPL's format", () => {
  const texts = generatedTexts(3, 300, NOW_MS);

  test.each(["kpl", "kpl+zlib"] as const)("%s: the functions unpack every record, in order", (format) => {
    const { events, sizes, contents, textBytes } = eventsOf(texts, { format, batchSize: 5, arrivedMs: NOW_MS });
    const found = events.flatMap((event) => {
      const { Records } = JSON.parse(event.toString()) as KinesisEvent;
      expect(Records.length).toBeLessThanOrEqual(5);
      expect(Records.every(({ kinesis }) => kinesis.partitionKey === "a")).toBe(true);
      const pieces = new Unpacker([]).unpack(Records);
      return Array.from({ length: pieces.count }, (_, index) =>
        pieces.bytes.toString("utf8", pieces.start[index], pieces.end[index]),
      );
    });
    expect(found).toEqual(texts);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(300);
    expect([contents.records, textBytes]).toEqual([300, Buffer.byteLength(texts.join(""))]);
  });

  test("zlib goes around the whole aggregate", () => {
    const { events } = eventsOf(texts.slice(0, 3), { format: "kpl+zlib", batchSize: 5, arrivedMs: NOW_MS });
    const { Records } = JSON.parse(events[0]!.toString()) as KinesisEvent;
    const data = Buffer.from(Records[0]!.kinesis.data, "base64");
    expect(inflateSync(data).subarray(0, 4)).toEqual(KPL_MAGIC);
  });

  test("an aggregate holds what fits into 51,200 bytes, and one record at least", () => {
    const groups = [...inAggregates(["a".repeat(51_000), "b".repeat(200), "c", "d".repeat(60_000), "e"])];
    expect(groups.map((group) => group.map((text) => text[0]))).toEqual([["a", "b"], ["c"], ["d"], ["e"]]);
  });
});

describe("a log file", () => {
  const folder = mkdtempSync(join(tmpdir(), "sluice-bench-test-"));
  const file = join(folder, "log.gz");
  afterAll(() => rmSync(folder, { recursive: true }));
  const line = (timestamp: string, rest = ""): string =>
    `{"player_id":"${"ab".repeat(16)}","timestamp":"${timestamp}","event":"login"${rest}}`;
  const write = (...lines: readonly string[]): void => writeFileSync(file, gzipSync(lines.join("\n")));

  test("gives its lines as they are, up to so many", async () => {
    const lines = [line("2026-11-20T10:00:00.000Z"), line("2023-02-01T16:16:44Z", ',"n":1')];
    write(...lines, lines[0]!);
    expect(await readInputLog(file, 2, NOW_MS)).toEqual({ texts: lines, movedDays: 0 });
  });

  test("older than nine years is moved by whole days, so that it begins within a day", async () => {
    write(line("2015-09-12T00:46:58.771Z"), line("2015-09-12T13:00:00.000Z"));
    expect(await readInputLog(file, 10, NOW_MS)).toEqual({
      texts: [line("2026-11-21T00:46:58.771Z"), line("2026-11-21T13:00:00.000Z")],
      movedDays: 4088,
    });
  });

  test.each([
    ["no JSON", "{", "line 2 is no record of a player's log"],
    ["a bad player id", line("2026-11-20T10:00:00Z").replace("abab", "AB"), "line 2 is no record of a player's log"],
    ["a bad time", line("yesterday"), "line 2 is no record of a player's log"],
  ])("with %s is refused by its line", async (_, text, problem) => {
    write(line("2026-11-20T10:00:00Z"), text);
    await expect(readInputLog(file, 10, NOW_MS)).rejects.toThrow(`${file}: ${problem}`);
  });

  test("without records is refused", async () => {
    write("");
    await expect(readInputLog(file, 10, NOW_MS)).rejects.toThrow(`${file}: no records`);
  });
});
