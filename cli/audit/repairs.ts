import { READERS, TABLE_NAMES, TABLE_PREFIX } from "../../contract/columns.ts";
import { hourText } from "./cell.ts";
import type { Finding, FindingKind } from "./findings.ts";
import { PENDING } from "./matcher.ts";

/** What there is to repair from. */
export interface RepairContext {
  readonly isArchive: boolean;
  /** `--run DIR` or `--stack NAME`, for commands. */
  readonly target: string;
  /** Whether it is a local run: `pulumi up` makes nothing of it. */
  readonly isRun: boolean;
  /** Whether the stream can still be read. */
  readonly hasStream: boolean;
  /** Whether there is an archive to replay from. */
  readonly hasArchive: boolean;
  /** Whether event times were asked for: rows outside them were not looked at, and count as missing. */
  readonly narrowEventTimes: boolean;
}

const COPIES = "it writes all of these hours again; copies of what is there count as repeated";
const WRONG = "wrong rows and lines: Sluice does not write such, so find out who did before they are deleted by hand";

/** A command of its own for each table, up to so many; more are one replay to all 16. */
const TABLES_NAMED = 3;

/** What to do about a backend's findings, a line each, in the order in which to do it. Whatever is repaired, audit again. */
export function repairs(findings: readonly Finding[], context: RepairContext): string[] {
  const of = (...kinds: readonly FindingKind[]): Finding[] => findings.filter(({ kind }) => kinds.includes(kind));
  const gone = new Set(of("unreadable").flatMap(({ where = "" }) => (isTable(where) ? [where] : [])));
  const broken = of("unreadable", "miscounted", "altered").filter(({ where }) => where?.includes("/") === true);
  // What only all tables together are said of: while one of them is gone, it is that; otherwise rows whose id is none.
  const nameless = gone.size === 0 && of("unreadable").some(({ where = "" }) => where === `${TABLE_PREFIX}*`);
  const wrong = nameless || of("misplaced", "different", "unexpected", "duplicate").length > 0;
  return [
    ...tableRepair(gone, context),
    ...objectRepair(broken, context),
    ...pendingRepairs(of("pending"), context),
    ...missingRepairs(of("missing"), gone, broken, context),
    ...(wrong ? [WRONG] : []),
  ];
}

function isTable(where: string): boolean {
  return TABLE_NAMES.includes(where) || where === READERS.between;
}

function tableRepair(gone: ReadonlySet<string>, { isRun }: RepairContext): string[] {
  if (gone.size === 0) return [];
  const what = `cannot be read (${[...gone].join(", ")})`;
  return isRun
    ? [`${what}: what is gone from a local run cannot be made again; a new run (sluice local) makes all of it`]
    : [`${what}: first of all pulumi up --refresh, which makes what is not there (without --refresh it does not look)`];
}

/** A replay never writes over an object that holds anything else, so a broken one is moved away before. */
function objectRepair(broken: readonly Finding[], context: RepairContext): string[] {
  if (broken.length === 0) return [];
  const first = "broken objects: first move each aside, under no prefix of Sluice's";
  if (!canReplay(context)) return [`${first}; what they held cannot be restored: ${beyondRepair(context)}`];
  const command = broken.some(({ cell }) => cell !== undefined)
    ? replay(originOf(context), broken, context)
    : undefined;
  return [`${first}; then ${command === undefined ? "audit again" : `${command} (${COPIES})`}`];
}

function pendingRepairs(pending: readonly Finding[], context: RepairContext): string[] {
  const origins = { diverted: PENDING.diverted, failed: PENDING.failed };
  return Object.entries(origins).flatMap(([origin, detail]) => {
    const those = pending.filter((finding) => finding.detail === detail);
    return those.length > 0 ? [`${detail}: ${replay(origin, those, context)}`] : [];
  });
}

function missingRepairs(
  missing: readonly Finding[],
  gone: ReadonlySet<string>,
  broken: readonly Finding[],
  context: RepairContext,
): string[] {
  const repaired = new Set(broken.map(({ where }) => where));
  const left = missing.filter(
    ({ where }) => where === undefined || !(repaired.has(where) || (context.isRun && gone.has(where))),
  );
  if (left.length === 0) return [];
  if (!context.isArchive && context.narrowEventTimes) {
    return [
      "missing: do not replay yet: rows outside --event-since and --event-until were not looked at and count as missing; " +
        "widen them or leave them out, and audit again",
    ];
  }
  if (!canReplay(context)) return [`missing: ${beyondRepair(context)}`];
  const origin = originOf(context);
  const tables = new Set(context.isArchive ? [undefined] : left.map(({ where }) => where));
  if (tables.has(undefined) || tables.size > TABLES_NAMED) {
    return [`missing: ${replay(origin, left, context)} (${COPIES})`];
  }
  return [...tables].sort().map((table) => {
    const those = left.filter(({ where }) => where === table);
    return `missing: ${replay(origin, those, context)} --table ${table} (${COPIES})`;
  });
}

function canReplay({ isArchive, hasStream, hasArchive }: RepairContext): boolean {
  return hasStream || (!isArchive && hasArchive);
}

function originOf({ isArchive, hasArchive }: RepairContext): string {
  return !isArchive && hasArchive ? "archive" : "stream";
}

function beyondRepair({ isArchive }: RepairContext): string {
  const what = isArchive ? "the archive" : "the tables";
  return `the stream is gone with its run, and there is nothing to replay ${what} from`;
}

/** The command that brings the findings' hours back. */
function replay(from: string, findings: readonly Finding[], { isArchive, target }: RepairContext): string {
  const hours = findings.flatMap(({ cell }) => (cell === undefined ? [] : [cell.hour]));
  const since = hourText(Math.min(...hours));
  const until = hourText(Math.max(...hours) + 1);
  return `sluice replay --from ${from} --to ${isArchive ? "archive" : "warehouse"} --since ${since} --until ${until} ${target}`;
}
