import fc from "fast-check";
import { processorShare } from "../../bench/cage/cgroup.ts";
import { type EventSettings, eventsOf } from "../../bench/cage/events.ts";
import { generatedTexts } from "../../bench/cage/records.ts";
import { ContentsDigest } from "../../bench/stand-ins/digest.ts";
import type { KinesisEvent } from "../../functions/shared/event.ts";

const ARRIVED_MS = Date.UTC(2026, 10, 21, 12);

function contentsOf(texts: readonly string[]): object {
  const digest = new ContentsDigest();
  for (const text of texts) digest.add(text);
  return digest.contents;
}

describe("the digest of contents", () => {
  test("is that of a multiset: order does not count, copies do", () => {
    fc.assert(
      fc.property(fc.array(fc.string()), fc.string(), (texts, more) => {
        expect(contentsOf([...texts].reverse())).toEqual(contentsOf(texts));
        expect(contentsOf([...texts, more])).not.toEqual(contentsOf(texts));
        expect(contentsOf([...texts, more, more])).not.toEqual(contentsOf([...texts, more]));
      }),
    );
  });

  test("tells texts apart that differ in one byte", () => {
    expect(contentsOf(["a", "b"])).not.toEqual(contentsOf(["a", "c"]));
  });
});

describe("events", () => {
  const texts = generatedTexts(3, 8_000, ARRIVED_MS);
  const plain: EventSettings = { format: "plain", batchSize: 10_000, arrivedMs: ARRIVED_MS };

  test("are cut at 6 MB and hold every record once, in order", () => {
    const { events, sizes, contents } = eventsOf(texts, plain);
    const data = events.flatMap((event) => (JSON.parse(event.toString()) as KinesisEvent).Records);
    expect(data.map(({ kinesis }) => Buffer.from(kinesis.data, "base64").toString())).toEqual(texts);
    expect(new Set(data.map(({ kinesis }) => kinesis.sequenceNumber)).size).toBe(8_000);
    expect(events.every((event) => event.length <= 6 * 1024 * 1024)).toBe(true);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(8_000);
    expect(contents).toEqual(contentsOf(texts));
  });

  test("are cut at the batch size", () => {
    expect(eventsOf(texts.slice(0, 250), { ...plain, batchSize: 100 }).sizes).toEqual([100, 100, 50]);
  });
});

test("a function of 256 MB has 14.47 % of a processor", () => {
  expect(processorShare(256)).toBeCloseTo(0.1447, 4);
});
