/** The action of `sluice tune auto`. */
import { systemClock } from "../../../contract/clock.ts";
import { look } from "../../../functions/scaler/look.ts";
import { type ScalerReason, type ScalerSettings, decide } from "../../../model/resharding/decide.ts";
import type { Terminal } from "../../command.ts";
import { connect } from "../../connect/connect.ts";
import { configOfStack } from "../../connect/facts-of-stack.ts";
import { CommandError, UsageError } from "../../errors.ts";
import { type CloudOptions, cloudOf } from "../../run-option.ts";

/** The command line of `sluice tune auto`. */
export interface AutoOptions extends CloudOptions {
  readonly min?: number;
  readonly max?: number;
  readonly headroom?: number;
  readonly json?: boolean;
}

const DEFAULT_HEADROOM_PERCENT = 25;

const WORDS: Readonly<Record<ScalerReason, string>> = {
  fits: "the load is within what the shards take",
  load: "the load needs it",
  throttled: "producers are refused, and the shards are busy",
  "hot-shard": "one shard refuses records while the others are idle: sluice tune apply --hot",
  idle: "the load has been low for an hour, and stays so as far as the days before tell",
  waits: "fewer would do, and it is too soon after a change or too late in the day's calls",
  "at-maximum": "more are needed than there may be",
  "no-calls-left": "ten changes in 24 hours are used up",
  "out-of-bounds": "the count is outside its bounds",
  "no-data": "CloudWatch has no figures of the last hour",
};

/** Prints the decision. Throws a CommandError. */
export async function autoCommand(options: AutoOptions, { stdout }: Terminal): Promise<void> {
  const settings = settingsOf(options);
  const connection = await connect(cloudOf(options));
  try {
    const { kinesis, cloudwatch, facts, label } = connection;
    if (kinesis === undefined || cloudwatch === undefined)
      throw new CommandError(`${label} has ended: its stream is gone`);
    const { status, view } = await look(kinesis, await cloudwatch(), facts.streamName, systemClock.now());
    if (view === undefined) throw new CommandError(`stream ${facts.streamName} is ${status}: nothing is decided`);
    const decision = decide(view, settings);
    const { target, reason, load, callsLeft } = decision;
    const { shards } = view;
    const result = { stream: facts.streamName, shards, ...decision, settings };
    const text = [
      `${facts.streamName}: ${shards} open, ${target === shards ? "left as it is" : `to ${target}`}: ${WORDS[reason]}.`,
      `Load ${load.toFixed(2)} shards; ${callsLeft} changes left in 24 hours, as far as the auto-scaler's own are known.`,
      "",
    ].join("\n");
    stdout.write(options.json === true ? `${JSON.stringify(result, undefined, 2)}\n` : text);
  } finally {
    await connection.close();
  }
}

/** The stack's own settings, or those of the command line. */
function settingsOf({ stack, min, max, headroom }: AutoOptions): ScalerSettings {
  const declared = stack === undefined ? undefined : configOfStack(stack).autoscaling;
  const [minShards, maxShards] = [min ?? declared?.minShards, max ?? declared?.maxShards];
  if (minShards === undefined || maxShards === undefined || minShards > maxShards) {
    throw new UsageError("between which counts?", { hint: "Name --min and --max, or declare sluice:autoscaling." });
  }
  return {
    minShards,
    maxShards,
    headroom: 1 + (headroom ?? declared?.headroomPercent ?? DEFAULT_HEADROOM_PERCENT) / 100,
  };
}
