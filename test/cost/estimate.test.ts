import fc from "fast-check";
import { type PricedConfiguration, defaultConfiguration } from "../../model/cost/configuration.ts";
import { type Estimate, estimate, peerEstimates, shortfalls } from "../../model/cost/estimate.ts";
import { fullShards } from "../../model/cost/full-shard.ts";
import { type Load, WIRE_FORMATS } from "../../model/cost/load.ts";

const LIST = { freeTier: false };
/** Not the published ones: those change with each run of the bench. */
const WAREHOUSE = { cpuMicrosPerRecord: 9, cpuMsPerInvocation: 1, waitMsPerInvocation: 150 };
const TIMES = {
  archive: { cpuMicrosPerRecord: 8, cpuMsPerInvocation: 1, waitMsPerInvocation: 60 },
  warehouse: WAREHOUSE,
  other: WAREHOUSE,
  insertAll: { ...WAREHOUSE, cpuMicrosPerRecord: 27 },
};
const ONE_SHARD = defaultConfiguration(1, TIMES);

function load(recordsPerSecond: number, more: Partial<Load> = {}): Load {
  return { recordsPerSecond, recordBytes: 1000, format: "plain", gzipRatio: 0.25, hours: 730, ...more };
}

/** US dollars by item. */
function usdByItem({ lines }: Estimate): Record<string, number> {
  return Object.fromEntries(lines.map(({ group, item, usd }) => [`${group}: ${item}`, usd]));
}

function expectClose(actual: Record<string, number>, expected: Record<string, number>): void {
  expect(Object.keys(actual)).toEqual(Object.keys(expected));
  for (const [item, usd] of Object.entries(expected))
    expect([item, actual[item]]).toEqual([item, expect.closeTo(usd, 9)]);
}

/** 100 records/s for 730 hours. */
const RECORDS = 262.8e6;
const GB = 2 ** 30;
/** A batch is its first record and those of 5 s. */
const INVOCATIONS = RECORDS / 501;
const MONTH_DAYS = 730 / 24;

