import { Trace } from "../../simulation/trace.ts";
import { fullShard } from "../../simulation/workload/full-shard.ts";
import { type Delivery, firstDifference } from "../../simulation/world/deliveries.ts";
import { type BackendSpec, NO_FAULTS, type WorldSpec } from "../../simulation/world/spec.ts";
import { runWorld, type WorldResult } from "../../simulation/world/world.ts";

// Some ten seconds of work, on a machine that does ten other things.
jest.setTimeout(300_000);

const MINUTE_MS = 60_000;
const START_MS = Date.UTC(2026, 5, 15, 10, 10);
/** The shard takes 1 MiB a second throughout; a fan-out consumer reads 2, so half an hour is caught up in half an hour. */
const KILLED_MS = MINUTE_MS;
const REVIVED_MS = KILLED_MS + 30 * MINUTE_MS;
const LASTS_MS = REVIVED_MS + 31 * MINUTE_MS;
const RECORDS = LASTS_MS / 1000;

function backend(kind: BackendSpec["kind"], outages: BackendSpec["faults"]["outages"]): BackendSpec {
  return {
    name: kind,
    kind,
    fanOut: true,
    mapping: { batchSize: 10_000, windowSeconds: 0, parallelization: 1 },
    changes: [],
    timeoutSeconds: 60,
    toleratedOutageSeconds: 2 * 3600,
    maximumRecordAgeSeconds: 21 * 3600,
    survivable: true,
    littleMemory: false,
    faults: { ...NO_FAULTS, outages },
  };
}

function run(...backends: readonly BackendSpec[]): Promise<WorldResult> {
  const spec: WorldSpec = {
    seed: 1,
    startMs: START_MS,
    generation: "",
    shards: 1,
    load: {
      ...{ records: 0, overMs: LASTS_MS, partitionKeys: 1, arrivalJitterMs: 0 },
      pieces: { tables: "a", players: 1, badShare: 0, refusedShare: 0 },
    },
    reshards: [],
    deadLetterOutages: [],
    backends,
    faultsEndMs: 0,
  };
  return runWorld(spec, new Trace(), fullShard(LASTS_MS));
}

const archive = backend("archive", []);
const warehouse = backend("warehouse", [{ fromMs: KILLED_MS, toMs: REVIVED_MS, how: "refused" }]);

describe("a full shard, fan-out, real consumers, and a warehouse that is away for half an hour", () => {
  let control: WorldResult;
  let killed: WorldResult;

  beforeAll(async () => {
    control = await run(archive);
    killed = await run(archive, warehouse);
  });

  test("the archive delivers as if it were alone on the stream: the same records at the same milliseconds", () => {
    const [deliveries, alone] = [deliveriesOf(killed, "archive"), deliveriesOf(control, "archive")];
    expect(firstDifference(deliveries, alone)).toBeUndefined();
    expect(deliveries).toEqual(alone);
  });

  test("it delivers every second's record within that second, in the outage and in the catch-up", () => {
    const deliveries = deliveriesOf(killed, "archive");
    expect(deliveries.map(({ records }) => records)).toEqual(new Array<number>(RECORDS).fill(1));
    expect(deliveries.map(({ atMs }) => Math.floor((atMs - START_MS) / 1000))).toEqual(
      deliveries.map((_, second) => second),
    );
  });

  test("the warehouse delivers nothing while it is away, and has caught up half an hour after", () => {
    const deliveries = deliveriesOf(killed, "warehouse");
    const during = deliveries.filter(({ atMs }) => atMs > START_MS + KILLED_MS && atMs < START_MS + REVIVED_MS);
    expect(during).toEqual([]);
    const minutes = (caughtUpMs(deliveries) - START_MS - REVIVED_MS) / MINUTE_MS;
    expect(minutes).toBeGreaterThan(29);
    expect(minutes).toBeLessThan(31);
  });

  test("every record is written by both, once, and no invariant is broken", () => {
    expect(killed.counts).toMatchObject({ kinesisRecords: RECORDS, records: RECORDS, failed: 0 });
    expect(killed.written).toEqual(
      new Map([
        ["archive", { records: RECORDS, copies: RECORDS }],
        ["warehouse", { records: RECORDS, copies: RECORDS }],
      ]),
    );
    expect([...killed.violations, ...control.violations]).toEqual([]);
  });
});

function deliveriesOf(result: WorldResult, name: string): readonly Delivery[] {
  return result.deliveries.get(name)!;
}

/** When, after the outage, as much was delivered as had been put, a record a second, up to the one that is on its way. */
function caughtUpMs(deliveries: readonly Delivery[]): number {
  let delivered = 0;
  for (const { atMs, records } of deliveries) {
    delivered += records;
    const put = Math.floor((atMs - START_MS) / 1000) + 1;
    if (atMs >= START_MS + REVIVED_MS && delivered >= put - 1) return atMs;
  }
  return Infinity;
}
