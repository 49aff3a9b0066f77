/**
 * Object keys in the archive bucket and the dead-letter bucket.
 *
 * All are made of what Kinesis keeps with a record (shard, sequence number, arrival time), so that a retry of the same
 * batch writes the same object again. Dates and hours are UTC.
 */

/** What the name of an archive, quarantine or diverted object says. */
export interface ObjectKey {
  /** Everything before `dt=`, with its final slash: `logs/`, `quarantine/warehouse/`, `g2/logs/`. */
  readonly prefix: string;
  /** UTC arrival hour, as `YYYY-MM-DDTHH`. */
  readonly hour: string;
  /** Shard number. */
  readonly shard: number;
  /** Sequence number of the object's first record. */
  readonly firstSequenceNumber: string;
  /** Sequence number of the object's last record. */
  readonly lastSequenceNumber: string;
  /** Number of log records (lines) in the object. */
  readonly records: number;
}

const EXTENSION = ".ndjson.gz";
const OBJECT_KEY = /^(.*\/)dt=(\d{4}-\d{2}-\d{2})\/hour=(\d{2})\/(\d+)-(\d+)-(\d+)-(\d+)\.ndjson\.gz$/;

/** `""` for the first generation of a stream, `g2/` for the one called `g2`: keys of a re-created stream never meet older ones. */
function generationPrefix(generation: string): string {
  return generation === "" ? "" : `${generation}/`;
}

/** Prefix of archive objects, in the archive bucket. */
export function archivePrefix(generation: string): string {
  return `${generationPrefix(generation)}logs/`;
}

/** Prefix of a backend's quarantine objects, in the dead-letter bucket. */
export function quarantinePrefix(generation: string, backend: string): string {
  return `${generationPrefix(generation)}quarantine/${backend}/`;
}

/** Prefix of everything that a backend has diverted, in the dead-letter bucket. */
export function divertedBackendPrefix(generation: string, backend: string): string {
  return `${generationPrefix(generation)}diverted/${backend}/`;
}

/** Prefix of rows that one refusing table could not take, in the dead-letter bucket. */
export function divertedPrefix(generation: string, backend: string, table: string): string {
  return `${divertedBackendPrefix(generation, backend)}${table}/`;
}

/**
 * Prefix under which Lambda's on-failure destination writes, in the dead-letter bucket:
 * `aws/lambda/<mapping id>/<shard>/YYYY/MM/DD/…`. Lambda chooses it.
 * https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html
 */
export const FAILED_PREFIX = "aws/lambda/";

/**
 * Where a replay keeps dead letters that it has brought to their destination: before their old key, in the same bucket.
 * They are pending no more, and expire with the bucket's other objects.
 */
export const REPLAYED_PREFIX = "replayed/";

/** UTC hour of a time in milliseconds since the epoch, as `YYYY-MM-DDTHH`. */
export function hourOf(epochMs: number): string {
  return new Date(epochMs).toISOString().slice(0, 13);
}

/** `<prefix>dt=YYYY-MM-DD/hour=HH/<shard>-<first sequence>-<last sequence>-<log records>.ndjson.gz`. */
export function formatObjectKey(key: ObjectKey): string {
  const date = key.hour.slice(0, 10);
  const hour = key.hour.slice(11, 13);
  const name = `${key.shard}-${key.firstSequenceNumber}-${key.lastSequenceNumber}-${key.records}`;
  return `${key.prefix}dt=${date}/hour=${hour}/${name}${EXTENSION}`;
}

/** Takes an archive, quarantine or diverted object's key apart; `undefined` if it is none. */
export function parseObjectKey(key: string): ObjectKey | undefined {
  const match = OBJECT_KEY.exec(key);
  if (match === null) return undefined;
  const [, prefix, date, hour, shard, first, last, records] = match;
  return {
    prefix: prefix!,
    hour: `${date}T${hour}`,
    shard: Number(shard),
    firstSequenceNumber: first!,
    lastSequenceNumber: last!,
    records: Number(records),
  };
}