describe("a worked example: 100 plain records/s of 1,000 bytes on one shard", () => {
  const archiveGb = (RECORDS * 1124 * 0.25) / GB;
  const rowGb = (RECORDS * 1136) / GB;
  const logGb = (INVOCATIONS * 1400) / GB;
  const quarantinedGb = (RECORDS * 0.0001 * (4000 / 3 + 200)) / GB;

  test("every line, by hand", () => {
    expectClose(usdByItem(estimate(ONE_SHARD, load(100), LIST)), {
      "stream: shards": 730 * 0.015,
      "stream: PUT payload units": 262.8 * 0.014,
      "functions: requests, archive": (INVOCATIONS / 1e6) * 0.2,
      // 501 × 8 µs + 1 ms on 256/1,769 of a processor, and 60 ms, of a quarter GB.
      "functions: duration, archive": INVOCATIONS * ((0.005008 * 1769) / 256 + 0.06) * 0.25 * 0.0000133334,
      "functions: requests, warehouse": (INVOCATIONS / 1e6) * 0.2,
      "functions: duration, warehouse": INVOCATIONS * ((0.005509 * 1769) / 256 + 0.15) * 0.25 * 0.0000133334,
      "archive: PUT requests, archive": (INVOCATIONS / 1e3) * 0.005,
      "archive: Standard, archive": ((archiveGb * 30) / MONTH_DAYS) * 0.023,
      "archive: Standard-IA, archive": ((archiveGb * 335) / MONTH_DAYS) * 0.0125,
      "archive: moves to Standard-IA, archive": (INVOCATIONS / 1e3) * 0.01,
      "warehouse: Storage Write, warehouse": rowGb * 0.025,
      "warehouse: storage, active": ((rowGb * 90) / MONTH_DAYS) * 0.023,
      "warehouse: storage, long-term": ((rowGb * 275) / MONTH_DAYS) * 0.016,
      "traffic: to Google, warehouse": rowGb * 0.25 * 1.03 * 0.09,
      "dead letters: PUT requests, warehouse": (INVOCATIONS / 1e3) * (1 - Math.exp(-0.0501)) * 0.005,
      "dead letters: Standard, warehouse": ((quarantinedGb * 90) / MONTH_DAYS) * 0.023,
      "monitoring: logs, archive": logGb * 0.5,
      "monitoring: logs, warehouse": logGb * 0.5,
      "monitoring: logs, kept 30 days": ((logGb * 2 * 0.15 * 30) / MONTH_DAYS) * 0.03,
      "monitoring: custom metrics": 20 * 0.3,
      "monitoring: mapping metrics": 10 * 0.3,
      "monitoring: shard-level metrics": 7 * 0.3,
      "monitoring: alarms": 22 * 0.1,
      "monitoring: alarm mails": 0.1 * 0.02,
      "keys: customer keys": 2,
      // Two backends, a producer and two buckets, every five minutes.
      "keys: requests for data keys": ((5 * 12 * 730) / 1e4) * 0.03,
    });
  });

  test("Firehose with a BigQuery subscription, and what insertAll changes", () => {
    const [managed, insertAll] = peerEstimates(ONE_SHARD, load(100), LIST);
    const objectGb = (RECORDS * 250) / GB;
    const messageGb = (RECORDS * 1036) / GB;
    expectClose(usdByItem(managed!), {
      "stream: shards": 730 * 0.015,
      "stream: PUT payload units": 262.8 * 0.014,
      "stream: fan-out, Pub/Sub": 730 * 0.015,
      "stream: fan-out data, Pub/Sub": ((RECORDS * 1000) / GB) * 0.013,
      "archive: Firehose": ((RECORDS * 5120) / GB) * 0.029,
      // An object every 15 minutes.
      "archive: PUT requests": 2.92 * 0.005,
      "archive: Standard, archive": ((objectGb * 30) / MONTH_DAYS) * 0.023,
      "archive: Standard-IA, archive": ((objectGb * 335) / MONTH_DAYS) * 0.0125,
      "archive: moves to Standard-IA, archive": 2.92 * 0.01,
      "warehouse: Kinesis import": (messageGb / 1024) * 50,
      "warehouse: BigQuery subscription": (messageGb / 1024) * 50,
      "warehouse: storage, active": ((messageGb * 90) / MONTH_DAYS) * 0.023,
      "warehouse: storage, long-term": ((messageGb * 275) / MONTH_DAYS) * 0.016,
      "traffic: to Google, not compressed": ((RECORDS * 1030) / GB) * 0.09,
    });
    const sluice = usdByItem(estimate(ONE_SHARD, load(100), LIST));
    const changed = Object.entries(usdByItem(insertAll!)).filter(([item, usd]) => sluice[item] !== usd);
    expectClose(Object.fromEntries(changed), {
      "functions: duration, warehouse": INVOCATIONS * ((0.014527 * 1769) / 256 + 0.15) * 0.25 * 0.0000133334,
      "warehouse: insertAll, warehouse": rowGb * 0.0512,
      "traffic: to Google, warehouse": ((RECORDS * 1442) / GB) * 0.09,
    });
  });

  test("insertAll bills a row of 200 bytes as 1 KB", () => {
    const small = load(100, { recordBytes: 64 });
    const insertAll = usdByItem(peerEstimates(ONE_SHARD, small, LIST)[1]!);
    expect(insertAll["warehouse: insertAll, warehouse"]).toBeCloseTo(((RECORDS * 1024) / GB) * 0.0512, 9);
  });
});

