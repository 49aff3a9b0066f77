/** How often a backend's slowest answers alone break an objective over a trace: tails that no shard shortens. Pure. */
import { GZIP_RATIO, latencyOf } from "../assumptions.ts";
import { processorShare, recordsPerEvent } from "../cost/batches.ts";
import { streamTraffic } from "../cost/load.ts";
import { keyShares } from "../flow/keys.ts";
import type { BackendSettings } from "./design.ts";
import { judgedStretch } from "./outcome.ts";
import { type Problem, type TunedBackend, flowConsumer } from "./problem.ts";

/** Quantile of the standard normal distribution at 99 %. */
const Z99 = 2.3263478740408408;
/** Seconds by which a batch's oldest record may be younger than its window: arrivals come by the second. */
const TICK_SECONDS = 1;
/** Seconds that a batch takes beyond its window at most, in the mean: service, poll and tick. */
const CYCLE_SECONDS = 3;
/** From so many expected misses on a run without one is a chance of less than 1 in 100,000. */
const SURE_MISSES = 12;

/**
 * Invocations over the judged minutes of which a single answer of S3 or BigQuery is expected to be later than the objective leaves time for:
 * after the window, less a second, and the batch's work. An estimate from below: lanes count as the one with the fewest records.
 */
export function expectedMisses(
  problem: Problem,
  backend: TunedBackend,
  settings: BackendSettings,
  shards: number,
): number {
  const { demand, objective } = problem;
  const { service, sink, batchSize } = flowConsumer(backend, settings, shards);
  const lanes = lanesOf(problem, settings, shards);
  const { medianMs, p99Ms } = latencyOf(sink.kind, sink.latency.medianMs);
  if (medianMs <= 0) return 0;
  const load = { recordBytes: demand.recordBytes, format: demand.trace.wireFormat, gzipRatio: GZIP_RATIO, hours: 1 };
  const size = service.fixedShare + ((1 - service.fixedShare) * demand.recordBytes) / 1024;
  const stretch = judgedStretch(problem, shards);
  let misses = 0;
  for (let minute = stretch.from; minute < stretch.to; minute++) {
    const recordsPerSecond = demand.perSecond[minute]! * objective.headroom;
    if (recordsPerSecond === 0) continue;
    const traffic = streamTraffic({ ...load, recordsPerSecond }, shards);
    const most = Math.min(batchSize, recordsPerEvent(traffic)) * traffic.logRecords;
    const gathered = settings.batchWindowSeconds + CYCLE_SECONDS;
    // Batches that are cut for their size go before their window's end: nothing is said of them.
    if (recordsPerSecond * lanes.most * gathered > most) continue;
    const records = recordsPerSecond * lanes.fewest * settings.batchWindowSeconds;
    const workMs = (records * size * service.cpuMicrosPerRecord) / 1000 / processorShare(settings.memoryMb);
    const leftMs = 1000 * (objective.maxAgeSeconds - settings.batchWindowSeconds + TICK_SECONDS) - workMs;
    const between = gathered + traffic.logRecords / Math.max(Number.MIN_VALUE, recordsPerSecond * lanes.fewest);
    misses += (60 / between) * lanes.count * chanceAbove(leftMs, medianMs, p99Ms);
  }
  return misses;
}

/** Whether a run without such a miss is out of the question. */
export function mustMiss(problem: Problem, backend: TunedBackend, settings: BackendSettings, shards: number): boolean {
  return expectedMisses(problem, backend, settings, shards) >= SURE_MISSES;
}

/** How many lanes there are, and which part of all records the fullest and the emptiest of them have. */
function lanesOf({ demand }: Problem, { parallelizationFactor }: BackendSettings, shards: number) {
  const perShard = demand.trace.wireFormat === "plain" ? parallelizationFactor : 1;
  const shares = keyShares({ keys: demand.keys, format: demand.trace.wireFormat }, shards);
  let [most, fewest] = [0, 1];
  for (const [shard, share] of shares.byShard.entries()) {
    for (const part of shares.byLane(shard, perShard)) {
      most = Math.max(most, share * part);
      fewest = Math.min(fewest, share * part);
    }
  }
  return { count: shards * perShard, most, fewest };
}

/** Chance that a log-normal wait is longer. */
function chanceAbove(ms: number, medianMs: number, p99Ms: number): number {
  if (ms <= 0) return 1;
  return normalTail((Math.log(ms / medianMs) * Z99) / Math.log(p99Ms / medianMs));
}

/** Upper tail of the standard normal distribution. Abramowitz and Stegun, Handbook of Mathematical Functions, 26.2.17: error below 7.5e-8. */
function normalTail(z: number): number {
  if (z < 0) return 1 - normalTail(-z);
  const t = 1 / (1 + 0.2316419 * z);
  const series = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * series;
}
