/** What can be chosen: the stream's shards, and for each backend its lanes, window, memory and way of reading. Pure data. */

/** Settings of one backend that tuning chooses. */
export interface BackendSettings {
  readonly parallelizationFactor: number;
  readonly batchWindowSeconds: number;
  readonly memoryMb: number;
  readonly fanOut: boolean;
}

/** One point of the design space. */
export interface Design {
  readonly shards: number;
  /** By name of the backend, in the order of the problem's backends. */
  readonly backends: Readonly<Record<string, BackendSettings>>;
}

/** Values that are tried. */
export interface Grid {
  readonly parallelizationFactors: readonly number[];
  readonly batchWindowsSeconds: readonly number[];
  readonly memoriesMb: readonly number[];
  /** Most shards. */
  readonly maxShards: number;
}

/**
 * Steps of the settings. 128 MB is left out: Node and an event of 6 MB do not fit in it. Above 1,769 MB a function's one
 * thread gets no faster. More than 10 lanes a shard Lambda does not have.
 */
export const DEFAULT_GRID: Grid = {
  parallelizationFactors: [1, 2, 3, 4, 6, 10],
  batchWindowsSeconds: [1, 2, 5, 10, 20, 30, 60, 120, 300],
  memoriesMb: [256, 512, 1024, 1769],
  // A stream's default quota in most regions. https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html
  maxShards: 500,
};

/** All settings of a backend with or without fan-out. Aggregates share one lane a shard, so more of them change nothing. */
export function settingsOf(grid: Grid, fanOut: boolean, oneLane: boolean): BackendSettings[] {
  const factors = oneLane ? grid.parallelizationFactors.slice(0, 1) : grid.parallelizationFactors;
  return factors.flatMap((parallelizationFactor) =>
    grid.batchWindowsSeconds.flatMap((batchWindowSeconds) =>
      grid.memoriesMb.map((memoryMb) => ({ parallelizationFactor, batchWindowSeconds, memoryMb, fanOut })),
    ),
  );
}

/** Ways to give backends a fan-out: none, each alone, all. */
export function fanOutChoices(names: readonly string[]): readonly (readonly string[])[] {
  const alone = names.length > 1 ? names.map((name) => [name]) : [];
  return [[], ...alone, [...names]];
}