describe("settings", () => {
  const defaults = defaultConfiguration(2);
  const items = (configuration: PricedConfiguration, of = load(100)): Record<string, number> =>
    usdByItem(estimate(configuration, of, LIST));

  test("fan-out costs each backend that has it shard-hours and what it reads", () => {
    const backends = defaults.backends.map((backend) => ({ ...backend, fanOut: true }));
    const lines = items({ ...defaults, backends });
    expect(lines["stream: fan-out, archive"]).toBeCloseTo(2 * 730 * 0.015, 9);
    expect(lines["stream: fan-out data, warehouse"]).toBeCloseTo(((RECORDS * 1000) / GB) * 0.013, 9);
  });

  test("the auto-scaler costs the same whatever the load: an invocation and six metrics asked for each minute", () => {
    const minutes = 730 * 60;
    const logGb = (minutes * 900) / GB;
    for (const rate of [0, 100]) {
      const lines = items({ ...defaults, autoscaler: { memoryMb: 256 } }, load(rate));
      const without = items(defaults, load(rate));
      expectClose(Object.fromEntries(Object.entries(lines).filter(([item]) => !(item in without))), {
        "functions: schedule, auto-scaler": minutes / 1e6,
        "functions: requests, auto-scaler": (minutes / 1e6) * 0.2,
        "functions: duration, auto-scaler": minutes * 0.5 * 0.25 * 0.0000133334,
        "monitoring: metrics asked for, auto-scaler": minutes * 6 * 0.00001,
        "monitoring: custom metrics, auto-scaler": 4 * 0.3,
        "monitoring: logs, auto-scaler": logGb * 0.5,
        "monitoring: logs kept, auto-scaler": ((logGb * 0.15 * 30) / MONTH_DAYS) * 0.03,
      });
    }
  });

  test("retention costs shard-hours beyond a day, and what is kept beyond a week by GB", () => {
    const lines = items({ ...defaults, stream: { ...defaults.stream, retentionHours: 240 } });
    expect(lines["stream: retention beyond 24 hours"]).toBeCloseTo(2 * 730 * 0.02, 9);
    expect(lines["stream: retention of 240 h beyond 7 days"]).toBeCloseTo(
      ((((RECORDS * 1000) / GB) * 3) / MONTH_DAYS) * 0.023,
      9,
    );
  });

  test("an on-demand stream costs by the hour and by what goes in and out, in steps of 1 KB", () => {
    const stream = { ...defaults.stream, mode: "on-demand", retentionHours: 48 } as const;
    const [archive, warehouse] = defaults.backends;
    const lines = items({ ...defaults, stream, backends: [archive!, { ...warehouse!, fanOut: true }] });
    const gb = (RECORDS * 1024) / GB;
    expect(Object.entries(lines).filter(([item]) => item.startsWith("stream"))).toEqual([
      ["stream: on-demand stream", expect.closeTo(730 * 0.04, 9)],
      ["stream: data written", expect.closeTo(gb * 0.08, 9)],
      ["stream: retention beyond 24 hours", expect.closeTo((gb / MONTH_DAYS) * 0.1, 9)],
      ["stream: data read, archive", expect.closeTo(gb * 0.04, 9)],
      ["stream: data read by fan-out, warehouse", expect.closeTo(gb * 0.05, 9)],
    ]);
  });

  test("objects go through their classes until they expire, and small ones stay in Standard", () => {
    const archive = { infrequentAccessAfterDays: 30, glacierAfterDays: 60, expireAfterDays: 90 };
    const storage = (rate: number): string[] =>
      Object.keys(items({ ...defaults, archive }, load(rate))).filter((item) =>
        /^archive: (Stand|Glac|moves)/.test(item),
      );
    expect(storage(1000)).toEqual([
      "archive: Standard, archive",
      "archive: Standard-IA, archive",
      "archive: Glacier, archive",
      "archive: moves to Standard-IA, archive",
      "archive: moves to Glacier, archive",
    ]);
    expect(storage(10)).toEqual(["archive: Standard, archive"]);
  });

  test("partitions that expire within 90 days never are long-term", () => {
    expect(items({ ...defaults, partitionExpiryDays: 30 })).not.toHaveProperty("warehouse: storage, long-term");
  });

  test("a load that the shards or the lanes do not carry is said", () => {
    expect(shortfalls(defaultConfiguration(2), load(2000))).toEqual([]);
    const [archive, warehouse] = defaultConfiguration(2, TIMES).backends;
    const slow = { ...warehouse!, serviceTime: { ...warehouse!.serviceTime, cpuMicrosPerRecord: 144.7 } };
    expect(shortfalls({ ...defaultConfiguration(2), backends: [archive!, slow] }, load(2001))).toEqual([
      "2 shards do not take this load: 3 do, at 1,000 records/s each",
      "warehouse falls behind: its lanes would have to work 105 % of the time",
    ]);
  });
});

