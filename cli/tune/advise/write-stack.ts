/** Advice as a change of a stack's file: comments, order and form stay. Pure. */
import { isSeq, parseDocument } from "yaml";
import type { StackConfig } from "../../../infra/stack-config.ts";
import type { Design } from "../../../model/tuning/design.ts";

/** A changed stack file. */
export interface StackChange {
  readonly text: string;
  /** Settings that differ, as `stream.shardCount: 4 → 6`. */
  readonly changes: readonly string[];
  /** What to know or do before it is applied. */
  readonly notes: readonly string[];
}

/** Lines are not broken anew; lists are written as in our own stack files. */
const FORM = { lineWidth: 0, flowCollectionPadding: false };
/** What one `pulumi up` may change a shard count by. https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateShardCount.html */
const MOST_TIMES = 2;

/**
 * Sets what a design has otherwise than the stack. A switch of fan-out is written down with `switchedAt`, from which the new
 * mapping goes on: a time at which every backend had delivered what had arrived. Reservations too small for the lanes are raised.
 */
export function changeStackFile(text: string, config: StackConfig, design: Design, switchedAt: Date): StackChange {
  const document = parseDocument(text);
  const changes: string[] = [];
  const notes: string[] = [];
  const set = (path: readonly [section: string, ...keys: string[]], from: unknown, to: unknown): void => {
    if (from === to) return;
    const [section, ...keys] = path;
    document.setIn(["config", `sluice:${section}`, ...keys], to);
    changes.push(`${path.join(".")}: ${String(from)} → ${String(to)}`);
  };

  const { shardCount } = config.stream;
  set(["stream", "shardCount"], shardCount, design.shards);
  if (config.autoscaling?.mode === "act") {
    if (design.shards !== shardCount)
      notes.push(
        `the auto-scaler owns the shard count: ${design.shards} is only what a new stream begins with; ` +
          `its bounds are autoscaling.minShards and autoscaling.maxShards`,
      );
  } else if (design.shards > shardCount * MOST_TIMES || design.shards * MOST_TIMES < shardCount) {
    notes.push(
      `${shardCount} → ${design.shards} shards is more than ×2 or less than ×½, which one update may do: ` +
        `sluice tune apply --target ${design.shards} goes there in steps`,
    );
  }
  for (const backend of config.backends) {
    const wanted = design.backends[backend.name];
    if (wanted === undefined) continue;
    const { name } = backend;
    set(["backends", name, "parallelizationFactor"], backend.parallelizationFactor, wanted.parallelizationFactor);
    set(["backends", name, "batchWindowSeconds"], backend.batchWindowSeconds, wanted.batchWindowSeconds);
    set(["backends", name, "memoryMb"], backend.memoryMb, wanted.memoryMb);
    const lanes = design.shards * wanted.parallelizationFactor;
    if (backend.reservedConcurrency !== undefined && backend.reservedConcurrency < lanes) {
      set(["backends", name, "reservedConcurrency"], backend.reservedConcurrency, lanes);
    }
    if (backend.fanOut === wanted.fanOut) continue;
    set(["backends", name, "fanOut"], backend.fanOut, wanted.fanOut);
    const time = switchedAt.toISOString().replace(/\.\d{3}Z$/, "Z");
    const path = ["config", "sluice:backends", name, "fanOutSwitches"];
    if (isSeq(document.getIn(path))) document.addIn(path, time);
    else document.setIn(path, [time]);
    changes.push(`backends.${name}.fanOutSwitches: + ${time}`);
    notes.push(
      `${name} switches fan-out, which makes a new mapping that goes on from ${time} less a margin: before it is applied, ` +
        `disable the old mapping and put in its place the time of its last delivery (docs/configuration.md, "Switching fan-out on or off")`,
    );
  }
  return { text: document.toString(FORM), changes, notes };
}
