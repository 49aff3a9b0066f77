/** What the growth bench stores and publishes. Rates are log records a second unless said otherwise. */
import type { WireFormat } from "../../model/cost/load.ts";
import type { Assumptions, ScaleBackend } from "./assumptions.ts";
import type { UsdPerMillion } from "./price.ts";

/** A number for each backend. */
export type PerBackend = Readonly<Record<ScaleBackend, number>>;

/** One stream and parallelization factor, records of 1 KB, plain, fan-out. */
export interface ShardsRow {
  readonly shards: number;
  readonly parallelization: number;
  /** What the shards take. */
  readonly writeLimit: number;
  /** What each backend delivers from a backlog while as much arrives as the shards take. */
  readonly saturated: PerBackend;
  /** What its functions would deliver if shards had no limits. */
  readonly lanes: PerBackend;
  /** Oldest record, in seconds, in and after a burst of ten times the load, which is twice what the shards take. */
  readonly burstAgeSeconds: PerBackend;
  /** Longest that a record of the burst waited in its producer, in seconds. */
  readonly burstProducerSeconds: number;
  /** At 95 % of what the shards take: most executions at once, requests a second to each backend's service. */
  readonly executions: PerBackend;
  readonly requestsPerSecond: PerBackend;
  /** Connections to BigQuery with every lane busy. */
  readonly connections: number;
  /** US dollars for a million records at that load, storage apart. */
  readonly usdPerMillion: UsdPerMillion;
}

/** A stream of four shards: one size of record and format. */
export interface RecordsRow {
  readonly recordBytes: number;
  readonly format: WireFormat;
  /** Per shard. */
  readonly writeLimit: number;
  /** Per shard, from a backlog, by parallelization factor 1 and 10. */
  readonly saturated: readonly { readonly parallelization: number; readonly rates: PerBackend }[];
  /** What bounds the warehouse at factor 1: the shard's reads, its lane, or both by turns, since no more than a batch is read ahead. */
  readonly bound: "shard reads" | "lane" | "both by turns";
  /** Log records in a full event of a backlog, factor 1. */
  readonly recordsPerInvocation: number;
  /** US dollars for a million records at 95 % of what the shards take, storage apart; factor 1. */
  readonly usdPerMillion: UsdPerMillion;
}

/** One shard; one backend was away for an hour. */
export interface CatchUpRow {
  readonly reads: "fan-out" | "plain";
  readonly format: WireFormat;
  readonly memoryMb: number;
  /** Share of what the shard takes, 0–1. */
  readonly load: number;
  readonly recordsPerSecond: number;
  /** Hours until no record is delivered older than `QUIET_SECONDS`; `undefined` if not within the limit. */
  readonly hours: number | undefined;
  /** Oldest record that the other backend delivered meanwhile, in seconds. */
  readonly otherAgeSeconds: number;
}

/** One load and format, shards at 80 % of what they take and one lane works, no quota held. */
export interface GrowthRow {
  readonly recordsPerSecond: number;
  readonly format: WireFormat;
  readonly shards: number;
  /** Executions of both functions at once: the most, and in the mean. */
  readonly executions: number;
  readonly meanExecutions: number;
  /** Executions of both functions with every lane busy, as after an outage. */
  readonly allLanes: number;
  /** Connections to BigQuery, most at once. */
  readonly connections: number;
  /** Bytes of rows a second, before compression. */
  readonly rowBytesPerSecond: number;
  readonly putsPerSecond: number;
  readonly appendsPerSecond: number;
  readonly ageSeconds: PerBackend;
  readonly usdPerMillion: UsdPerMillion;
}

/** A limit that growth meets, from the largest run of each format. */
export interface LimitRow {
  readonly name: string;
  readonly short: string;
  readonly limit: number;
  readonly unit: string;
  readonly source: string;
  /** What the largest load needs, by format. */
  readonly need: Readonly<Record<WireFormat, number>>;
  /** Load at which it is met, by format. */
  readonly metAt: Readonly<Record<WireFormat, number>>;
}

/** The warehouse if a connection carried only what Google promises. */
export interface FloorRow {
  readonly parallelization: number;
  /** Per shard, from a backlog. */
  readonly saturated: number;
}

/** A run of the bench. The same assumptions give the same result, on every machine. */
export interface ScaleResult {
  readonly version: 1;
  readonly command: string;
  readonly assumptions: Assumptions;
  readonly shards: readonly ShardsRow[];
  readonly records: readonly RecordsRow[];
  readonly catchUp: { readonly limitHours: number; readonly rows: readonly CatchUpRow[] };
  readonly growth: readonly GrowthRow[];
  readonly limits: readonly LimitRow[];
  readonly floor: readonly FloorRow[];
}

/** A record is delivered in time below this age: a window of 5 s, a plain reader's pause of 5 s, and the function's own time. */
export const QUIET_SECONDS = 30;

/** The article's functions: total records/s of a container, one container a shard. */
export const ARTICLE = [
  { backend: "archive", shards: 2, perContainer: 691.11 },
  { backend: "warehouse", shards: 2, perContainer: 424.01 },
  { backend: "warehouse", shards: 1, perContainer: 608.63 },
] as const;
