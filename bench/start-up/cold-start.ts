import { CommandError } from "../../cli/errors.ts";
import { CagedFunction } from "../cage/caged-function.ts";
import { type Contender, type ContenderBundle, environmentOf } from "../cage/contender.ts";
import type { EventSet } from "../cage/events.ts";
import type { StandIns } from "../stand-ins/stand-ins.ts";
import type { ColdStart } from "./result.ts";

const TIMEOUT_SECONDS = 60;
const ACKNOWLEDGED = '{"batchItemFailures":[]}';

/** One cold start and what else was seen of it. */
export interface StartMeasured extends ColdStart {
  readonly peakMemoryMb: number;
  /** How its memory was held. */
  readonly cage: string;
}

/** Starts a contender's process anew and hands it one event. Throws an Error if that fails, or if what is stored is not what was sent. */
export async function coldStart(
  contender: Contender,
  { code }: ContenderBundle,
  set: EventSet,
  memoryMb: number,
  standIns: StandIns,
): Promise<StartMeasured> {
  const name = `${contender.backend}, ${contender.name}`;
  const caged = new CagedFunction({
    name: `start-${contender.backend}-${contender.file ?? "sluice"}`,
    code,
    environment: environmentOf(contender, standIns.endpoints),
    size: { memoryMb, limitProcessor: false },
    timeoutSeconds: TIMEOUT_SECONDS,
  });
  try {
    const { initMs, loadMs, startedAt, endedAt, error, response } = await caged.invoke(set.events[0]!);
    const processorMs = caged.processorNanos() / 1e6;
    if (error !== undefined || response?.toString() !== ACKNOWLEDGED) {
      throw new CommandError(
        `${name}: the first invocation failed: ${error?.errorMessage ?? "not all was acknowledged"}`,
      );
    }
    const { records, digest } = await standIns.take(contender.store);
    if (records !== set.contents.records || digest !== set.contents.digest) {
      throw new CommandError(`${name}: ${records} records were stored in place of ${set.contents.records}, or others`);
    }
    return {
      processMs: initMs! - loadMs!,
      loadMs: loadMs!,
      firstMs: endedAt - startedAt,
      processorMs,
      peakMemoryMb: caged.peakMb,
      cage: caged.cage.kind,
    };
  } finally {
    await caged.close();
  }
}
