/** Parts of `sluice tune apply`: the mark on the stream, the stack file, the price of a shard. */
import fc from "fast-check";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { formatMark, parseMark } from "../../cli/tune/apply/plan-tag.ts";
import { withShardCount } from "../../cli/tune/declared-count.ts";
import { shardUsdPerMonth } from "../../model/resharding/price.ts";

const STACKS = join(__dirname, "../../stacks");
/** https://docs.aws.amazon.com/streams/latest/dev/tagging.html */
const TAG_VALUE = /^[\p{L}\p{N}\s_./=+\-%@]{0,256}$/u;

test("a mark is a legal tag and comes back as it was; calls older than a day are left out", () => {
  const seconds = fc.integer({ min: 0, max: 86_000 });
  fc.assert(
    fc.property(
      fc.record({ target: fc.integer({ min: 1, max: 10_000 }), fromShards: fc.integer({ min: 1, max: 10_000 }) }),
      fc.integer({ min: 1_700_000_000, max: 2_000_000_000 }),
      fc.array(seconds, { maxLength: 10 }),
      (counts, since, after) => {
        const sinceMs = since * 1000;
        const mark = { ...counts, sinceMs, changesMs: after.sort((a, b) => a - b).map((at) => sinceMs + at * 1000) };
        expect(formatMark(mark)).toMatch(TAG_VALUE);
        expect(parseMark(formatMark(mark))).toEqual(mark);
      },
    ),
  );
  expect(
    formatMark({
      target: 8,
      fromShards: 2,
      sinceMs: 1_795_276_800_000,
      changesMs: [1_795_276_800_000, 1_795_363_201_000],
    }),
  ).toBe("target=8 from=2 since=1795276800 changes=86401");
});

test("any other text is no mark", () => {
  fc.assert(fc.property(fc.string(), (text) => void expect(parseMark(text)).toBeUndefined()));
  expect(parseMark("target=8 from=2 since=1795276800 changes=1++2")).toBeUndefined();
});

test.each(readdirSync(STACKS))("%s with another count differs in that line alone", (file) => {
  const text = readFileSync(join(STACKS, file), "utf8");
  const lines = text.split("\n");
  const after = withShardCount(text, 77).split("\n");
  const changed = after.flatMap((line, index) => (line === lines[index] ? [] : [line]));
  expect(after).toHaveLength(lines.length);
  expect(changed.map((line) => line.replace(/#.*/, "").trim())).toEqual(["shardCount: 77"]);
});

test("what stands around the count stays to the byte", () => {
  const around = (count: string): string =>
    `config: # all\n  sluice:stream: # the stream\n      shardCount:   ${count}   # of launch day\n      mode: "provisioned"\n`;
  expect(withShardCount(around('"4"'), 12)).toBe(around("12"));
});

test("a file that leaves the count out gets it; comments stay", () => {
  expect(withShardCount("# top\nconfig:\n  sluice:aws:\n    region: us-east-1 # here\n", 3)).toBe(
    "# top\nconfig:\n  sluice:aws:\n    region: us-east-1 # here\n  sluice:stream:\n    shardCount: 3\n",
  );
});

test.each([
  ["a day", { retentionHours: 24, fanOutConsumers: 0, shardMetrics: 0 }, 10.95],
  ["a week", { retentionHours: 168, fanOutConsumers: 0, shardMetrics: 0 }, 25.55],
  ["a day, two fan-out consumers", { retentionHours: 24, fanOutConsumers: 2, shardMetrics: 0 }, 32.85],
  ["a day, seven shard-level metrics", { retentionHours: 24, fanOutConsumers: 0, shardMetrics: 7 }, 13.05],
])("a shard of %s costs", (_, terms, usd) => {
  expect(shardUsdPerMonth(terms)).toBeCloseTo(usd, 10);
});
