import { DescribeStreamSummaryCommand } from "@aws-sdk/client-kinesis";
import { shardNumber } from "../../contract/record-id.ts";
import { Unpacker } from "../../functions/shared/unpack.ts";
import { CommandError, messageOf } from "../errors.ts";
import { type StreamReaderDeps, readShard, shardsOf } from "../replay/stream-reader.ts";
import { inWindow } from "../time-window.ts";
import { merged } from "./merged.ts";
import { type StreamEntry, type StreamLedger, type StreamScope, entriesOf } from "./stream-ledger.ts";

/** Arrival times of a shard are not quite in order; so much around the window is read too. */
const MARGIN_MS = 60_000;
const MS_PER_HOUR = 3_600_000;
/** Shards read side by side; each has its own limits. */
const SHARDS_AT_ONCE = 8;

/** A stream behind the Kinesis API, read as a plain consumer reads it. Rejects with a CommandError, as its iteration does. */
export async function kinesisLedger(deps: StreamReaderDeps): Promise<StreamLedger> {
  const { kinesis, streamName, clock } = deps;
  try {
    const { StreamDescriptionSummary: summary } = await kinesis.send(
      new DescribeStreamSummaryCommand({ StreamName: streamName }),
    );
    const trimmedBeforeMs = clock.now() - summary!.RetentionPeriodHours! * MS_PER_HOUR;
    return {
      heldSinceMs: summary!.StreamCreationTimestamp!.getTime() > trimmedBeforeMs ? -Infinity : trimmedBeforeMs,
      entries: (scope) => entries(deps, scope),
    };
  } catch (error) {
    throw unreadable(deps, error);
  }
}

async function* entries(deps: StreamReaderDeps, scope: StreamScope): AsyncGenerator<readonly StreamEntry[]> {
  try {
    const shards = (await shardsOf(deps)).filter((id) => scope.shards?.has(shardNumber(id)) ?? true);
    yield* merged(
      shards.map((shardId) => () => entriesOfShard(deps, shardId, scope)),
      SHARDS_AT_ONCE,
    );
  } catch (error) {
    throw unreadable(deps, error);
  }
}

async function* entriesOfShard(deps: StreamReaderDeps, shardId: string, { window }: StreamScope) {
  const unpacker = new Unpacker();
  const start = window.sinceMs === -Infinity ? "oldest" : { atMs: Math.max(0, window.sinceMs - MARGIN_MS) };
  for await (const { records } of readShard(deps, shardId, start)) {
    const page = entriesOf(unpacker, shardNumber(shardId), records);
    const wanted = page.filter(({ arrivedMs }) => inWindow(window, arrivedMs));
    if (wanted.length > 0) yield wanted;
    if (page.length > 0 && page.every(({ arrivedMs }) => arrivedMs >= window.untilMs + MARGIN_MS)) return;
  }
}

function unreadable({ streamName }: StreamReaderDeps, error: unknown): CommandError {
  return new CommandError(`stream ${streamName} cannot be read: ${messageOf(error)}`, { cause: error });
}
