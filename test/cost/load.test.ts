import { invocationsOf, recordsPerEvent } from "../../model/cost/batches.ts";
import { defaultConfiguration } from "../../model/cost/configuration.ts";
import {
  DEFAULT_PRODUCER,
  type Load,
  type WireFormat,
  fullShardRate,
  shardsNeeded,
  streamTraffic,
} from "../../model/cost/load.ts";

function load(recordsPerSecond: number, format: WireFormat, recordBytes = 1000): Load {
  return { recordsPerSecond, recordBytes, format, gzipRatio: 0.25, hours: 730 };
}

describe("a load on the stream", () => {
  test("plain records are Kinesis records, with the player id as their key", () => {
    expect(streamTraffic(load(500, "plain"), 2)).toEqual({
      ...{ recordsPerSecond: 500, recordBytes: 1000, partitionKeyBytes: 32, logRecords: 1 },
    });
  });

  test("a KPL aggregate leaves after 100 ms, or when its 51,200 bytes are full", () => {
    // 1 + 200 × 0.1 records of 1,000 + 42 bytes, and 20 around them.
    expect(streamTraffic(load(400, "kpl"), 2)).toEqual({
      ...{ recordsPerSecond: 400 / 21, recordBytes: 20 + 21 * 1042, partitionKeyBytes: 1, logRecords: 21 },
    });
    // 49 × 1,042 + 20 = 51,078 bytes; 50 would be 52,120.
    expect(streamTraffic(load(9000, "kpl"), 1)).toMatchObject({ logRecords: 49, recordBytes: 51_078 });
  });

  test("a KPL record larger than an aggregate goes alone", () => {
    expect(streamTraffic(load(10, "kpl", 60_000), 1)).toMatchObject({ logRecords: 1, recordBytes: 60_062 });
  });

  test("zlib makes the aggregate smaller, not the records in it fewer", () => {
    const compressed = streamTraffic(load(9000, "kpl+zlib"), 1, { ...DEFAULT_PRODUCER, zlibRatio: 0.5 });
    expect(compressed).toMatchObject({ logRecords: 49, recordBytes: 25_539 });
  });

  test.each<[WireFormat, number, number]>([
    ["plain", 200, 1000],
    ["plain", 992, 1000],
    ["plain", 1024, 1_048_576 / 1056],
    ["plain", 65_536, 1_048_576 / 65_568],
    ["kpl", 1000, (49 * 1_048_576) / 51_079],
  ])("a shard takes of %s records of %i bytes what 1,000 records or 1 MiB a second allow", (format, bytes, rate) => {
    expect(fullShardRate(load(0, format, bytes))).toBeCloseTo(rate, 9);
  });

  test("the shards that a load needs are those that it fills, at least one", () => {
    expect([0, 1, 1000, 1001, 8000].map((rate) => shardsNeeded(load(rate, "plain", 900)))).toEqual([1, 1, 1, 2, 8]);
  });
});

describe("invocations", () => {
  const [archive] = defaultConfiguration(1).backends;
  const time = { cpuMicrosPerRecord: 8, cpuMsPerInvocation: 1, waitMsPerInvocation: 60 };
  const backend = { ...archive!, memoryMb: 1769, serviceTime: time };

  test("an event of 6 MB holds some 3,200 plain records of 1 KB", () => {
    expect(recordsPerEvent(streamTraffic(load(1, "plain", 1024), 1))).toBe(3190);
    expect(recordsPerEvent({ recordsPerSecond: 1, recordBytes: 9e6, partitionKeyBytes: 1, logRecords: 1 })).toBe(1);
  });

  test("a batch takes in what arrives in its window after its first record", () => {
    const traffic = streamTraffic(load(199, "plain"), 1);
    expect(invocationsOf({ ...backend, batchWindowSeconds: 1 }, traffic, "plain", 1)).toEqual({
      // 200 × 8 µs + 1 ms on a whole processor, and 60 ms of waiting.
      ...{ perSecond: 199 / 200, logRecords: 200, seconds: 0.0026 + 0.06, laneBusy: (199 / 200) * (0.0026 + 0.06) },
    });
  });

  test("without a window it takes in what arrives until the next poll, a second or with fan-out 70 ms", () => {
    const traffic = streamTraffic(load(100, "plain"), 1);
    const records = (fanOut: boolean): number =>
      invocationsOf({ ...backend, batchWindowSeconds: 0, fanOut }, traffic, "plain", 1).logRecords;
    expect([records(false), records(true)]).toEqual([101, 8]);
  });

  test("parallelization makes lanes of plain records, and none of aggregates", () => {
    const parallel = { ...backend, batchWindowSeconds: 1, parallelizationFactor: 4 };
    const plain = invocationsOf(parallel, streamTraffic(load(400, "plain"), 1), "plain", 1);
    expect([plain.logRecords, plain.perSecond]).toEqual([101, (100 / 101) * 4]);
    const traffic = streamTraffic(load(400, "kpl"), 1);
    expect(invocationsOf(parallel, traffic, "kpl", 1)).toEqual(
      invocationsOf({ ...parallel, parallelizationFactor: 1 }, traffic, "kpl", 1),
    );
  });

  test("more memory than one processor's makes a batch no faster", () => {
    const traffic = streamTraffic(load(100, "plain"), 1);
    const seconds = (memoryMb: number): number => invocationsOf({ ...backend, memoryMb }, traffic, "plain", 1).seconds;
    expect(seconds(3538)).toBe(seconds(1769));
    expect(seconds(256)).toBeGreaterThan(seconds(1769));
  });
});
