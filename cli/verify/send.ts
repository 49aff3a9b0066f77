import { type KinesisClient, PutRecordsCommand } from "@aws-sdk/client-kinesis";
import { type Clock, sleep } from "../../contract/clock.ts";
import { recordIdPrefix, shardNumber } from "../../contract/record-id.ts";
import { CommandError } from "../errors.ts";
import type { MarkedRecord, SentRecord } from "./types.ts";

/** Records of a request: so few that their times differ. */
const REQUEST_RECORDS = 10;
/** A full shard has room again within a second; another producer may take it. */
const RETRY_MS = 500;
const MAX_TRIES = 20;

export interface SendOptions {
  readonly kinesis: KinesisClient;
  readonly streamName: string;
  /** Of the stream, `""` for the first. */
  readonly generation: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Puts records on the stream and gives each once it is taken. Errors are the SDK's, or a CommandError for a stream that stays full. */
export async function* sendRecords(
  records: readonly MarkedRecord[],
  options: SendOptions,
): AsyncGenerator<readonly SentRecord[], void, void> {
  for (let start = 0; start < records.length; start += REQUEST_RECORDS) {
    yield* sendRequest(records.slice(start, start + REQUEST_RECORDS), options);
  }
}

async function* sendRequest(records: readonly MarkedRecord[], options: SendOptions) {
  const { kinesis, streamName, generation, clock, signal } = options;
  let left = records;
  for (let tries = 1; left.length > 0; tries++) {
    const sentAtMs = clock.now();
    const Records = left.map(({ playerId, bytes }) => ({ PartitionKey: playerId, Data: bytes }));
    const answer = await kinesis.send(new PutRecordsCommand({ StreamName: streamName, Records }), {
      abortSignal: signal,
    });
    const sent: SentRecord[] = [];
    const refused: MarkedRecord[] = [];
    for (const [index, record] of left.entries()) {
      const { ShardId, SequenceNumber } = answer.Records![index]!;
      if (SequenceNumber === undefined) {
        refused.push(record);
        continue;
      }
      const shard = shardNumber(ShardId!);
      const recordId = `${recordIdPrefix(generation, shard, SequenceNumber)}0`;
      sent.push({ recordId, shard, sequenceNumber: SequenceNumber, playerId: record.playerId, sentAtMs });
    }
    if (sent.length > 0) yield sent;
    left = refused;
    if (left.length === 0) return;
    if (tries === MAX_TRIES) {
      const code = answer.Records!.find(({ ErrorCode }) => ErrorCode !== undefined)?.ErrorCode;
      throw new CommandError(`stream ${streamName} has refused records ${MAX_TRIES} times: ${code}`, {
        hint: "Its shards are full: see sluice status, and add shards.",
      });
    }
    await sleep(clock, RETRY_MS);
  }
}
