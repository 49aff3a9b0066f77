import { hashKeyOf } from "../../model/stream/hash-key.ts";
import type { StreamModel } from "../../model/stream/stream-model.ts";
import type { Draws } from "../draws.ts";
import type { Reshard } from "./spec.ts";

/** Changes the stream's shards; what the service would refuse at this moment is left. */
export function reshard(stream: StreamModel, kind: Reshard["kind"], draws: Draws, nowMs: number): void {
  const open = stream.openShardIds(nowMs);
  if (kind === "double" && open.length <= 4) stream.updateShardCount(open.length * 2, nowMs);
  if (kind === "halve") stream.updateShardCount(Math.ceil(open.length / 2), nowMs);
  if (kind === "split") {
    const middle = BigInt(`0x${hashKeyOf(draws.hex(8))}`).toString();
    stream.splitShard(draws.pick(open), middle, nowMs);
  }
  if (kind === "merge" && open.length > 1) {
    const at = draws.between(0, open.length - 2);
    stream.mergeShards(open[at]!, open[at + 1]!, nowMs);
  }
}
