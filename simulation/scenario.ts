import type { FailureKind, Outage, Period, RequestFaults } from "./cloud/faults.ts";
import { NO_REQUEST_FAULTS } from "./cloud/faults.ts";
import type { TableRefusal } from "./cloud/storage-write.ts";
import { Draws } from "./draws.ts";
import type { InvocationFaults } from "./lambda/function.ts";
import { NO_INVOCATION_FAULTS } from "./lambda/function.ts";
import { TABLE_PREFIX } from "../contract/columns.ts";
import { NO_FAULTS } from "./world/spec.ts";
import type { BackendFaults, BackendSpec, MappingChange, MappingSpec, Reshard, WorldSpec } from "./world/spec.ts";

/**
 * What a seed is about.
 * - `calm`: no faults, but bad records, and perhaps changes of shards and mappings.
 * - `survivable`: each backend is away once, for less than the tolerated outage: nothing may be given up.
 * - `faulty`: single requests and invocations fail in every way.
 * - `everything`: both, outages of any length, tables that refuse, dead letters away.
 */
export type Theme = "calm" | "survivable" | "faulty" | "everything";

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
/** A day in the middle of the year, so that no seed depends on the real one. */
const DAY_MS = Date.UTC(2026, 5, 15);
/** With a retention of 24 hours: DESIGN 3.6. */
const MAX_RECORD_AGE_SECONDS = 21 * 3600;

/** Makes the whole run of a seed: any integer from 0 to 2^53 − 1. */
export function scenario(seed: number): WorldSpec {
  const draws = new Draws(seed, "scenario");
  const theme = draws.pick<Theme>(["calm", "survivable", "faulty", "faulty", "everything", "everything"]);
  const lastsMs = draws.logBetween(20_000, 12 * MINUTE_MS);
  const faultsEndMs = theme === "calm" ? 0 : Math.round(lastsMs * (0.5 + draws.unit()));
  const tables = tableDigits(draws);
  const within = () => draws.between(0, Math.max(lastsMs, faultsEndMs));
  return {
    seed,
    // Half of the runs cross an hour.
    startMs: DAY_MS + draws.between(1, 23) * HOUR_MS - (draws.chance(0.5) ? draws.between(0, lastsMs) : 0),
    generation: draws.pick(["", "", "g2"]),
    shards: draws.pick([1, 1, 2, 3]),
    load: {
      records: draws.logBetween(20, 300),
      overMs: lastsMs,
      partitionKeys: draws.logBetween(1, 40),
      arrivalJitterMs: draws.pick([0, 0, 3_000]),
      pieces: {
        tables,
        players: draws.logBetween(1, 30),
        badShare: draws.pick([0, 0.02, 0.2]),
        refusedShare: draws.pick([0, 0, 0.02, 0.1]),
      },
    },
    reshards: upTo(draws, 3, 0.4, (): Reshard => ({
      atMs: within(),
      kind: draws.pick(["double", "halve", "split", "merge"]),
    })),
    deadLetterOutages: theme === "everything" && draws.chance(0.3) ? [outage(draws, faultsEndMs, 5 * MINUTE_MS)] : [],
    backends: [
      backend(draws, "archive", theme, faultsEndMs, lastsMs, tables),
      backend(draws, "warehouse", theme, faultsEndMs, lastsMs, tables),
    ],
    faultsEndMs,
  };
}

function backend(
  draws: Draws,
  kind: BackendSpec["kind"],
  theme: Theme,
  faultsEndMs: number,
  lastsMs: number,
  tables: string,
): BackendSpec {
  const survivable = theme === "calm" || theme === "survivable";
  const timeoutSeconds = draws.pick([10, 20, 30, 60]);
  const toleratedOutageSeconds = draws.logBetween(60, 600);
  const faults = backendFaults(draws, kind, theme, faultsEndMs, toleratedOutageSeconds * 1000, tables);
  return {
    name: kind,
    kind,
    fanOut: draws.chance(0.6),
    mapping: mapping(draws),
    changes: mappingChanges(draws, lastsMs),
    timeoutSeconds,
    toleratedOutageSeconds,
    maximumRecordAgeSeconds:
      theme === "everything" && draws.chance(0.3) ? Math.max(60, toleratedOutageSeconds) : MAX_RECORD_AGE_SECONDS,
    littleMemory: draws.chance(0.4),
    survivable,
    faults,
  };
}

