import { join } from "node:path";
import { systemClock } from "../../contract/clock.ts";
import type { Connection } from "../connect/connection.ts";
import { connect } from "../connect/connect.ts";
import { UsageError } from "../errors.ts";
import { EXIT } from "../exit-codes.ts";
import { type CloudOptions, cloudOf } from "../run-option.ts";
import { type TimeWindow, type WindowOptions, windowOf } from "../time-window.ts";
import { type Audit, audit } from "./audit.ts";
import { type AuditReportParts, auditReport, holds } from "./audit-report.ts";
import { kinesisLedger } from "./kinesis-ledger.ts";
import { LEDGER_FILE, fileLedger } from "./ledger-file.ts";
import { renderAuditReport } from "./render-audit.ts";
import { repairs } from "./repairs.ts";
import type { StreamLedger } from "./stream-ledger.ts";

/** The command line of `sluice audit`. */
export interface AuditCommandOptions extends CloudOptions, WindowOptions {
  readonly eventSince?: number;
  readonly eventUntil?: number;
  readonly deep?: boolean;
  readonly json?: boolean;
}

const MS_PER_HOUR = 3_600_000;
/** An hour of a deployed stack is looked at when it has been over for so long: what arrived in it has been delivered. */
const SETTLED_MS = 600_000;

/** Audits and prints; gives the exit code. Reads only. Throws a CommandError. */
export async function auditCommand(
  options: AuditCommandOptions,
  terminal: { readonly stdout: NodeJS.WritableStream },
): Promise<number> {
  const asked = askedWindow(options, systemClock.now());
  const eventWindow = askedEventWindow(options);
  const connection = await connect(cloudOf(options));
  try {
    const stream = await streamOf(connection);
    const window = { ...asked, sinceMs: Math.max(asked.sinceMs, nextHour(stream.heldSinceMs)) };
    if (window.sinceMs >= window.untilMs) throw new UsageError("the stream no longer holds anything of this time");
    const { facts, archive, deadLetters, query } = connection;
    const deep = options.deep === true;
    const found = await audit({
      ...{ facts, stream, archive, deadLetters, query, window, deep },
      ...(eventWindow && { eventWindow }),
    });
    const parts = { audit: found, of: connection.label, deep, window, repairs: repairsOf(found, connection, options) };
    terminal.stdout.write(rendered(parts, options.json === true));
    return holds(found) ? EXIT.ok : EXIT.auditBroken;
  } finally {
    await connection.close();
  }
}

/**
 * The window by whole hours, which is how objects are named. Without one, everything of a local run, and of a deployed stack
 * the last hour that has settled. Exported for its tests.
 */
export function askedWindow(options: WindowOptions & Pick<CloudOptions, "stack">, nowMs: number): TimeWindow {
  const { sinceMs, untilMs } = windowOf(options);
  const hours = {
    sinceMs: Math.floor(sinceMs / MS_PER_HOUR) * MS_PER_HOUR,
    untilMs: nextHour(untilMs),
  };
  if (options.stack === undefined) return hours;
  const settledMs = Math.floor((nowMs - SETTLED_MS) / MS_PER_HOUR) * MS_PER_HOUR;
  const until = Number.isFinite(hours.untilMs) ? hours.untilMs : Math.max(settledMs, hours.sinceMs + MS_PER_HOUR);
  return { sinceMs: Number.isFinite(hours.sinceMs) ? hours.sinceMs : until - MS_PER_HOUR, untilMs: until };
}

function askedEventWindow({ eventSince, eventUntil }: AuditCommandOptions): TimeWindow | undefined {
  if (eventSince === undefined && eventUntil === undefined) return undefined;
  if (eventSince === undefined || eventUntil === undefined) {
    throw new UsageError("--event-since and --event-until come together");
  }
  if (eventSince >= eventUntil) throw new UsageError("--event-since is not before --event-until");
  return { sinceMs: eventSince, untilMs: eventUntil };
}

function nextHour(ms: number): number {
  return Math.ceil(ms / MS_PER_HOUR) * MS_PER_HOUR;
}

/** The stream itself, or what a run has left of it. */
async function streamOf({ kinesis, facts, runDirectory }: Connection): Promise<StreamLedger> {
  if (kinesis !== undefined) return kinesisLedger({ kinesis, streamName: facts.streamName, clock: systemClock });
  return fileLedger(join(runDirectory!, LEDGER_FILE));
}

function repairsOf({ backends }: Audit, { facts, kinesis, archive }: Connection, options: AuditCommandOptions) {
  const isRun = options.stack === undefined;
  const hasSources = { hasStream: kinesis !== undefined, hasArchive: archive !== undefined };
  const narrowEventTimes = options.eventSince !== undefined;
  const target = isRun ? `--run ${options.run}` : `--stack ${options.stack}`;
  return Object.fromEntries(
    Object.entries(backends).map(([backend, { findings }]) => {
      const grants = facts.backends.find(({ name }) => name === backend)!.grants;
      const isArchive = grants.includes("archive-bucket-write");
      return [backend, repairs(findings, { isArchive, target, isRun, ...hasSources, narrowEventTimes })];
    }),
  );
}

function rendered(parts: AuditReportParts, json: boolean): string {
  return json ? `${JSON.stringify(auditReport(parts))}\n` : renderAuditReport(parts);
}
