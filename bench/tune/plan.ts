/** What is compared: the load, how producers behave, and the cases. */

/** The load of every case, the calibration included. */
export interface Load {
  /** Log records a second, in all, handed to the producers. */
  readonly recordsPerSecond: number;
  /** Bytes of each record. */
  readonly recordBytes: number;
  readonly seconds: number;
}

/**
 * 2.3 MiB/s: more than two shards take, less than three. Large records make the shards' limits of bytes the first ones that are met. The
 * length keeps what each shard gets away from whole multiples of 10 MiB, where a byte more would be one read more, and five seconds.
 */
export const LOAD: Load = { recordsPerSecond: 295, recordBytes: 8192, seconds: 7 };

/** Producers put new records every so often, and what was refused again after so long. */
export const PRODUCER = { tickMs: 20, retryMs: 700 } as const;

/** One run of the local cloud. */
export interface Case {
  readonly name: string;
  readonly shards: number;
  /** Share of the records that one player has, 0 for the generated log as it is. */
  readonly heavyShare: number;
  readonly batchWindowSeconds: number;
  /** Whether the backends are disabled until the stream has all records: the drain is then that of a backlog. */
  readonly outage: boolean;
}

const EVEN = { heavyShare: 0, batchWindowSeconds: 1, outage: true };

/** Function times come from this run alone; none of the compared ones has its number of shards. */
export const CALIBRATION: Case = { ...EVEN, name: "calibration, 3 shards", shards: 3 };

export const CASES: readonly Case[] = [
  { ...EVEN, name: "1 shard", shards: 1 },
  { ...EVEN, name: "2 shards", shards: 2 },
  { ...EVEN, name: "4 shards", shards: 4 },
  { ...EVEN, name: "2 shards, one player with 40 %", shards: 2, heavyShare: 0.4 },
  { ...EVEN, name: "4 shards, window 6 s, no outage", shards: 4, batchWindowSeconds: 6, outage: false },
];
