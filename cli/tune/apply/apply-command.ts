/** The action of `sluice tune apply`. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { systemClock } from "../../../contract/clock.ts";
import type { Terminal } from "../../command.ts";
import { connect } from "../../connect/connect.ts";
import { configOfStack } from "../../connect/facts-of-stack.ts";
import { UsageError } from "../../errors.ts";
import { EXIT } from "../../exit-codes.ts";
import { listenForInterrupt } from "../../interrupt.ts";
import { type CloudOptions, cloudOf } from "../../run-option.ts";
import { withShardCount } from "../declared-count.ts";
import { type ApplyRequest, type DeclaredCount, apply } from "./apply.ts";

/** The command line of `sluice tune apply`. */
export interface ApplyOptions extends CloudOptions, ApplyRequest {
  readonly write?: boolean;
}

const PROJECT_ROOT = fileURLToPath(new URL("../../..", import.meta.url));

/** Brings the stream to its target and gives the exit code. Throws a CommandError. */
export async function applyCommand(options: ApplyOptions, terminal: Terminal): Promise<number> {
  if (options.write === true && options.stack === undefined) {
    throw new UsageError("--write needs --stack: a run has no stack file of its own");
  }
  // First: a stack file with problems must not be found when the shards are changed.
  const declared = options.stack === undefined ? undefined : declaredCount(options.stack, options.write === true);
  const interrupt = listenForInterrupt(process, systemClock);
  const connection = await connect(cloudOf(options));
  try {
    await apply(
      options,
      { connection, declared, clock: systemClock, random: Math.random, signal: interrupt.signal },
      terminal,
    );
    return interrupt.exitCode() ?? EXIT.ok;
  } finally {
    interrupt.dispose();
    await connection.close();
  }
}

function declaredCount(stack: string, mayWrite: boolean): DeclaredCount {
  const { stream, autoscaling } = configOfStack(stack);
  const path = join(PROJECT_ROOT, "stacks", `Pulumi.${stack}.yaml`);
  const write = (count: number): void => writeFileSync(path, withShardCount(readFileSync(path, "utf8"), count));
  const autoscaled = autoscaling?.mode === "act";
  return { stack, shards: stream.shardCount, autoscaled, ...(mayWrite && { write }) };
}
