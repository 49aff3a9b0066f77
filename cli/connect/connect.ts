import { UsageError } from "../errors.ts";
import type { Connection } from "./connection.ts";

/** Which cloud: exactly one of the two. */
export interface ConnectOptions {
  /** Folder of a local run, whether it is still served or has ended. */
  readonly run?: string | undefined;
  /** A stack whose names are in `stacks/Pulumi.<stack>.yaml`. */
  readonly stack?: string | undefined;
  /** Whether anything will be written; an ended run is opened for reading alone unless it is. Default `false`. */
  readonly write?: boolean;
}

/**
 * Reaches a stack's cloud. A run that is served answers at its endpoints; of one that has ended the folder is read, and for
 * writing served within this process; a real stack is reached with the ordinary credential chains of both clouds.
 * Throws a CommandError.
 */
export async function connect(options: ConnectOptions): Promise<Connection> {
  const { run, stack, write = false } = options;
  if ((run === undefined) === (stack === undefined)) throw new UsageError("name either a run or a stack");
  if (run !== undefined) {
    const { connectRun } = await import("./connect-run.ts");
    return connectRun(run, write);
  }
  const { connectStack } = await import("./connect-stack.ts");
  return connectStack(stack!, process.env);
}
