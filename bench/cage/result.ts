/** What a run in the cage stores and publishes. */
import type { WireFormat } from "../../model/cost/load.ts";
import type { Machine } from "../machine.ts";
import type { Backend, Contender } from "./contender.ts";
import { type MeasuredUse, usdPerMillion } from "./cost.ts";
import type { FlatnessResult } from "./flatness.ts";
import type { Round } from "./measure.ts";
import { type ProcessorTime, processorTimeOf } from "./service-time.ts";
import { scaled, type StageTimes } from "./stages.ts";

/** One target of a run. */
export interface TargetResult {
  readonly what: string;
  /** The bound, as it is printed: `≥ 7,000`. */
  readonly target: string;
  /** What was measured, as it is printed. */
  readonly measured: string;
  readonly value: number;
  readonly met: boolean;
}

/** What came of one contender: all rounds together. */
export interface ContenderResult {
  readonly name: string;
  readonly records: number;
  readonly invocations: number;
  /** Share of invocations that failed, in percent. */
  readonly errorPercent: number;
  /** In the cage: over the clock where the kernel holds the share, else worked out from processor time. */
  readonly recordsPerSecond: number;
  readonly processorMicrosPerRecord: number;
  /** The same by stage: measured by a sampling profiler in a pass of its own, in proportion. */
  readonly stageMicrosPerRecord: StageTimes;
  /** Highest resident memory, MiB. */
  readonly peakMemoryMb: number;
  readonly wireBytesPerRecord: number;
  /** Wire bytes ÷ what one gzip −6 makes of Sluice's own rows, or lines, of the same records. */
  readonly wireToGzip: number;
  readonly requestsPerInvocation: number;
  readonly bundleBytes: number;
  /** Records/s ÷ the article's total records/s. */
  readonly timesArticle: number;
  /** Processor time ÷ the straight-line limit's; `undefined` where the limit was left out. */
  readonly toLimit?: number;
  /** Processor time ÷ Sluice's. */
  readonly toSluice: number;
  /** Processor time at full batches and at small ones, where both were measured. */
  readonly time?: ProcessorTime;
  /** US dollars for a million records of `pricedRecordBytes`, whole pipeline, storage apart; see cost.ts. */
  readonly usdPerMillion: number;
}

/** One run of the bench on one backend. */
export interface CageResult {
  readonly version: 2;
  readonly command: string;
  readonly date: string;
  readonly machine: Machine;
  /** Versions of Sluice, of what Node is made of, and of the contenders' libraries. */
  readonly versions: Readonly<Record<string, string>>;
  readonly cage: { readonly kind: string; readonly memoryMb: number; readonly processorShare: number };
  readonly backend: Backend;
  readonly input: {
    readonly source: string;
    readonly format: WireFormat;
    readonly recordBytes: number;
    /** Size of the records' texts after gzip −6, as a share. */
    readonly gzipRatio: number;
    readonly recordsPerInvocation: number;
    readonly rounds: number;
    /** Size of the records that are priced. */
    readonly pricedRecordBytes: number;
  };
  readonly contenders: readonly ContenderResult[];
  /** Names of contenders that cannot read the format. */
  readonly leftOut: readonly string[];
  /** Sluice's memory over many invocations; `undefined` if that pass was left out. */
  readonly flatness?: FlatnessResult;
  readonly targets: readonly TargetResult[];
}

/** What was measured of one contender. */
export interface Measured {
  readonly contender: Contender;
  readonly bundleBytes: number;
  /** Full batches. */
  readonly rounds: readonly Round[];
  /** Batches of about 100 records; empty where they were not measured. */
  readonly smallRounds: readonly Round[];
  readonly stages: StageTimes;
  readonly peakMb: number;
}

/** What is the same for all contenders of a run. */
export interface RunFacts {
  readonly backend: Backend;
  readonly format: WireFormat;
  readonly memoryMb: number;
  readonly kind: string;
  readonly share: number;
  readonly recordBytes: number;
  readonly pricedRecordBytes: number;
}

/** Total records/s of the article's functions, the better of two for BigQuery. */
export const ARTICLE = { archive: 691.11, warehouse: 608.63 } as const;

/** Sums up the contenders; Sluice is the first of them, `limit` the straight-line limit if it ran. */
export function contenderResults(
  all: readonly Measured[],
  limit: Measured | undefined,
  facts: RunFacts,
): ContenderResult[] {
  const [sluice] = all;
  const gzipPerRecord = gzipBytesPerRecord(sluice!);
  return all.map((each) => {
    const { contender, rounds } = each;
    const records = sum(rounds, "records");
    const invocations = sum(rounds, "invocations");
    const micros = microsPerRecord(each);
    const seconds =
      facts.kind === "accounting" ? sum(rounds, "processorMicros") / 1e6 / facts.share : sum(rounds, "wallSeconds");
    const recordsPerSecond = records / seconds;
    const wireBytesPerRecord = sum(rounds, "wireBytes") / records;
    const time = timeOf(each);
    const use: MeasuredUse = {
      ...{ backend: facts.backend, rowIngest: contender.rowIngest, memoryMb: facts.memoryMb },
      ...{ time: time ?? { cpuMicrosPerRecord: micros, cpuMsPerInvocation: 0 } },
      ...{ recordBytes: facts.recordBytes, wireBytesPerRecord },
    };
    return {
      name: contender.name,
      records,
      invocations,
      errorPercent: (100 * sum(rounds, "failed")) / invocations,
      recordsPerSecond,
      processorMicrosPerRecord: micros,
      stageMicrosPerRecord: scaled(each.stages, micros),
      peakMemoryMb: each.peakMb,
      wireBytesPerRecord,
      wireToGzip: wireBytesPerRecord / gzipPerRecord,
      requestsPerInvocation: sum(rounds, "requests") / invocations,
      bundleBytes: each.bundleBytes,
      timesArticle: recordsPerSecond / ARTICLE[facts.backend],
      ...(limit === undefined ? {} : { toLimit: micros / microsPerRecord(limit) }),
      toSluice: micros / microsPerRecord(sluice!),
      ...(time === undefined ? {} : { time }),
      usdPerMillion: usdPerMillion(use, facts.format, facts.pricedRecordBytes),
    };
  });
}

/** Processor time from both batch sizes; `undefined` where only one was measured. */
function timeOf({ rounds, smallRounds }: Measured): ProcessorTime | undefined {
  if (smallRounds.length === 0) return undefined;
  const point = (of: readonly Round[]): { records: number; micros: number } => ({
    records: sum(of, "records") / sum(of, "invocations"),
    micros: sum(of, "processorMicros") / sum(of, "invocations"),
  });
  return processorTimeOf(point(smallRounds), point(rounds));
}

/** From the round in which it was asked for. */
function gzipBytesPerRecord({ rounds }: Measured): number {
  const asked = rounds.filter(({ gzipBytes }) => gzipBytes !== undefined);
  return asked.reduce((all, { gzipBytes }) => all + gzipBytes!, 0) / sum(asked, "records");
}

function microsPerRecord({ rounds }: Measured): number {
  return sum(rounds, "processorMicros") / sum(rounds, "records");
}

type Summable = "records" | "invocations" | "failed" | "wallSeconds" | "processorMicros" | "wireBytes" | "requests";

function sum(rounds: readonly Round[], what: Summable): number {
  return rounds.reduce((total, round) => total + round[what], 0);
}
