import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { generatedInput, generatedLog } from "../../cli/generate/generated-input.ts";
import { playerLog } from "../../cli/generate/player-log.ts";
import { seededRandom, zipf } from "../../model/random.ts";
import { EVENT_KINDS, type EventKind, mayFollow } from "../../cli/generate/session.ts";

const START = Date.UTC(2026, 5, 1);

interface Line {
  player_id: string;
  timestamp: string;
  event: EventKind;
  player: { name: string };
}

function log(seed: number, records: number): { texts: string[]; lines: Line[] } {
  const texts = [...playerLog({ seed, records, startMs: START })];
  return { texts, lines: texts.map((text) => JSON.parse(text) as Line) };
}

/** Shares of all players, the busiest first; a line begins with its player's id. */
function shares(seed: number, records: number): number[] {
  const counts = new Map<string, number>();
  for (const text of playerLog({ seed, records, startMs: START })) {
    const player = text.slice('{"player_id":"'.length).slice(0, 32);
    counts.set(player, (counts.get(player) ?? 0) + 1);
  }
  return [...counts.values()].map((count) => count / records).sort((a, b) => b - a);
}

describe("generated log", () => {
  test("the same seed gives the same bytes, another seed others", () => {
    expect(log(7, 200).texts).toEqual(log(7, 200).texts);
    expect(log(8, 200).texts[0]).not.toBe(log(7, 200).texts[0]);
  });

  test("is the same at any time of a UTC day", async () => {
    const bytesAt = async (nowMs: number): Promise<Buffer[]> => {
      const lines: Buffer[] = [];
      for await (const batch of generatedLog({ seed: 7, records: 50 }, nowMs)) {
        lines.push(...batch.lines.map(({ data }) => data));
      }
      return lines;
    };
    const first = await bytesAt(START);
    expect(first.map(String)).toEqual(log(7, 50).texts);
    expect(await bytesAt(START + 86_399_999)).toEqual(first);
    expect(await bytesAt(START + 86_400_000)).not.toEqual(first);
  });

  test.each([1, 42])("seed %d: lines of 1,000 bytes on average, gzip -6 to between 0.2 and 0.3", (seed) => {
    const bytes = Buffer.from(log(seed, 5000).texts.join("\n") + "\n");
    expect(Math.abs(bytes.length / 5000 - 1001)).toBeLessThan(50);
    const ratio = gzipSync(bytes, { level: 6 }).length / bytes.length;
    expect(ratio).toBeGreaterThan(0.2);
    expect(ratio).toBeLessThan(0.3);
  });

  test("players are skewed as by Zipf: the busiest writes about 1 % of a long log, ten times the median player", () => {
    const sorted = shares(3, 20_000);
    expect(sorted[0]).toBeGreaterThan(0.01);
    expect(sorted[0]).toBeLessThanOrEqual(0.02);
    expect(sorted[0]).toBeGreaterThan(10 * sorted[Math.floor(sorted.length / 2)]!);
  });

  test("no player writes more than 2 % of the log, however short it is", () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 50, max: 300 }), (seed, records) => {
        expect(shares(seed, records)[0]).toBeLessThanOrEqual(0.02);
      }),
      { numRuns: 10 },
    );
  });

  test("ids are 32 hexadecimal characters, times ascend from the start, some names are not ASCII", () => {
    const { lines, texts } = log(5, 2000);
    expect(lines.every((line) => /^[0-9a-f]{32}$/.test(line.player_id))).toBe(true);
    expect(lines[0]!.timestamp).toBe("2026-06-01T00:00:00.000Z");
    expect(lines.slice(1).every((line, index) => line.timestamp >= lines[index]!.timestamp)).toBe(true);
    expect(lines.some((line) => /[^ -~]/.test(line.player.name))).toBe(true);
    expect(texts.some((text) => text.includes("\n"))).toBe(false);
  });

  test("each player begins with a login and goes on in the order of a session; all kinds occur", () => {
    const last = new Map<string, EventKind>();
    const kinds = new Set<EventKind>();
    for (const { player_id, event } of log(11, 12_000).lines) {
      const before = last.get(player_id);
      if (before === undefined ? event !== "login" : !mayFollow(before, event)) {
        throw new Error(`${event} after ${before}`);
      }
      last.set(player_id, event);
      kinds.add(event);
    }
    expect([...kinds].sort()).toEqual([...EVENT_KINDS].sort());
  });

  test("as input it has the same lines, numbered from 1", async () => {
    const options = { seed: 4, records: 600, startMs: START };
    const lines = [];
    for await (const batch of generatedInput(options)) lines.push(...batch.lines);
    expect(lines.map((line) => line.data.toString())).toEqual([...playerLog(options)]);
    expect(lines.map((line) => line.line)).toEqual(Array.from({ length: 600 }, (_, index) => index + 1));
  });
});

describe("randomness", () => {
  test("a seed fixes the numbers, also beyond 32 bits", () => {
    const draw = (seed: number): number[] => {
      const { bits } = seededRandom(seed);
      return [bits(), bits(), bits()];
    };
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(1 + 2 ** 32));
  });

  test("Zipf ranks stay in range and the first is drawn by its weight", () => {
    const { unit } = seededRandom(9);
    const draw = zipf(100, 1, unit);
    const ranks = Array.from({ length: 20_000 }, draw);
    expect(Math.min(...ranks)).toBe(0);
    expect(Math.max(...ranks)).toBeLessThan(100);
    // Weight of rank 0 of 100: 1 / (1 + 1/2 + … + 1/100) = 0.1928.
    expect(ranks.filter((rank) => rank === 0).length / ranks.length).toBeCloseTo(0.1928, 1);
  });
});
