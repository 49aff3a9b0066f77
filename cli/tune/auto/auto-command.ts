/** The action of `sluice tune auto`. */
import { systemClock } from "../../../contract/clock.ts";
import type { ScalerSettings } from "../../../model/resharding/decide.ts";
import type { Terminal } from "../../command.ts";
import { connect } from "../../connect/connect.ts";
import { configOfStack } from "../../connect/facts-of-stack.ts";
import { UsageError } from "../../errors.ts";
import { type CloudOptions, cloudOf } from "../../run-option.ts";
import { auto, autoText } from "./auto.ts";

/** The command line of `sluice tune auto`. */
export interface AutoOptions extends CloudOptions {
  readonly min?: number;
  readonly max?: number;
  readonly headroom?: number;
  readonly json?: boolean;
}

const DEFAULT_HEADROOM_PERCENT = 25;

/** Prints the decision. Throws a CommandError. */
export async function autoCommand(options: AutoOptions, { stdout }: Terminal): Promise<void> {
  const settings = settingsOf(options);
  const connection = await connect(cloudOf(options));
  try {
    const result = await auto({ connection, settings, nowMs: systemClock.now() });
    stdout.write(options.json === true ? `${JSON.stringify(result, undefined, 2)}\n` : autoText(result));
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
