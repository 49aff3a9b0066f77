/** Cost, capacity and code size of a stack before and after a change. Pure. */
import { GZIP_RATIO } from "../model/assumptions.ts";
import { SHARD_WRITE_BYTES_PER_SECOND, SHARD_WRITE_RECORDS_PER_SECOND } from "../contract/limits.ts";
import type { DeclaredLoad } from "../infra/stack-config.ts";
import type { Graph } from "../local/graph.ts";
import { ofType } from "../local/graph.ts";
import { GROUPS, type Group } from "../model/cost/bill.ts";
import { estimate } from "../model/cost/estimate.ts";
import { HOURS_PER_MONTH, type Load } from "../model/cost/load.ts";
import { type Throughput, catchUpSeconds, throughputOf } from "../model/throughput.ts";
import type { GraphBackend, PricedGraph } from "./priced-graph.ts";

/** A value on both sides; `undefined` where the side has none. */
export interface BeforeAfter<T> {
  readonly before: T | undefined;
  readonly after: T | undefined;
}

/** What a stack costs in a month, in US dollars. */
export interface MonthlyCost {
  readonly usd: number;
  /** Of it, for keeping data, as it stands once the oldest goes. */
  readonly storageUsd: number;
  readonly byGroup: Readonly<Record<Group, number>>;
}

/** What the stream takes. */
export interface StreamCapacity {
  /** 0 for a stream on demand, which sizes itself. */
  readonly shards: number;
  readonly recordsPerSecond: number;
  /** In millions of bytes. */
  readonly megabytesPerSecond: number;
}

/** What a backend does at most. */
export interface BackendCapacity extends Throughput {
  readonly name: string;
  /** Seconds to work off what an hour's outage leaves, while the load goes on; `null` for never. */
  readonly catchUpSeconds: number | null;
}

/** What a stack can do. */
export interface Capacity {
  readonly stream: StreamCapacity;
  readonly backends: readonly BackendCapacity[];
}

/** Code of one function, in bytes. */
export interface CodeSize extends BeforeAfter<number> {
  readonly name: string;
}

const OUTAGE_SECONDS = 3600;

/** The load of a month. */
export function monthlyLoad({ recordsPerSecond, recordBytes, format }: DeclaredLoad): Load {
  return { recordsPerSecond, recordBytes, format, gzipRatio: GZIP_RATIO, hours: HOURS_PER_MONTH };
}

/** Half of what the shards of a stack take, in records of 1 KiB: what is assumed where no load is declared. */
export function assumedLoad(shards: number): DeclaredLoad {
  return { recordsPerSecond: (shards * SHARD_WRITE_RECORDS_PER_SECOND) / 2, recordBytes: 1024, format: "plain" };
}

/** Prices a stack, without free tiers. */
export function monthlyCost(priced: PricedGraph, load: Load): MonthlyCost {
  const { totals, lines } = estimate(priced, load, { freeTier: false });
  const sum = (group: Group) => lines.filter((line) => line.group === group).reduce((usd, line) => usd + line.usd, 0);
  const byGroup = Object.fromEntries(GROUPS.map((group) => [group, sum(group)])) as Record<Group, number>;
  return { usd: totals.usd, storageUsd: totals.storageUsd, byGroup };
}

/** What a stack can do under a load. */
export function capacityOf({ stream, backends }: PricedGraph, load: Load): Capacity {
  const shards = stream.mode === "on-demand" ? 0 : stream.shards;
  return {
    stream: {
      shards,
      recordsPerSecond: shards * SHARD_WRITE_RECORDS_PER_SECOND,
      megabytesPerSecond: (shards * SHARD_WRITE_BYTES_PER_SECOND) / 1e6,
    },
    backends: backends.map((backend) => backendCapacity(backend, backends, stream.shards, load)),
  };
}

function backendCapacity(
  backend: GraphBackend,
  backends: readonly GraphBackend[],
  shards: number,
  load: Load,
): BackendCapacity {
  const otherPlainConsumers = backends.filter((other) => other !== backend && !other.fanOut).length;
  const throughput = throughputOf(backend, load, { shards, otherPlainConsumers });
  const seconds = catchUpSeconds(throughput.recordsPerSecond, load, OUTAGE_SECONDS);
  return { name: backend.name, ...throughput, catchUpSeconds: Number.isFinite(seconds) ? seconds : null };
}

/** Sizes of the functions' code on both sides, by name; those that are the same left out. */
export function codeSizes(before: Graph | undefined, after: Graph | undefined): readonly CodeSize[] {
  const [old, now] = [codeOf(before), codeOf(after)];
  return [...new Set([...old.keys(), ...now.keys()])]
    .sort()
    .map((name) => ({ name, before: old.get(name), after: now.get(name) }))
    .filter((size) => size.before !== size.after);
}

function codeOf(graph: Graph | undefined): ReadonlyMap<string, number> {
  const functions = graph === undefined ? [] : ofType(graph, "aws:lambda/function:Function");
  return new Map(
    functions.map(({ name, inputs }) => {
      const { files = {} } = (inputs["code"] ?? {}) as { readonly files?: Readonly<Record<string, string>> };
      return [name, Object.values(files).reduce((sum, text) => sum + Buffer.byteLength(text), 0)];
    }),
  );
}
