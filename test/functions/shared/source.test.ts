import fc from "fast-check";
import { EventSource } from "../../../functions/shared/source.ts";
import type { KinesisEventRecord } from "../../../functions/shared/event.ts";

function record(approximateArrivalTimestamp: number): KinesisEventRecord {
  return {
    eventID: "shardId-000000000003:49590338271490256608559692538361571095921575989136588898",
    kinesis: {
      sequenceNumber: "49590338271490256608559692538361571095921575989136588898",
      data: "",
      approximateArrivalTimestamp,
    },
  } as KinesisEventRecord;
}

describe("arrival times", () => {
  test("are written as Date writes them, whatever their order", () => {
    const times = fc.oneof(
      fc.integer({ min: 0, max: 4e12 }),
      fc.integer({ min: 1_763_700_000_000, max: 1_763_700_003_000 }),
    );
    fc.assert(
      fc.property(fc.array(times, { maxLength: 20 }), (milliseconds) => {
        const source = new EventSource(
          milliseconds.map((ms) => record(ms / 1000)),
          "",
        );
        expect(milliseconds.map((_, index) => source.arrivedAt(index))).toEqual(
          milliseconds.map((ms) => new Date(ms).toISOString()),
        );
      }),
    );
  });

  test("keep the zeros of their milliseconds", () => {
    const source = new EventSource(
      [0, 7, 42, 999, 1000, 1001].map((ms) => record(1_763_700_000 + ms / 1000)),
      "",
    );
    expect([0, 1, 2, 3, 4, 5].map((index) => source.arrivedAt(index))).toEqual([
      "2025-11-21T04:40:00.000Z",
      "2025-11-21T04:40:00.007Z",
      "2025-11-21T04:40:00.042Z",
      "2025-11-21T04:40:00.999Z",
      "2025-11-21T04:40:01.000Z",
      "2025-11-21T04:40:01.001Z",
    ]);
  });
});
