import { NO_FAULTS, type BackendSpec, type WorldSpec } from "../../simulation/world/spec.ts";
import { runWorld } from "../../simulation/world/world.ts";

const MAPPING = { batchSize: 100, windowSeconds: 1, parallelization: 1 };

/** A small batch with something of everything: rows of two tables, quarantined records, two arrival hours. */
function spec(kind: BackendSpec["kind"], records: number, crashAt: number): WorldSpec {
  return {
    seed: 5,
    startMs: Date.UTC(2026, 5, 15, 12) - 500,
    generation: "",
    shards: 1,
    load: {
      records,
      overMs: 1_000,
      partitionKeys: 5,
      arrivalJitterMs: 0,
      pieces: { tables: "07", players: 9, badShare: 0.2, refusedShare: 0.1 },
    },
    reshards: [],
    deadLetterOutages: [],
    backends: [
      {
        name: kind,
        kind,
        fanOut: false,
        mapping: MAPPING,
        changes: [],
        timeoutSeconds: 10,
        toleratedOutageSeconds: 600,
        maximumRecordAgeSeconds: 75_600,
        survivable: false,
        littleMemory: false,
        faults: { ...NO_FAULTS, accidents: [{ crashAt }] },
      },
    ],
    faultsEndMs: 0,
  };
}

test.each([
  ["archive", 25, 6],
  ["warehouse", 12, 40],
] as const)("the %s loses nothing whichever await its environment dies after", async (kind, records, atLeast) => {
  let awaits = 0;
  for (;;) {
    const { counts, violations } = await runWorld(spec(kind, records, awaits));
    expect({ awaits, violations }).toEqual({ awaits, violations: [] });
    // Beyond the last await the invocation ends before it can crash.
    if (counts.faults === 0) break;
    expect(counts).toMatchObject({ faults: 1, failed: 0 });
    awaits++;
  }
  expect(awaits).toBeGreaterThanOrEqual(atLeast);
});
