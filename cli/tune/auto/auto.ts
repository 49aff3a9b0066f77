/** What the auto-scaler would do with a stream now. */
import { look } from "../../../functions/scaler/look.ts";
import {
  type ScalerDecision,
  type ScalerReason,
  type ScalerSettings,
  decide,
} from "../../../model/resharding/decide.ts";
import type { Connection } from "../../connect/connection.ts";
import { CommandError } from "../../errors.ts";

/** What a decision is made from. */
export interface AutoSurroundings {
  readonly connection: Pick<Connection, "kinesis" | "cloudwatch" | "label"> & {
    readonly facts: Pick<Connection["facts"], "streamName">;
  };
  readonly settings: ScalerSettings;
  readonly nowMs: number;
}

/** A decision, as `--json` prints it. */
export interface AutoResult extends ScalerDecision {
  readonly stream: string;
  /** Open shards. */
  readonly shards: number;
  readonly settings: ScalerSettings;
}

const WORDS: Readonly<Record<ScalerReason, string>> = {
  fits: "the load is within what the shards take",
  load: "the load needs it",
  throttled: "producers are refused, and the shards are busy",
  "hot-shard":
    "records are refused though the shards together are not full: a burst of seconds, or one key or range, for which there is sluice tune apply --hot",
  idle: "the load has been low for an hour, and stays so as far as the days before tell",
  waits: "fewer would do, and it is too soon after a change or too late in the day's calls",
  "at-maximum": "more are needed than there may be",
  "no-calls-left": "ten changes in 24 hours are used up",
  "out-of-bounds": "the count is outside its bounds",
  "no-data": "CloudWatch has no figures of the last hour",
};

/** Decides, and changes nothing. Throws a CommandError for a stream that cannot be decided on. */
export async function auto({ connection, settings, nowMs }: AutoSurroundings): Promise<AutoResult> {
  const { kinesis, cloudwatch, facts, label } = connection;
  if (kinesis === undefined || cloudwatch === undefined)
    throw new CommandError(`${label} has ended: its stream is gone`);
  const { streamName: stream } = facts;
  const { status, view } = await look(kinesis, await cloudwatch(), stream, nowMs);
  if (view === undefined) throw new CommandError(`stream ${stream} is ${status}: nothing is decided`);
  return { stream, shards: view.shards, ...decide(view, settings), settings };
}

/** A decision in words. */
export function autoText({ stream, shards, target, reason, load, callsLeft }: AutoResult): string {
  return [
    `${stream}: ${shards} open, ${target === shards ? "left as it is" : `to ${target}`}: ${WORDS[reason]}.`,
    `Load ${load.toFixed(2)} shards; ${callsLeft} changes left in 24 hours, as far as the auto-scaler's own are known.`,
    "",
  ].join("\n");
}
