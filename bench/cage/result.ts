import type { Machine } from "../machine.ts";
import type { Backend } from "./contender.ts";
import type { Entrant, Round } from "./measure.ts";

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
  /** Highest resident memory, MiB. */
  readonly peakMemoryMb: number;
  readonly wireBytesPerRecord: number;
  readonly requestsPerInvocation: number;
  readonly bundleBytes: number;
}

/** One run of the bench on one backend. */
export interface CageResult {
  readonly version: 1;
  readonly command: string;
  readonly machine: Machine;
  readonly cage: { readonly kind: string; readonly memoryMb: number; readonly processorShare: number };
  readonly backend: Backend;
  readonly input: {
    readonly recordBytes: number;
    /** Size of the records' texts after gzip −6, as a share. */
    readonly gzipRatio: number;
    readonly recordsPerInvocation: number;
    readonly rounds: number;
  };
  readonly contenders: readonly ContenderResult[];
}

/** Sums up a contender's rounds. */
export function resultOf({ contender, rounds, bundleBytes, function: caged }: Entrant): ContenderResult {
  const sum = (value: (round: Round) => number): number => rounds.reduce((total, round) => total + value(round), 0);
  const records = sum((round) => round.records);
  const invocations = sum((round) => round.invocations);
  const processorMicros = sum((round) => round.processorMicros);
  const { kind, share } = caged.cage;
  const seconds = kind === "accounting" ? processorMicros / 1e6 / share : sum((round) => round.wallSeconds);
  return {
    name: contender.name,
    records,
    invocations,
    errorPercent: (100 * sum((round) => round.failed)) / invocations,
    recordsPerSecond: records / seconds,
    processorMicrosPerRecord: processorMicros / records,
    peakMemoryMb: caged.peakMb,
    wireBytesPerRecord: sum((round) => round.wireBytes) / records,
    requestsPerInvocation: sum((round) => round.requests) / invocations,
    bundleBytes,
  };
}
