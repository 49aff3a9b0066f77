import { runFlow } from "../../model/flow/flow-model.ts";
import type { FlowOptions } from "../../model/flow/types.ts";
import { type ExactResult, runExact } from "./exact.ts";
import { CONSUMER, OPTIONS, source } from "./setup.ts";

/** Largest difference from the model of single records, as a share. */
const TOLERANCE = 0.05;

const ARCHIVE = { ...CONSUMER, name: "archive", sink: { ...CONSUMER.sink, kind: "objects" as const } };
const AWAY = {
  ...CONSUMER,
  timeoutSeconds: 5,
  sink: { ...CONSUMER.sink, outages: [{ fromMs: 3_000, toMs: 18_000 }] },
};

const CASES: readonly (readonly [string, FlowOptions])[] = [
  [
    "a burst of one and a half times what two shards take",
    {
      ...OPTIONS,
      shards: 2,
      sources: [burst(3_000, 6_000, 0)],
      durationMs: 20_000,
    },
  ],
  [
    "four lanes of a function that is slower than the load",
    {
      ...OPTIONS,
      durationMs: 45_000,
      sources: [burst(900, 15_000, 0)],
      consumers: [
        {
          ...CONSUMER,
          parallelizationFactor: 4,
          memoryMb: 256,
          service: { cpuMicrosPerRecord: 1000, cpuMsPerInvocation: 10, fixedShare: 0 },
        },
      ],
    },
  ],
  [
    "a catch-up with fan-out",
    { ...OPTIONS, durationMs: 60_000, sources: [burst(800, 30_000, 0)], consumers: [ARCHIVE, AWAY] },
  ],
  [
    "a catch-up with plain reads that two consumers share",
    {
      ...OPTIONS,
      durationMs: 60_000,
      sources: [burst(700, 30_000, 0)],
      consumers: [
        { ...ARCHIVE, fanOut: false },
        { ...AWAY, fanOut: false },
      ],
    },
  ],
];

describe.each(CASES)("in %s", (_, options) => {
  let exact: ExactResult;
  // Both begin with mappings that have not run yet.
  const consumers = options.consumers.map((consumer) => ({ ...consumer, answeredWithinMs: Infinity }));
  const flow = runFlow({ ...options, consumers });

  beforeAll(async () => {
    exact = await runExact(options);
  });

  test("the stream takes the same records, and throttles as many", () => {
    expect(flow.stream.reduce((sum, { accepted }) => sum + accepted, 0)).toBe(exact.accepted);
    const throttled = flow.stream.reduce((sum, bucket) => sum + bucket.throttled, 0);
    expect(Math.abs(throttled - exact.throttled)).toBeLessThanOrEqual(TOLERANCE * exact.throttled);
  });

  test("each consumer delivers every record, as fast as with single records: half of them, nine tenths, all", () => {
    for (const [index, consumer] of flow.consumers.entries()) {
      const modelled = consumer.buckets.map(({ delivered }, second) => ({ atMs: second * 1000, records: delivered }));
      const real = exact.deliveries[index]!;
      for (const share of [0.5, 0.9, 1]) {
        const [expected, actual] = [
          reachedMs(real, share * exact.accepted),
          reachedMs(modelled, share * exact.accepted),
        ];
        // A bucket is a second wide, and where a batch's window begins differs by up to a second.
        expect(Math.abs(actual - expected)).toBeLessThanOrEqual(TOLERANCE * expected + 2_000);
      }
    }
  });
});

/** A rate until a time, then another. */
function burst(recordsPerSecond: number, untilMs: number, after: number) {
  const rates = [
    { fromMs: 0, recordsPerSecond },
    { fromMs: untilMs, recordsPerSecond: after },
  ];
  return source(0, { rates });
}

/** When so many records had been delivered. */
function reachedMs(
  deliveries: readonly { readonly atMs: number; readonly records: number }[],
  records: number,
): number {
  let sum = 0;
  for (const { atMs, records: more } of [...deliveries].sort((a, b) => a.atMs - b.atMs)) {
    sum += more;
    if (sum >= records - 1e-6) return atMs;
  }
  return Infinity;
}
