/** What needs no simulation: loads that a shard or a lane cannot carry, whatever the order of events. Pure. */
import { SHARD_READ_BYTES_PER_SECOND } from "../../contract/limits.ts";
import { GZIP_RATIO } from "../assumptions.ts";
import { concurrencyNeed } from "../capacity.ts";
import { processorShare, recordsPerEvent } from "../cost/batches.ts";
import { fullShardRate, streamTraffic } from "../cost/load.ts";
import { keyShares } from "../flow/keys.ts";
import type { Demand } from "./demand.ts";
import type { BackendSettings, Design } from "./design.ts";
import { type Problem, type TunedBackend, flowConsumer } from "./problem.ts";

/** A bound is taken as broken only beyond this: it must never refuse what the simulation would let pass. */
const SLACK = 1.05;

/** Share of the records that the shard with the most gets. */
export function hottestShardShare({ trace, keys }: Demand, shards: number): number {
  return Math.max(...keyShares({ keys, format: trace.wireFormat }, shards).byShard);
}

/** Fewest shards that a load of the trace times `factor` needs if it were spread evenly. */
export function fewestShards({ peakPerSecond, shardRate }: Demand, factor: number): number {
  return Math.max(1, Math.ceil((peakPerSecond * factor) / shardRate - 1e-9));
}

/** Whether so many shards cannot take the busiest minute: the part of its hottest shard is above the write limit. */
export function writesTooMuch(demand: Demand, shards: number, factor: number): boolean {
  const hottest = demand.peakPerSecond * factor * hottestShardShare(demand, shards);
  return hottest > demand.shardRate * SLACK;
}

/** Log records a second that one lane of a backend works on at most, with full batches. */
export function laneRate(problem: Problem, backend: TunedBackend, settings: BackendSettings, shards: number): number {
  const { demand, objective } = problem;
  const { service, sink, batchSize } = flowConsumer(backend, settings, shards);
  const recordsPerSecond = demand.peakPerSecond * objective.headroom;
  const { recordBytes } = demand;
  const load = { recordsPerSecond, recordBytes, format: demand.trace.wireFormat, gzipRatio: GZIP_RATIO, hours: 1 };
  const traffic = streamTraffic(load, shards);
  const records = Math.min(batchSize, recordsPerEvent(traffic)) * traffic.logRecords;
  const size = service.fixedShare + ((1 - service.fixedShare) * recordBytes) / 1024;
  const cpuMs = service.cpuMsPerInvocation + (records * size * service.cpuMicrosPerRecord) / 1000;
  return (1000 * records) / (cpuMs / processorShare(settings.memoryMb) + sink.latency.medianMs);
}

/** Log records a second that one backend reads of a shard at most, alone. */
export function shardReadRate(demand: Demand): number {
  const load = { recordBytes: demand.recordBytes, format: demand.trace.wireFormat, gzipRatio: GZIP_RATIO, hours: 1 };
  const { recordBytes, partitionKeyBytes, logRecords } = streamTraffic(
    { ...load, recordsPerSecond: fullShardRate(load) },
    1,
  );
  return (logRecords * SHARD_READ_BYTES_PER_SECOND) / (recordBytes + partitionKeyBytes);
}

/**
 * Whether a backend must miss the objective: its window alone is as long, or its busiest lane or shard, as a fluid with full
 * batches all the time, builds up more than it works off within the objective's time.
 */
export function mustFallBehind(
  problem: Problem,
  backend: TunedBackend,
  settings: BackendSettings,
  shards: number,
): boolean {
  const { demand, objective } = problem;
  if (settings.batchWindowSeconds >= objective.maxAgeSeconds) return true;
  const shares = keyShares({ keys: demand.keys, format: demand.trace.wireFormat }, shards);
  const shard = Math.max(...shares.byShard);
  let lane = 0;
  for (const [index, share] of shares.byShard.entries()) {
    lane = Math.max(lane, share * Math.max(...shares.byLane(index, settings.parallelizationFactor)));
  }
  const worked = laneRate(problem, backend, settings, shards);
  return builds(problem, lane, worked) || builds(problem, shard, shardReadRate(demand));
}

function builds({ demand, objective }: Problem, share: number, rate: number): boolean {
  let backlog = 0;
  for (const perSecond of demand.perSecond) {
    backlog = Math.max(0, backlog + 60 * (perSecond * objective.headroom * share - rate * SLACK));
    if (backlog > rate * SLACK * objective.maxAgeSeconds) return true;
  }
  return false;
}

/** Whether the account does not allow as many executions as the lanes of a design can ask for. */
export function concurrencyTooSmall({ stack }: Problem, { shards, backends }: Design): boolean {
  const claims = stack.backends.map(({ priced: { name }, reservedConcurrency }) => ({
    parallelizationFactor: backends[name]!.parallelizationFactor,
    reservedConcurrency:
      reservedConcurrency === undefined
        ? undefined
        : Math.max(reservedConcurrency, shards * backends[name]!.parallelizationFactor),
  }));
  return concurrencyNeed(shards, claims).accountLimit > stack.accountConcurrency;
}
