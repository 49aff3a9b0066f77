/** One measurement: a phase in which nothing happens, then one with the same input in which the warehouse is killed. */
import type { AuditResult } from "../../cli/audit/ledger.ts";
import { sleep, systemClock } from "../../contract/clock.ts";
import { deliveredPerSecond, delays, percentile, type Span } from "./delivery.ts";
import type { DelayMs, PairResult, PhaseResult, SpanResult } from "./result.ts";
import { type Reads, Stage } from "./stage.ts";

export interface PairOptions {
  readonly recordsPerSecond: number;
  readonly outageSeconds: number;
  readonly catchUpSeconds: number;
  readonly seed: number;
}

/** Sent before a span begins and after it ends, so that its edges are like its middle. */
const LEAD_MS = 2000;
const TAIL_MS = 1000;
/** Enough for cold starts and first connections. */
const WARM_UP_SECONDS = 2;
/** What was written and not yet answered when the server was killed may still be counted for so long. */
const DYING_MS = 500;

/** The spans of a phase, by the machine's clock, and when the killed backend had caught up again. */
interface Phase {
  readonly outage: Span;
  readonly catchUp: Span;
  readonly caughtUpMs: number;
}

export async function measurePair(reads: Reads, options: PairOptions): Promise<PairResult> {
  const stage = await Stage.open(reads);
  try {
    const warmUp = { seed: options.seed, records: WARM_UP_SECONDS * options.recordsPerSecond };
    await stage.send(warmUp, options.recordsPerSecond);
    await stage.idle();
    const control = await phase(stage, options, false);
    const kill = await phase(stage, options, true);
    const arrivals = stage.arrivals();
    const dead = { fromMs: kill.outage.fromMs + DYING_MS, toMs: kill.outage.toMs };
    return {
      reads,
      control: phaseResult(stage, control, arrivals),
      kill: phaseResult(stage, kill, arrivals),
      writtenWhileDead: written(stage, dead),
      caughtUpSeconds: (kill.caughtUpMs - kill.outage.toMs) / 1000,
      audit: summaries(await stage.audit()),
    };
  } finally {
    await stage.close();
  }
}

async function phase(stage: Stage, options: PairOptions, kill: boolean): Promise<Phase> {
  const { recordsPerSecond, outageSeconds, catchUpSeconds, seed } = options;
  const totalMs = LEAD_MS + (outageSeconds + catchUpSeconds) * 1000 + TAIL_MS;
  const sent = stage.send({ seed, records: Math.round((totalMs / 1000) * recordsPerSecond) }, recordsPerSecond);
  await sleep(systemClock, LEAD_MS);
  if (kill) await stage.killWarehouse();
  const fromMs = systemClock.now();
  await sleep(systemClock, outageSeconds * 1000);
  if (kill) await stage.reviveWarehouse();
  const betweenMs = systemClock.now();
  const caughtUp = stage.idle("warehouse").then(() => systemClock.now());
  await sleep(systemClock, catchUpSeconds * 1000);
  const toMs = systemClock.now();
  await sent;
  const caughtUpMs = await caughtUp;
  await stage.idle();
  return { outage: { fromMs, toMs: betweenMs }, catchUp: { fromMs: betweenMs, toMs }, caughtUpMs };
}

function phaseResult(stage: Stage, { outage, catchUp }: Phase, arrivals: readonly number[]): PhaseResult {
  const spanResult = (span: Span): SpanResult => ({
    arrivedPerSecond: (countIn(arrivals, span) / (span.toMs - span.fromMs)) * 1000,
    archivePerSecond: deliveredPerSecond(stage.delivered("archive"), span),
    warehousePerSecond: (written(stage, span) / (span.toMs - span.fromMs)) * 1000,
    archiveDelayMs: delaySummary(delays(arrivals, stage.delivered("archive"), span)),
  });
  return { outage: spanResult(outage), catchUp: spanResult(catchUp) };
}

/** Records that the warehouse wrote in a span. No line is drawn between its batches: there is one outage in between. */
function written(stage: Stage, { fromMs, toMs }: Span): number {
  const deliveries = stage.delivered("warehouse").filter(({ atMs }) => atMs >= fromMs && atMs < toMs);
  return deliveries.reduce((sum, { records }) => sum + records, 0);
}

function countIn(arrivals: readonly number[], { fromMs, toMs }: Span): number {
  return arrivals.filter((atMs) => atMs >= fromMs && atMs < toMs).length;
}

function delaySummary(waited: readonly number[]): DelayMs {
  return { median: percentile(waited, 0.5), p99: percentile(waited, 0.99), max: percentile(waited, 1) };
}

function summaries(audit: Readonly<Record<string, AuditResult>>): PairResult["audit"] {
  return Object.fromEntries(
    Object.entries(audit).map(([backend, { accepted, written, quarantined, pending, missing, duplicates, holds }]) => [
      backend,
      { accepted, written, quarantined, pending, missing, duplicates, holds },
    ]),
  );
}
