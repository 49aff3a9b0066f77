import { shardNumber } from "../../contract/record-id.ts";
import type { Payload } from "../workload/wire-formats.ts";

/** A Kinesis record that the stream has accepted. */
export interface PutRecord {
  readonly shardId: string;
  readonly shard: number;
  readonly sequenceNumber: string;
  readonly partitionKey: string;
  readonly arrivalMs: number;
  /** Counts all accepted records, from 0. */
  readonly order: number;
  /** Its place among the records of its shard with its partition key. */
  readonly keyPosition: number;
  readonly payload: Payload;
}

/** What a record id says, and the record that it belongs to. */
export interface Place {
  readonly record: PutRecord;
  readonly position: number;
}

/** All that was put: what everything else is judged by. */
export class Truth {
  readonly records: PutRecord[] = [];
  readonly #bySequence = new Map<string, PutRecord>();
  readonly #shards = new Map<string, PutRecord[]>();
  readonly #keys = new Map<string, PutRecord[]>();

  add(shardId: string, sequenceNumber: string, partitionKey: string, arrivalMs: number, payload: Payload): void {
    const shard = listOf(this.#shards, shardId);
    const key = listOf(this.#keys, `${shardId}/${partitionKey}`);
    const record: PutRecord = {
      shardId,
      shard: shardNumber(shardId),
      sequenceNumber,
      partitionKey,
      arrivalMs,
      order: this.records.length,
      keyPosition: key.length,
      payload,
    };
    for (const list of [this.records, shard, key]) list.push(record);
    this.#bySequence.set(sequenceNumber, record);
  }

  /** A shard's records in the order in which they were put. */
  ofShard(shardId: string): readonly PutRecord[] {
    return this.#shards.get(shardId) ?? [];
  }

  /** The records of a shard with this partition key, in the order in which they were put. */
  ofKey(shardId: string, partitionKey: string): readonly PutRecord[] {
    return this.#keys.get(`${shardId}/${partitionKey}`) ?? [];
  }

  find(sequenceNumber: string): PutRecord | undefined {
    return this.#bySequence.get(sequenceNumber);
  }

  /** The piece with this record id (of a stream of this generation); `undefined` if no such piece was ever put. */
  place(recordId: string, generation: string): Place | undefined {
    const prefix = generation === "" ? "" : `${generation}/`;
    const match = /^(\d+):(\d+):(\d+)$/.exec(recordId.startsWith(prefix) ? recordId.slice(prefix.length) : "");
    if (match === null) return undefined;
    const record = this.#bySequence.get(match[2]!);
    const position = Number(match[3]);
    if (record === undefined || record.shard !== Number(match[1])) return undefined;
    return position < record.payload.pieces.length ? { record, position } : undefined;
  }
}

function listOf(lists: Map<string, PutRecord[]>, name: string): PutRecord[] {
  let list = lists.get(name);
  if (list === undefined) lists.set(name, (list = []));
  return list;
}
