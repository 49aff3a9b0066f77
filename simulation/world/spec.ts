import type { Outage, Period, RequestFaults } from "../cloud/faults.ts";
import { NO_REQUEST_FAULTS } from "../cloud/faults.ts";
import type { TableRefusal } from "../cloud/storage-write.ts";
import type { Accidents } from "../lambda/environment.ts";
import type { InvocationFaults } from "../lambda/function.ts";
import { NO_INVOCATION_FAULTS } from "../lambda/function.ts";
import type { PieceSpec } from "../workload/pieces.ts";

/** Everything that a backend meets. Times are milliseconds from the start of the run. */
export interface BackendFaults {
  /** The archive's bucket, or Storage Write, is away. */
  readonly outages: readonly Outage[];
  /** Google's token exchange is away. */
  readonly tokenOutages: readonly Outage[];
  /** At these times every token that was given is revoked. */
  readonly revocations: readonly number[];
  readonly refusals: readonly TableRefusal[];
  readonly requests: RequestFaults;
  readonly invocations: InvocationFaults;
  /** Accidents of the first invocations, in their order. */
  readonly accidents: readonly Accidents[];
}

export const NO_FAULTS: BackendFaults = {
  outages: [],
  tokenOutages: [],
  revocations: [],
  refusals: [],
  requests: NO_REQUEST_FAULTS,
  invocations: NO_INVOCATION_FAULTS,
  accidents: [],
};

/** What of a mapping's settings is varied; the rest is as the Pulumi program declares it. */
export interface MappingSpec {
  readonly batchSize: number;
  readonly windowSeconds: number;
  readonly parallelization: number;
}

/** A change of the mapping while it runs: other settings, or a pause until the next change. */
export interface MappingChange extends Partial<MappingSpec> {
  readonly atMs: number;
  readonly enabled: boolean;
}

/** One consumer of the stream, with its faults. */
export interface BackendSpec {
  /** Also the name in its keys. */
  readonly name: string;
  readonly kind: "archive" | "warehouse";
  readonly fanOut: boolean;
  readonly mapping: MappingSpec;
  readonly changes: readonly MappingChange[];
  readonly timeoutSeconds: number;
  /** Sizes the number of attempts (DESIGN 3.6). */
  readonly toleratedOutageSeconds: number;
  readonly maximumRecordAgeSeconds: number;
  /** Nothing in this run entitles Lambda to give a batch up: outages shorter than the tolerated one, and no lost attempts. */
  readonly survivable: boolean;
  /** The consumer takes only so much of a batch as its memory holds, and leaves the rest for the next invocation. */
  readonly littleMemory: boolean;
  readonly faults: BackendFaults;
}

/** A change of the stream's shards. */
export interface Reshard {
  readonly atMs: number;
  readonly kind: "double" | "halve" | "split" | "merge";
}

/** What is put on the stream. */
export interface LoadSpec {
  readonly records: number;
  /** The puts are spread over so long, in bursts. */
  readonly overMs: number;
  readonly partitionKeys: number;
  readonly pieces: PieceSpec;
  /** The stream's clock jumps up to so far back and forth, in milliseconds: arrival times are not monotonic. */
  readonly arrivalJitterMs: number;
}

/** A whole run: the same spec gives the same run, to the last event. */
export interface WorldSpec {
  readonly seed: number;
  /** Milliseconds since the epoch. */
  readonly startMs: number;
  readonly generation: string;
  readonly shards: number;
  readonly load: LoadSpec;
  readonly reshards: readonly Reshard[];
  /** Unavailability of the dead-letter bucket, for backends and Lambda alike. */
  readonly deadLetterOutages: readonly Outage[];
  readonly backends: readonly BackendSpec[];
  /** From here on there are no faults but the periods above. */
  readonly faultsEndMs: number;
}

/** The last moment of a run at which anything is planned, in milliseconds from its start. */
export function plannedEndMs(spec: WorldSpec): number {
  const ends = [
    spec.load.overMs,
    spec.faultsEndMs,
    ...spec.reshards.map(({ atMs }) => atMs),
    ...periods(spec.deadLetterOutages),
  ];
  for (const { faults, changes } of spec.backends) {
    ends.push(...periods(faults.outages), ...periods(faults.tokenOutages), ...periods(faults.refusals));
    ends.push(...faults.revocations, ...changes.map(({ atMs }) => atMs));
  }
  return Math.max(...ends);
}

/** Calls of the function that an outage may use up: DESIGN 3.6. */
export function retryAttempts({ toleratedOutageSeconds, timeoutSeconds }: BackendSpec): number {
  return Math.ceil(toleratedOutageSeconds / timeoutSeconds);
}

function periods(of: readonly Period[]): number[] {
  return of.map(({ toMs }) => toMs);
}