function mapping(draws: Draws): MappingSpec {
  return {
    batchSize: draws.pick([1, 7, 100, 1_000]),
    windowSeconds: draws.pick([0, 0, 1, 5, 30]),
    parallelization: draws.pick([1, 1, 2, 4, 10]),
  };
}

function mappingChanges(draws: Draws, lastsMs: number): MappingChange[] {
  if (!draws.chance(0.25)) return [];
  const changes = upTo(draws, 2, 0.7, (): MappingChange => {
    const atMs = draws.between(0, lastsMs);
    return draws.chance(0.5) ? { atMs, enabled: true, ...mapping(draws) } : { atMs, enabled: false };
  });
  // Whatever came before, in the end it is enabled.
  return [...changes, { atMs: lastsMs, enabled: true }].sort((a, b) => a.atMs - b.atMs);
}

function backendFaults(
  draws: Draws,
  kind: BackendSpec["kind"],
  theme: Theme,
  untilMs: number,
  toleratedMs: number,
  tables: string,
): BackendFaults {
  switch (theme) {
    case "calm":
      return NO_FAULTS;
    case "survivable": {
      const away = outage(draws, untilMs, toleratedMs * 0.9);
      const byTokens = kind === "warehouse" && draws.chance(0.3);
      return {
        ...NO_FAULTS,
        ...(byTokens ? { tokenOutages: [away] } : { outages: [away] }),
        requests: requestFaults(draws, 0.03),
      };
    }
    case "faulty":
      return {
        ...NO_FAULTS,
        requests: requestFaults(draws, 0.15),
        invocations: invocationFaults(draws),
        revocations: upTo(draws, 2, 0.3, () => draws.between(0, untilMs)),
      };
    case "everything":
      return {
        ...NO_FAULTS,
        outages: upTo(draws, 2, 0.6, () => outage(draws, untilMs, 20 * MINUTE_MS)),
        tokenOutages: upTo(draws, 1, 0.3, () => outage(draws, untilMs, 10 * MINUTE_MS)),
        revocations: upTo(draws, 2, 0.3, () => draws.between(0, untilMs)),
        refusals: kind === "warehouse" ? upTo(draws, 2, 0.6, () => refusal(draws, untilMs, tables)) : [],
        requests: draws.chance(0.7) ? requestFaults(draws, 0.1) : NO_REQUEST_FAULTS,
        invocations: draws.chance(0.7) ? invocationFaults(draws) : NO_INVOCATION_FAULTS,
      };
  }
}

function outage(draws: Draws, withinMs: number, longestMs: number): Outage {
  const how = draws.pick<FailureKind>(["refused", "refused", "silent", "slow"]);
  return { ...period(draws, withinMs, longestMs), how };
}

function refusal(draws: Draws, withinMs: number, tables: string): TableRefusal {
  return {
    ...period(draws, withinMs, 15 * MINUTE_MS),
    table: TABLE_PREFIX + draws.pick([...tables]),
    code: draws.pick(["NOT_FOUND", "PERMISSION_DENIED", "SCHEMA_MISMATCH"]),
    endsCall: draws.chance(0.3),
  };
}

function period(draws: Draws, withinMs: number, longestMs: number): Period {
  const fromMs = draws.between(0, withinMs);
  return { fromMs, toMs: fromMs + draws.logBetween(1_000, Math.max(1_000, Math.round(longestMs))) };
}

/** Each kind at a rate of its own, up to `highest`, some at none. */
function requestFaults(draws: Draws, highest: number): RequestFaults {
  const rate = () => (draws.chance(0.3) ? 0 : highest * draws.unit() ** 2);
  return { refused: rate(), answerLost: rate(), silent: rate() / 3, slow: rate() / 2 };
}

function invocationFaults(draws: Draws): InvocationFaults {
  const rate = (highest: number) => (draws.chance(0.4) ? 0 : highest * draws.unit());
  return {
    throttled: rate(0.2),
    crash: rate(0.5),
    stall: rate(0.2),
    clockJump: rate(0.3),
    answerLost: rate(0.15),
    duplicate: rate(0.2),
    recycled: rate(0.3),
  };
}

function tableDigits(draws: Draws): string {
  const digits = [..."0123456789abcdef"];
  const count = draws.pick([1, 2, 3, 5, 16]);
  return Array.from({ length: count }, () => digits.splice(draws.between(0, digits.length - 1), 1)[0]!).join("");
}

function upTo<T>(draws: Draws, most: number, chance: number, make: () => T): T[] {
  const made: T[] = [];
  for (let index = 0; index < most; index++) if (draws.chance(chance)) made.push(make());
  return made;
}
