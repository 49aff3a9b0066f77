import type { Clock } from "../../contract/clock.ts";
import { StreamModel } from "../../model/stream/stream-model.ts";
import type { RecordStores } from "../../model/stream/types.ts";
import { SimulatedS3 } from "../cloud/s3.ts";
import { VirtualClock } from "../clock.ts";
import { Draws } from "../draws.ts";
import { StoredObjects } from "../invariants/stored-objects.ts";
import { Trace } from "../trace.ts";
import { PieceMaker } from "../workload/pieces.ts";
import { Producer } from "../workload/producer.ts";
import { Backend } from "./backend.ts";
import type { Delivery } from "./deliveries.ts";
import { Ledger } from "./ledger.ts";
import { reshard } from "./reshard.ts";
import { plannedEndMs, type WorldSpec } from "./spec.ts";
import { Truth } from "./truth.ts";
import { type Violation, Violations } from "./violations.ts";

/** After the last fault and the last put everything must be done within this time beside the tolerated outage, in milliseconds. */
const DRAIN_MS = 3_600_000;
/** A run that has no end in virtual time is stopped after so many timers. */
const MAX_TIMERS = 2_000_000;
const DONE_CHECK_MS = 500;

/** What a run has shown. */
export interface WorldResult {
  /** Of everything that happened, in order. */
  readonly digest: string;
  readonly violations: readonly Violation[];
  /** All of them, with those that are not kept. */
  readonly violationCount: number;
  /** By name of the backend. */
  readonly deliveries: ReadonlyMap<string, readonly Delivery[]>;
  /** Log records that each backend has written, and the copies that it made of them. */
  readonly written: ReadonlyMap<string, { readonly records: number; readonly copies: number }>;
  readonly counts: RunCounts;
}

/** What a world may be given in the place of its own. */
export interface WorldParts {
  /** Where the stream keeps its records. */
  readonly stores?: RecordStores;
  /** Makes a payload's base64, where that need not be done each time. */
  readonly base64?: (data: Uint8Array) => string;
  /** What puts records on it; `spec.load` is for its own producer. */
  readonly producer?: (world: PutWorld) => { start(): void; readonly done: boolean };
}

/** What a producer works on. */
export interface PutWorld {
  readonly clock: Clock;
  readonly stream: StreamModel;
  readonly truth: Truth;
}

export interface RunCounts {
  /** Kinesis records, and log records in them. */
  readonly kinesisRecords: number;
  readonly records: number;
  readonly invocations: number;
  readonly faults: number;
  /** Log records that were given up or dropped, over all backends. */
  readonly failed: number;
  /** Length of the run, in milliseconds. */
  readonly elapsedMs: number;
}

/**
 * Stream, mappings, consumers and clouds of one run, on a virtual clock: everything real but the services at the ends.
 *
 *     const result = await runWorld(spec);
 *     result.violations;                  // empty, or the spec has found a defect
 *     result.deliveries.get("archive");   // what was done when
 */
export async function runWorld(
  spec: WorldSpec,
  trace: Trace = new Trace(),
  parts: WorldParts = {},
): Promise<WorldResult> {
  const clock = new VirtualClock(spec.startMs);
  const violations = new Violations();
  const truth = new Truth();
  const stream = new StreamModel({
    name: "player-log",
    shardCount: spec.shards,
    createdAtMs: spec.startMs,
    stores: parts.stores,
  });
  const objects = new StoredObjects();
  const s3 = new SimulatedS3(clock, (object) => {
    trace.note(clock.now(), "s3", `${object.bucket}/${object.key}`);
    objects.take(object);
  });
  const backends = spec.backends.map((each) => {
    const { generation } = spec;
    const judges = each.kind === "warehouse";
    const now = () => clock.now();
    const ledger = new Ledger({ backend: each.name, judges, truth, generation, violations, now });
    return new Backend(each, { spec, clock, stream, s3, trace, base64: parts.base64 }, ledger);
  });
  for (const { rules } of backends) objects.check(rules);

  const put = { clock, stream, truth };
  const producer = parts.producer?.(put) ?? ownProducer(spec, put, trace);
  const reshardDraws = new Draws(spec.seed, "reshard");
  for (const { atMs, kind } of spec.reshards) clock.after(atMs, () => reshard(stream, kind, reshardDraws, clock.now()));
  for (const backend of backends) backend.start();
  producer.start();

  const planned = spec.startMs + plannedEndMs(spec);
  const tolerated = Math.max(...spec.backends.map(({ toleratedOutageSeconds }) => toleratedOutageSeconds * 1000));
  let checkedMs = -Infinity;
  const done = (): boolean => {
    if (clock.fired > MAX_TIMERS) return true;
    if (clock.now() < planned || clock.now() - checkedMs < DONE_CHECK_MS) return false;
    checkedMs = clock.now();
    return producer.done && backends.every(({ idle }) => idle);
  };
  const ended = (await clock.run(done, planned + tolerated + DRAIN_MS)) && clock.fired <= MAX_TIMERS;
  for (const backend of backends) {
    if (!ended) backend.ledger.violate("end", `${clock.fired} timers, ${JSON.stringify(backend.driver.lag())}`);
    backend.driver.stop();
    checkEnd(backend);
  }
  return {
    digest: trace.digest(),
    violations: violations.kept,
    violationCount: violations.count,
    deliveries: new Map(backends.map(({ spec: { name }, deliveries }) => [name, deliveries])),
    written: new Map(backends.map(({ spec: { name }, ledger }) => [name, writtenOf(ledger)])),
    counts: {
      kinesisRecords: truth.records.length,
      records: truth.records.reduce((sum, { payload }) => sum + payload.pieces.length, 0),
      invocations: backends.reduce((sum, { invocations }) => sum + invocations, 0),
      faults: backends.reduce((sum, { faults }) => sum + faults.hits, 0),
      failed: backends.reduce((sum, { failed }) => sum + failed, 0),
      elapsedMs: clock.now() - spec.startMs,
    },
  };
}

function ownProducer(spec: WorldSpec, put: PutWorld, trace: Trace): Producer {
  const draws = new Draws(spec.seed, "load");
  return new Producer({ ...put, draws, trace, load: spec.load, maker: new PieceMaker(draws, spec.load.pieces) });
}

function writtenOf(ledger: Ledger): { records: number; copies: number } {
  const written = { records: 0, copies: 0 };
  for (const record of ledger.truth.records) {
    for (let position = 0; position < record.payload.pieces.length; position++) {
      const copies = ledger.copies(record, position, "written");
      written.records += Math.min(1, copies);
      written.copies += copies;
    }
  }
  return written;
}

/** At the end every record is done, and every piece of it is somewhere. */
function checkEnd({ ledger, order }: Backend): void {
  for (const record of ledger.truth.records) {
    const id = `${record.shard}:${record.sequenceNumber}`;
    if (!order.isDone(record)) ledger.violate("order", `${id} was never done`);
    const missing = ledger.firstMissing(record);
    if (missing >= 0 && !ledger.dropped.has(record.sequenceNumber)) ledger.violate("lost", `${id}:${missing}`);
  }
}
