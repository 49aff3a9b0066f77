import { monthlyLoad } from "../../preview/figures.ts";
import { catchUpSeconds, throughputOf } from "../../model/throughput.ts";
import type { Consumer } from "../../model/throughput.ts";
import { bytes, count, difference, duration, perSecond, usd } from "../../preview/words.ts";

const LOAD = monthlyLoad({ recordsPerSecond: 1000, recordBytes: 1016, format: "plain" });
const IDLE = { cpuMicrosPerRecord: 0, cpuMsPerInvocation: 0, waitMsPerInvocation: 1 };
const CONSUMER: Consumer = {
  ...{ fanOut: true, memoryMb: 1769, batchSize: 100, parallelizationFactor: 1, reservedConcurrency: undefined },
  serviceTime: IDLE,
};

describe("throughput", () => {
  test("with fan-out a consumer reads 2 MiB a second from each shard", () => {
    // 1,016 bytes and a key of 32 are 1,048.
    const { recordsPerSecond, limit } = throughputOf(CONSUMER, LOAD, { shards: 4, otherPlainConsumers: 3 });
    expect(recordsPerSecond).toBeCloseTo((4 * 2 * 1024 * 1024) / 1048, 6);
    expect(limit).toBe("reading");
  });

  test("without it, it reads what the others leave, which may be nothing", () => {
    const plain = { ...CONSUMER, fanOut: false };
    const of = (otherPlainConsumers: number) =>
      throughputOf(plain, LOAD, { shards: 1, otherPlainConsumers }).recordsPerSecond;
    expect(of(1)).toBeCloseTo((2 * 1024 * 1024) / 1048 - 1000, 6);
    expect(of(5)).toBe(0);
  });

  test("a lane works on one batch at a time, and reserved concurrency bounds the lanes", () => {
    const slow = { ...CONSUMER, serviceTime: { ...IDLE, waitMsPerInvocation: 1000 } };
    const of = (more: Partial<Consumer>) =>
      throughputOf({ ...slow, ...more }, LOAD, { shards: 4, otherPlainConsumers: 0 });
    expect(of({})).toEqual({ recordsPerSecond: 400, limit: "processor and lanes" });
    expect(of({ parallelizationFactor: 2 }).recordsPerSecond).toBe(800);
    expect(of({ parallelizationFactor: 2, reservedConcurrency: 3 }).recordsPerSecond).toBe(300);
  });

  test("less memory is less of a processor, and more than one processor is no more", () => {
    const busy = { ...CONSUMER, serviceTime: { ...IDLE, cpuMicrosPerRecord: 10_000, waitMsPerInvocation: 0 } };
    const of = (memoryMb: number) =>
      throughputOf({ ...busy, memoryMb }, LOAD, { shards: 1, otherPlainConsumers: 0 }).recordsPerSecond;
    expect(of(1769)).toBeCloseTo(100, 6);
    expect(of(3538)).toBeCloseTo(100, 6);
    expect(of(884.5)).toBeCloseTo(50, 6);
  });
});

test("a backlog is worked off by what is to spare, and never by a consumer that only keeps pace", () => {
  expect(catchUpSeconds(3000, LOAD, 3600)).toBe(1800);
  expect(catchUpSeconds(1000, LOAD, 3600)).toBe(Infinity);
});

test("figures in words", () => {
  expect([count(1, "byte"), count(2, "byte"), bytes(12_345)]).toEqual(["1 byte", "2 bytes", "12,345 bytes"]);
  expect([usd(1234.5), usd(undefined)]).toEqual(["$1,234.50", "–"]);
  expect([difference(1, 2.5), difference(2.5, 1), difference(1, 1.004), difference(undefined, 1)]).toEqual([
    ...["+$1.50", "−$1.50", "–", "–"],
  ]);
  expect(perSecond(12_345.6)).toBe("12,300 records/s");
  expect([duration(59.2), duration(600), duration(7200), duration(200_000)]).toEqual([
    "60 s",
    "10 min",
    "2.0 h",
    "2.3 days",
  ]);
});
