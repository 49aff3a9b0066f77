import { ConfigError } from "../../infra/config/error.ts";
import { type ProgramRun, runProgram, UnknownStackError } from "../../local/run-program.ts";
import { UsageError } from "../errors.ts";
import type { LocalOptions } from "./options.ts";

/** Configuration and graph of the stack that a run is asked for. A stack that cannot be used is a UsageError that says why. */
export async function declaredStack({ stack, shards }: Pick<LocalOptions, "stack" | "shards">): Promise<ProgramRun> {
  try {
    return await runProgram({
      stack,
      ...(shards === undefined ? {} : { configOverrides: { "stream.shardCount": shards } }),
    });
  } catch (error) {
    if (error instanceof ConfigError || error instanceof UnknownStackError) {
      throw new UsageError(error.message, { cause: error });
    }
    throw error;
  }
}
