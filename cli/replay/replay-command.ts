import { realpathSync } from "node:fs";
import { systemClock } from "../../contract/clock.ts";
import type { Reason } from "../../contract/reasons.ts";
import { connect } from "../connect/connect.ts";
import type { Connection } from "../connect/connection.ts";
import { CommandError, UsageError, describeError } from "../errors.ts";
import { EXIT } from "../exit-codes.ts";
import { type Interrupt, listenForInterrupt } from "../interrupt.ts";
import { startProgress } from "../progress.ts";
import type { ProgressOutput } from "../progress-display.ts";
import { type CloudOptions, cloudOf } from "../run-option.ts";
import { type WindowOptions, windowOf } from "../time-window.ts";
import { keepsState, replay } from "./replay.ts";
import { renderReport, replayReport } from "./report.ts";
import { type Destination, type Origin, type ReplayRequest, refusal } from "./request.ts";
import { ReplayState } from "./state.ts";
import { streamOf } from "./stream.ts";
import { Tally } from "./tally.ts";

/** The command line of `sluice replay`. */
export interface ReplayCommandOptions extends CloudOptions, WindowOptions {
  readonly from: Origin;
  readonly to: Destination;
  readonly reason?: Reason;
  readonly table?: string;
  readonly dryRun?: boolean;
  readonly rate?: number;
  readonly state?: string;
  readonly json?: boolean;
}

/** How long a batch is tried before the replay stops; a table that was just made may not be found for that long. */
const BATCH_TIMEOUT_MS = 60_000;

/** Replays, shows how far it is, prints the report, and gives the exit code. Throws a CommandError before anything is read. */
export async function replayCommand(
  options: ReplayCommandOptions,
  terminal: { readonly stdout: NodeJS.WritableStream; readonly stderr: ProgressOutput },
): Promise<number> {
  const { from, to, reason, table, dryRun = false } = options;
  const request: ReplayRequest = { from, to, reason, table, dryRun, window: windowOf(options) };
  const refused = refusal(request);
  if (refused !== undefined) throw new UsageError(refused.message, { hint: refused.hint });
  const interrupt = listenForInterrupt(process, systemClock);
  const connection = await connect({ ...cloudOf(options), write: !dryRun });
  try {
    return await run(request, options, connection, interrupt, terminal);
  } finally {
    interrupt.dispose();
    await connection.close();
  }
}

async function run(
  request: ReplayRequest,
  options: ReplayCommandOptions,
  connection: Connection,
  interrupt: Interrupt,
  terminal: { readonly stdout: NodeJS.WritableStream; readonly stderr: ProgressOutput },
): Promise<number> {
  if (request.from === "stream") streamOf(connection);
  const startedMs = systemClock.now();
  const tally = new Tally();
  const state = stateOf(request, options, connection, startedMs);
  if (state.resumed) {
    const until = new Date(state.untilMs).toISOString();
    terminal.stderr.write(`Going on where an earlier replay stopped, up to what arrived by ${until}.\n`);
  }
  const progress = startProgress({
    output: terminal.stderr,
    clock: systemClock,
    sample: () => [
      { label: "read", value: tally.read },
      { label: request.dryRun ? "could be written" : "written", value: tally.written },
      {
        label: request.dryRun ? "could not be written" : "not written",
        value: tally.stillQuarantined + tally.stillDiverted + tally.quarantined + tally.diverted,
      },
    ],
  });
  let failure: CommandError | undefined;
  try {
    await replay(request, {
      ...{ connection, state, tally, clock: systemClock, random: Math.random, signal: interrupt.signal },
      recordsPerSecond: options.rate,
      batchTimeoutMs: BATCH_TIMEOUT_MS,
    });
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    failure = error;
  } finally {
    progress.stop();
  }
  const { resumed, untilMs } = state;
  const complete = failure === undefined && !interrupt.signal.aborted;
  const report = replayReport(request, tally, {
    configuration: connection.configuration,
    resumed,
    untilMs,
    complete,
    seconds: (systemClock.now() - startedMs) / 1000,
  });
  terminal.stdout.write(options.json === true ? `${JSON.stringify(report)}\n` : renderReport(report));
  if (failure !== undefined) {
    terminal.stderr.write(describeError(failure));
    return failure.exitCode;
  }
  return interrupt.exitCode() ?? (tally.problems.length > 0 ? EXIT.failed : EXIT.ok);
}

function stateOf(
  request: ReplayRequest,
  { state }: ReplayCommandOptions,
  { facts, label, runDirectory }: Connection,
  nowMs: number,
): ReplayState {
  const { from, to, table, window, dryRun } = request;
  const untilMs = Math.min(window.untilMs, nowMs);
  if (!keepsState(from)) {
    if (state !== undefined) {
      throw new UsageError(`--from ${from} needs no --state`, {
        hint: "What is replayed leaves it: run the same command again.",
      });
    }
    return ReplayState.none(untilMs);
  }
  if (dryRun) return ReplayState.none(untilMs);
  const time = (ms: number): string => (Number.isFinite(ms) ? new Date(ms).toISOString() : "");
  // A run by its own folder, not by the link to the latest; buckets have their account and region in their names.
  const place = runDirectory === undefined ? label : realpathSync(runDirectory);
  const span = `${time(window.sinceMs)}..${time(window.untilMs)}`;
  const replayed = [place, facts.deadLetterBucket, facts.streamName, from, to, table ?? "", span];
  return ReplayState.open(state, replayed.join(" "), untilMs);
}
