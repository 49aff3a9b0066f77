import type { KinesisEventRecord } from "../../functions/shared/event.ts";
import { EventSource } from "../../functions/shared/source.ts";
import type { Unpacker } from "../../functions/shared/unpack.ts";
import type { Batch } from "./stored-batch.ts";

/** Unpacks Kinesis records of one shard as the consumers do, as much at a time as they would take. A batch holds good until the next one. */
export function* eventBatches(
  unpacker: Unpacker,
  records: readonly KinesisEventRecord[],
  generation: string,
): Generator<Batch, void, void> {
  for (let rest = records; rest.length > 0;) {
    const pieces = unpacker.unpack(rest);
    yield { pieces, source: new EventSource(rest.slice(0, pieces.taken), generation) };
    rest = rest.slice(pieces.taken);
  }
}
