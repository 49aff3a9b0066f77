import { systemClock } from "../../contract/clock.ts";
import { awsError, connectLive } from "../connect/connect-live.ts";
import { CommandError } from "../errors.ts";
import { EXIT } from "../exit-codes.ts";
import type { CloudOptions } from "../run-option.ts";
import { renderStatus, statusJson } from "./render.ts";
import { type Status, status } from "./status.ts";

/** The command line of `sluice status`. */
export interface StatusCommandOptions extends CloudOptions {
  readonly minutes: number;
  readonly json?: boolean;
}

/** Asks and prints; gives the exit code. Reads only. Throws a CommandError. */
export async function statusCommand(
  options: StatusCommandOptions,
  terminal: { readonly stdout: NodeJS.WritableStream & { readonly isTTY?: boolean } },
): Promise<number> {
  const connection = await connectLive(options);
  let found: Status;
  try {
    const [kinesis, cloudwatch] = [connection.kinesis, await connection.cloudwatch()];
    found = await status({ connection, kinesis, cloudwatch, nowMs: systemClock.now(), minutes: options.minutes });
  } catch (error) {
    throw error instanceof CommandError ? error : awsError(error, "read the state", connection);
  } finally {
    await connection.close();
  }
  terminal.stdout.write(
    options.json === true
      ? `${JSON.stringify(statusJson(found))}\n`
      : renderStatus(found, { colour: terminal.stdout.isTTY === true }),
  );
  return found.problems.length === 0 ? EXIT.ok : EXIT.unwell;
}
