/** What the bench stores and publishes. */

/** Milliseconds from a record's arrival on the stream until the invocation that archived it was answered. */
export interface DelayMs {
  readonly median: number;
  readonly p99: number;
  readonly max: number;
}

/** One span of a phase. */
export interface SpanResult {
  /** What the stream took: the producer shares the machine with everything else. */
  readonly arrivedPerSecond: number;
  readonly archivePerSecond: number;
  readonly warehousePerSecond: number;
  readonly archiveDelayMs: DelayMs;
}

/** The same spans in both phases; nothing is killed in the control. */
export interface PhaseResult {
  readonly outage: SpanResult;
  readonly catchUp: SpanResult;
}

/** Control and kill on one local cloud. */
export interface PairResult {
  readonly reads: "fan-out" | "plain";
  readonly control: PhaseResult;
  readonly kill: PhaseResult;
  /** Records that the killed backend wrote meanwhile: 0, or it was not dead. */
  readonly writtenWhileDead: number;
  /** From the start of the killed server until its backend had all. */
  readonly caughtUpSeconds: number;
  readonly audit: Readonly<
    Record<
      string,
      {
        readonly accepted: number;
        readonly written: number;
        readonly quarantined: number;
        readonly pending: number;
        readonly missing: number;
        readonly duplicates: number;
        readonly holds: boolean;
      }
    >
  >;
}

/** One line of the model's table: what a neighbour's catch-up costs on one shard, by reads alone. */
export interface ModelResult {
  readonly reads: "fan-out" | "plain";
  /** Share of the shard's write limit, 0–1. */
  readonly load: number;
  /** Virtual minutes until the killed backend had caught up; `undefined` if not within the limit. */
  readonly catchUpMinutes: number | undefined;
  /** The other backend's delay before the outage, and while the killed one catches up. */
  readonly quiet: DelayMs;
  readonly catchUp: DelayMs;
}

export interface IsolationResult {
  readonly version: 1;
  readonly command: string;
  readonly machine: {
    readonly node: string;
    readonly processor: string;
    readonly cores: number;
    readonly platform: string;
  };
  readonly recordsPerSecond: number;
  readonly outageSeconds: number;
  readonly catchUpSeconds: number;
  readonly pairs: readonly PairResult[];
  readonly model: {
    readonly outageMinutes: number;
    readonly limitMinutes: number;
    readonly rows: readonly ModelResult[];
  };
}

/** The spans in words. */
export const SPAN_NAMES = { outage: "outage", catchUp: "catch-up" } as const;

/** Least share of the control's rate that a neighbour with fan-out of its own must keep. */
const GOAL = 0.99;

/** Share of the control's rate that the archive kept in a span, each rate as a share of what arrived in its span. */
export function kept(pair: PairResult, span: keyof PhaseResult): number {
  const [control, kill] = [pair.control[span], pair.kill[span]];
  return kill.archivePerSecond / kill.arrivedPerSecond / (control.archivePerSecond / control.arrivedPerSecond);
}

/** What of a result breaks the claim, a sentence each; none if it holds. Plain reads are measured, not judged by the goal. */
export function brokenClaims({ pairs }: IsolationResult): string[] {
  const broken: string[] = [];
  for (const pair of pairs) {
    for (const [backend, { holds, missing, pending, quarantined, duplicates }] of Object.entries(pair.audit)) {
      if (holds && missing + pending + quarantined + duplicates === 0) continue;
      broken.push(
        `${pair.reads}: the audit of ${backend} does not hold: ${missing} missing, ${pending} pending, ` +
          `${quarantined} quarantined, ${duplicates} duplicates`,
      );
    }
    if (pair.writtenWhileDead > 0) {
      broken.push(`${pair.reads}: the killed backend wrote ${pair.writtenWhileDead} records while it was dead`);
    }
    if (pair.reads === "plain") continue;
    for (const span of ["outage", "catchUp"] as const) {
      const share = kept(pair, span);
      if (share < GOAL) {
        broken.push(
          `${pair.reads}: the archive kept ${(share * 100).toFixed(1)} % of its rate in the ${SPAN_NAMES[span]}`,
        );
      }
    }
  }
  return broken;
}
