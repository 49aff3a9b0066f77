/**
 * The record id: `<shard number>:<sequence number>:<position>` (docs/architecture.md, "Record id").
 *
 * It is the same on every retry, and the same in the archive, the warehouse, the quarantine and log lines.
 * It is unique within one stream's life. A re-created stream gets a generation, which leads the id: `g2/0:4959…:0`.
 */

/** A record id taken apart. */
export interface RecordId {
  /** Generation of the stream, `""` for the first; see `streamGeneration` in the stack's configuration. */
  readonly generation: string;
  /** Shard number: `7` for `shardId-000000000007`. */
  readonly shard: number;
  /** Kinesis sequence number, decimal, as the stream gave it. */
  readonly sequenceNumber: string;
  /** Index, from 0, among all pieces of the Kinesis record after unpacking, good or bad; blank lines not counted. */
  readonly position: number;
}

const SHARD_ID = /^shardId-(\d{12})$/;

/** Shard number of a shard id: `shardNumber("shardId-000000000007") === 7`. Throws a RangeError for any other form. */
export function shardNumber(shardId: string): number {
  const match = SHARD_ID.exec(shardId);
  if (match === null) throw new RangeError(`not a shard id: ${JSON.stringify(shardId)}`);
  return Number(match[1]);
}

/** Shard id of a shard number: `shardId(7) === "shardId-000000000007"`. */
export function shardId(shard: number): string {
  return `shardId-${String(shard).padStart(12, "0")}`;
}

/** What the ids of all pieces of one Kinesis record start with: everything but the position. */
export function recordIdPrefix(generation: string, shard: number, sequenceNumber: string): string {
  return generation === "" ? `${shard}:${sequenceNumber}:` : `${generation}/${shard}:${sequenceNumber}:`;
}

/** The record id of one piece. */
export function formatRecordId(id: RecordId): string {
  return recordIdPrefix(id.generation, id.shard, id.sequenceNumber) + id.position;
}

const RECORD_ID = /^(?:([a-z0-9]+)\/)?(0|[1-9]\d{0,11}):(\d+):(0|[1-9]\d{0,14})$/;

/**
 * Takes a record id apart; `undefined` if it is none.
 *
 *     parseRecordId("g2/7:4959:0")   // { generation: "g2", shard: 7, sequenceNumber: "4959", position: 0 }
 */
export function parseRecordId(text: string): RecordId | undefined {
  const match = RECORD_ID.exec(text);
  if (match === null) return undefined;
  const [, generation = "", shard, sequenceNumber, position] = match;
  return { generation, shard: Number(shard), sequenceNumber: sequenceNumber!, position: Number(position) };
}
