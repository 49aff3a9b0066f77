import { systemClock } from "../../contract/clock.ts";
import { type LiveConnection, awsError, connectLive } from "../connect/connect-live.ts";
import { CommandError } from "../errors.ts";
import { EXIT } from "../exit-codes.ts";
import { listenForInterrupt } from "../interrupt.ts";
import { startProgress } from "../progress.ts";
import type { ProgressOutput } from "../progress-display.ts";
import type { CloudOptions } from "../run-option.ts";
import { findersOf } from "./finders.ts";
import { markedRecords, newRunId } from "./marked-records.ts";
import { type VerifyResult, allFound, renderVerification, verificationJson } from "./render.ts";
import { sendRecords } from "./send.ts";
import type { Finder, SentRecord } from "./types.ts";
import { type VerifyProgress, verify } from "./verify.ts";
import { whereaboutsOf } from "./whereabouts.ts";

/** The command line of `sluice verify`. */
export interface VerifyCommandOptions extends CloudOptions {
  readonly records: number;
  /** Seconds. */
  readonly timeout: number;
  readonly json?: boolean;
}

/** Between two looks: a local cloud costs nothing to ask; each question to BigQuery is billed for 10 MB a table. */
const LOCAL_POLL_MS = 250;
const CLOUD_POLL_MS = 3000;

/** Verifies and prints; gives the exit code. Throws a CommandError. */
export async function verifyCommand(
  options: VerifyCommandOptions,
  terminal: { readonly stdout: NodeJS.WritableStream; readonly stderr: ProgressOutput },
): Promise<number> {
  const connection = await connectLive(options);
  const interrupt = listenForInterrupt(process, systemClock);
  try {
    const result = await verified(connection, options, terminal.stderr, interrupt.signal);
    terminal.stdout.write(
      options.json === true ? `${JSON.stringify(verificationJson(result))}\n` : renderVerification(result),
    );
    return interrupt.exitCode() ?? (allFound(result) ? EXIT.ok : EXIT.failed);
  } finally {
    interrupt.dispose();
    await connection.close();
  }
}

async function verified(
  connection: LiveConnection,
  { records, timeout, stack }: VerifyCommandOptions,
  output: ProgressOutput,
  signal: AbortSignal,
): Promise<VerifyResult> {
  const { facts, label, kinesis } = connection;
  const finders = findersOf(connection).map((finder): Finder => ({
    ...finder,
    find: (wanted) => explained(finder.find(wanted), `look into the ${finder.backend}`, connection),
  }));
  if (finders.length === 0) throw new CommandError(`${label} has no backend in which records could be found`);
  const startedAtMs = systemClock.now();
  const runId = newRunId(Math.random);
  const marked = markedRecords(records, { runId, fields: facts.record, nowMs: startedAtMs, random: Math.random });
  let now: VerifyProgress = { sent: 0, found: Object.fromEntries(finders.map(({ backend }) => [backend, 0])) };
  const progress = startProgress({
    output,
    clock: systemClock,
    sample: () => [
      { label: "sent", value: now.sent, of: records },
      ...Object.entries(now.found).map(([backend, value]) => ({ label: backend, value, of: records })),
    ],
  });
  try {
    const { streamName, generation } = facts;
    const send = sendRecords(marked, { kinesis, streamName, generation, clock: systemClock, signal });
    const { sent, backends } = await verify({
      send: sentOrExplained(send, connection, signal),
      finders,
      clock: systemClock,
      timeoutMs: timeout * 1000,
      pollMs: stack === undefined ? LOCAL_POLL_MS : CLOUD_POLL_MS,
      signal,
      onProgress: (current) => {
        now = current;
      },
    });
    const placed = await Promise.all(
      backends.map(async (each) => ({
        ...each,
        whereabouts: await explained(
          whereaboutsOf(each.missing, each.backend, connection),
          "read the dead letters",
          connection,
        ),
      })),
    );
    return { of: label, runId, startedAtMs, timeoutSeconds: timeout, sent, backends: placed };
  } finally {
    progress.stop();
  }
}

/** What goes wrong with a service, in words. */
async function explained<T>(work: Promise<T>, what: string, connection: LiveConnection): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw error instanceof CommandError ? error : awsError(error, what, connection);
  }
}

/** What goes wrong while sending, in words; an end that was asked for is none. */
async function* sentOrExplained(
  send: AsyncIterable<readonly SentRecord[]>,
  connection: LiveConnection,
  signal: AbortSignal,
): AsyncGenerator<readonly SentRecord[], void, void> {
  try {
    yield* send;
  } catch (error) {
    if (signal.aborted) return;
    throw error instanceof CommandError ? error : awsError(error, "send records to the stream", connection);
  }
}
