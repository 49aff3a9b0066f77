/**
 * The mark of an unfinished plan: a tag on the stream itself, so that whoever goes on, from whatever machine, finds it. It is
 * there from the first call to the last. Pure.
 */
import { z } from "zod";
import { recentChanges } from "../../../model/resharding/rules.ts";

/** Key of the tag. */
export const PLAN_TAG = "sluice/resharding";

/** What the mark says. */
export interface PlanMark {
  readonly target: number;
  readonly fromShards: number;
  /** When it was begun. */
  readonly sinceMs: number;
  /** Times of its UpdateShardCount calls; those of the last 24 hours count towards Kinesis' ten. */
  readonly changesMs: readonly number[];
}

const FORM = /^target=(\d+) from=(\d+) since=(\d+) changes=((?:\d+(?:\+\d+)*)?)$/;
const whole = z.coerce.number().int().nonnegative();

/**
 * As a tag's value: `target=8 from=2 since=1795276800 changes=0+31`, in seconds since the epoch, and after the begin. Of
 * letters that a stream's tag may have (no colon), within its 256 characters. https://docs.aws.amazon.com/streams/latest/dev/tagging.html
 */
export function formatMark({ target, fromShards, sinceMs, changesMs }: PlanMark): string {
  const recent = recentChanges(changesMs, Math.max(sinceMs, ...changesMs));
  const changes = recent.map((at) => Math.floor((at - sinceMs) / 1000)).join("+");
  return `target=${target} from=${fromShards} since=${Math.floor(sinceMs / 1000)} changes=${changes}`;
}

/** `undefined` for what is no mark. */
export function parseMark(value: string): PlanMark | undefined {
  const [, target, from, since, changes = ""] = FORM.exec(value) ?? [];
  const seconds = changes === "" ? [] : changes.split("+");
  const parsed = z.object({ target: whole, fromShards: whole, since: whole, seconds: z.array(whole) });
  const { data } = parsed.safeParse({ target, fromShards: from, since, seconds });
  if (data === undefined) return undefined;
  const sinceMs = data.since * 1000;
  return {
    target: data.target,
    fromShards: data.fromShards,
    sinceMs,
    changesMs: data.seconds.map((after) => sinceMs + after * 1000),
  };
}