describe("properties", () => {
  const loads = fc.record({
    recordsPerSecond: fc.oneof(fc.constant(0), fc.double({ min: 0.001, max: 1e6, noNaN: true })),
    recordBytes: fc.integer({ min: 1, max: 1_000_000 }),
    format: fc.constantFrom(...WIRE_FORMATS),
    gzipRatio: fc.double({ min: 0.01, max: 1, noNaN: true }),
    hours: fc.constantFrom(1, 730),
  });
  const configurations = fc
    .record({
      shards: fc.integer({ min: 1, max: 64 }),
      mode: fc.constantFrom("provisioned" as const, "on-demand" as const),
      retentionHours: fc.constantFrom(24, 96, 400),
      fanOut: fc.boolean(),
      batchWindowSeconds: fc.integer({ min: 0, max: 300 }),
      parallelizationFactor: fc.integer({ min: 1, max: 10 }),
    })
    .map(({ shards, mode, retentionHours, ...mapping }): PricedConfiguration => {
      const defaults = defaultConfiguration(shards);
      const backends = defaults.backends.map((backend) => ({ ...backend, ...mapping }));
      return { ...defaults, backends, stream: { ...defaults.stream, mode, retentionHours } };
    });
  const all = (configuration: PricedConfiguration, of: Load, freeTier: boolean): Estimate[] => [
    estimate(configuration, of, { freeTier }),
    ...peerEstimates(configuration, of, { freeTier }),
  ];

  test("the lines of an estimate add up to it, and a million records cost their share", () => {
    fc.assert(
      fc.property(configurations, loads, fc.boolean(), (configuration, of, freeTier) => {
        for (const { lines, totals, perMillion } of all(configuration, of, freeTier)) {
          const sum = lines.reduce((total, { usd }) => total + usd, 0);
          expect(Math.abs(totals.usd - sum)).toBeLessThanOrEqual(sum * 1e-9);
          const millions = (of.recordsPerSecond * of.hours * 3600) / 1e6;
          if (millions === 0) expect(perMillion).toBeUndefined();
          else expect(perMillion!.usd).toBeCloseTo(totals.usd / millions, 6);
        }
      }),
      { numRuns: 50, examples: [[defaultConfiguration(1), load(0), false]] },
    );
  });

  test("more records cost no less, storage apart", () => {
    const factor = fc.double({ min: 1, max: 100, noNaN: true });
    fc.assert(
      fc.property(configurations, loads, factor, fc.boolean(), (configuration, of, times, freeTier) => {
        const more = { ...of, recordsPerSecond: of.recordsPerSecond * times };
        const before = all(configuration, of, freeTier);
        for (const [index, after] of all(configuration, more, freeTier).entries()) {
          const usd = before[index]!.totals.withoutStorageUsd;
          expect(after.totals.withoutStorageUsd).toBeGreaterThanOrEqual(usd * (1 - 1e-9));
        }
      }),
      { numRuns: 50 },
    );
  });

  test("a stream at rest costs only what is paid by the hour or month", () => {
    fc.assert(
      fc.property(configurations, (configuration) => {
        for (const { lines } of all(configuration, load(0), false)) {
          for (const { unit, item } of lines)
            expect([unit, item]).toEqual([expect.stringMatching(/-(hour|month)$|mails|notif/), item]);
          expect(lines.filter(({ storage }) => storage)).toEqual([]);
        }
      }),
      { numRuns: 20 },
    );
  });
});

test("aggregation takes most of the PUT units away, and more shards spread what is paid by the month", () => {
  const cost = (format: "plain" | "kpl", shards: number): number =>
    fullShards({ format, shards, gzipRatio: 0.25, fanOut: false }).sluice.perMillion!.withoutStorageUsd;
  expect(cost("plain", 8) - cost("kpl", 8)).toBeCloseTo(0.014, 3);
  expect(cost("plain", 8)).toBeLessThan(cost("plain", 1));
});
