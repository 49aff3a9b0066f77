/** The records that are sent, the same for the local cloud and the model. */
import { playerLog } from "../../cli/generate/player-log.ts";
import type { PutEntry } from "../../cli/produce/put-target.ts";
import type { WeightedKey } from "../../model/flow/types.ts";
import { seededRandom } from "../../model/random.ts";
import type { Load } from "./plan.ts";

/** Whose records are made the heavy player's. */
const HEAVY_PLAYER = "5eed00000000000000000000000000ff";

/**
 * The generated log, each record filled up to one size with one character, which costs the functions next to nothing: the shards' limits
 * are to be met before the machine's. `heavyShare` of the records, drawn by the seed, are one player's.
 */
export function inputOf(
  { recordsPerSecond, recordBytes, seconds }: Load,
  heavyShare: number,
  seed: number,
  startMs: number,
): readonly PutEntry[] {
  const { unit } = seededRandom(seed);
  const log = playerLog({ seed, records: Math.round(recordsPerSecond * seconds), startMs });
  return Array.from(log, (text) => {
    const own = (JSON.parse(text) as { readonly player_id: string }).player_id;
    const partitionKey = unit() < heavyShare ? HEAVY_PLAYER : own;
    return { data: Buffer.from(filled(text.replace(own, partitionKey), recordBytes)), partitionKey };
  });
}

/** How many records each partition key has. */
export function keysOf(entries: readonly PutEntry[]): readonly WeightedKey[] {
  const weights = new Map<string, number>();
  for (const { partitionKey } of entries) weights.set(partitionKey, (weights.get(partitionKey) ?? 0) + 1);
  return [...weights].map(([partitionKey, weight]) => ({ partitionKey, weight }));
}

function filled(text: string, bytes: number): string {
  const open = `${text.slice(0, -1)},"filler":"`;
  return `${open}${"x".repeat(bytes - Buffer.byteLength(open) - 2)}"}`;
}
