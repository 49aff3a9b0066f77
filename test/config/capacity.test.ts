import { maximumRecordAgeSeconds, maximumRetryAttempts } from "../../infra/config/retries.ts";
import { concurrencyNeed, laneCount } from "../../model/capacity.ts";

test("lanes are shards times the parallelization factor", () => {
  expect(laneCount(8, 10)).toBe(80);
});

describe("concurrency", () => {
  const shared = { parallelizationFactor: 2, reservedConcurrency: undefined };

  test("without reservations is the sum of lanes", () => {
    expect(concurrencyNeed(4, [shared, shared])).toEqual({ reserved: 0, shared: 16, accountLimit: 16 });
  });

  test("with a reservation leaves the 100 that AWS keeps, or the others' lanes if those are more", () => {
    const reserved = { parallelizationFactor: 1, reservedConcurrency: 30 };
    expect(concurrencyNeed(4, [reserved, shared])).toEqual({ reserved: 30, shared: 8, accountLimit: 130 });
    expect(concurrencyNeed(60, [reserved, shared])).toEqual({ reserved: 30, shared: 120, accountLimit: 150 });
  });
});

test.each([
  [12, 60, 720],
  [1, 900, 4],
  [1, 700, 6],
  [168, 61, 9915],
  [168, 60, 10_080],
])("an outage of %i h with a time-out of %i s takes %i attempts, rounded up", (hours, timeout, attempts) => {
  expect(maximumRetryAttempts(hours, timeout)).toBe(attempts);
});

test.each([
  [24, 75_600],
  [96, 334_800],
  [171, 604_800],
  [8760, 604_800],
])("with %i h of retention a record is given up after %i s", (hours, seconds) => {
  expect(maximumRecordAgeSeconds(hours)).toBe(seconds);
});
