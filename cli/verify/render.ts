import Table from "cli-table3";
import { TABLE_PREFIX } from "../../contract/columns.ts";
import { grouped } from "../grouped.ts";
import type { BackendVerification, SentRecord, Whereabouts } from "./types.ts";

/** What verify has found out, to be shown. */
export interface VerifyResult {
  /** Whose cloud: `run <folder>`, `stack dev`. */
  readonly of: string;
  readonly runId: string;
  /** When it began, milliseconds since the epoch. */
  readonly startedAtMs: number;
  readonly timeoutSeconds: number;
  readonly sent: readonly SentRecord[];
  readonly backends: readonly (BackendVerification & {
    /** Where the missing ones are, by record id. */
    readonly whereabouts: ReadonlyMap<string, Whereabouts>;
  })[];
}

/** Version of what `sluice verify --json` prints. */
const VERSION = 1;

const WHERE: Readonly<Record<Whereabouts, string>> = {
  quarantined: "in the quarantine (sluice quarantine list)",
  diverted: "diverted, for sluice replay diverted",
  failed: "given up by Lambda, for sluice replay failed",
  nowhere: "in no dead letters: on the stream still, or lost (sluice status shows the backlog)",
};

/** Whether every record was found in every backend. */
export function allFound({ sent, backends }: Pick<VerifyResult, "sent" | "backends">): boolean {
  return sent.length > 0 && backends.every(({ found }) => found === sent.length);
}

/** Table and findings, for people. */
export function renderVerification(result: VerifyResult): string {
  const { of, sent, backends, runId, timeoutSeconds } = result;
  const table = new Table({
    head: ["backend", "found as", "found", "fastest", "median", "slowest"],
    colAligns: ["left", "left", "right", "right", "right", "right"],
    style: { head: [], border: [] },
  });
  for (const { backend, what, found, latencies } of backends) {
    const times = latencies === undefined ? [] : [latencies.minMs, latencies.medianMs, latencies.maxMs];
    table.push([
      backend,
      what,
      `${grouped(found)} of ${grouped(sent.length)}`,
      ...times.map(seconds),
      ...Array.from({ length: 3 - times.length }, () => "–"),
    ]);
  }
  const lines = backends.flatMap((each) => missingLines(each, sent.length, timeoutSeconds));
  const verdict = allFound(result) ? "Every record was found." : "NOT every record was found.";
  return `${table.toString()}\n${lines.map((line) => `${line}\n`).join("")}${verdict} ${of}, verify_run ${runId}\n`;
}

function missingLines(
  { backend, missing, whereabouts }: VerifyResult["backends"][number],
  sent: number,
  timeoutSeconds: number,
): string[] {
  if (missing.length === 0) return [];
  const first = `${backend}: ${grouped(missing.length)} of ${grouped(sent)} not found within ${timeoutSeconds} s of the last one's sending`;
  return [
    first,
    ...Object.entries(WHERE).flatMap(([kind, text]) => {
      const there = missing.filter(({ recordId }) => whereabouts.get(recordId) === kind);
      return there.length === 0 ? [] : [`  ${grouped(there.length)} ${text}: ${places(there)}`];
    }),
  ];
}

/** By shard and table, as far as a record is of one. */
function places(records: readonly SentRecord[]): string {
  const shards = [...new Set(records.map(({ shard }) => shard))].sort((a, b) => a - b);
  const tables = [...new Set(records.map(({ playerId }) => playerId[0]!))].sort();
  const named = tables.length === 16 ? "all 16 tables" : tables.map((digit) => TABLE_PREFIX + digit).join(", ");
  return `shard ${shards.join(", ")}; of ${named}`;
}

/** One JSON object, for machines. */
export function verificationJson(result: VerifyResult): object {
  const { of, sent, backends, runId, startedAtMs, timeoutSeconds } = result;
  return {
    version: VERSION,
    of,
    runId,
    startedAt: new Date(startedAtMs).toISOString(),
    timeoutSeconds,
    sent: sent.length,
    allFound: allFound(result),
    backends: Object.fromEntries(
      backends.map(({ backend, what, found, latencies, missing, whereabouts }) => [
        backend,
        {
          what,
          found,
          ...(latencies && { latencyMs: { min: latencies.minMs, median: latencies.medianMs, max: latencies.maxMs } }),
          missing: missing.map(({ recordId }) => ({ recordId, where: whereabouts.get(recordId) })),
        },
      ]),
    ),
  };
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(2)} s`;
}
