/** What Sluice is to reach in the cage, and whether a run did. Pure. */
import { TARGETS as COST_TARGETS } from "../../model/cost/full-shard.ts";
import { LIMIT, SLUICE } from "./contender.ts";
import type { CageResult, ContenderResult, TargetResult } from "./result.ts";

/** A run without its targets, and what the model says of the other format. */
export interface TargetInput extends Omit<CageResult, "targets"> {
  /** US dollars for a million records in KPL aggregates; `undefined` where it was not asked for. */
  readonly kplUsdPerMillion?: number;
}

/** Records/s of one function of 256 MB. */
const RECORDS_PER_SECOND = { archive: 7_000, warehouse: 6_000 } as const;
/** The memory of that function, and what counts as its records of 1 KB: real logs have some less. */
const MEMORY_MB = 256;
const RECORD_BYTES = { least: 700, most: 1_100 } as const;
const MAX_TO_LIMIT = 1.25;
const MIN_TODAY_TO_SLUICE = 3;
const MAX_MEMORY_MB = 160;
const MAX_BUNDLE_BYTES = 1_000_000;
const MAX_WIRE_TO_GZIP = 1.15;

type Direction = "≥" | "≤" | "=";

/**
 * The targets that a run can say something about. Not in the list: those of what was left out, what speaks of a function of 256 MB in a run
 * with another memory, and what speaks of records of 1 KB in a run with others.
 */
export function targetResults(run: TargetInput): TargetResult[] {
  const { backend, contenders, flatness } = run;
  const find = (start: string): ContenderResult | undefined => contenders.find(({ name }) => name.startsWith(start));
  const sluice = find(SLUICE)!;
  const today = find("today");
  const decimals =
    (digits: number, unit = "") =>
    (value: number) =>
      `${value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits })}${unit}`;
  const usual = run.cage.memoryMb === MEMORY_MB;
  const { recordBytes } = run.input;
  const usualRecords = usual && recordBytes >= RECORD_BYTES.least && recordBytes <= RECORD_BYTES.most;
  return [
    ...(usualRecords
      ? [target("records/s of a function", "≥", RECORDS_PER_SECOND[backend], sluice.recordsPerSecond, decimals(0))]
      : []),
    target("errors", "=", 0, sluice.errorPercent, decimals(1, " %")),
    ...(sluice.toLimit === undefined
      ? []
      : [target(`processor time ÷ the ${LIMIT}`, "≤", MAX_TO_LIMIT, sluice.toLimit, decimals(2))]),
    ...(today === undefined
      ? []
      : [target("processor time of today's way ÷ Sluice's", "≥", MIN_TODAY_TO_SLUICE, today.toSluice, decimals(2))]),
    ...(usual ? [target("peak memory", "≤", MAX_MEMORY_MB, sluice.peakMemoryMb, decimals(0, " MB"))] : []),
    ...(flatness === undefined ? [] : flatTargets(flatness, usual, decimals(0, " MB"))),
    target("bundle", "≤", MAX_BUNDLE_BYTES, sluice.bundleBytes, decimals(0, " B")),
    ...(backend === "archive"
      ? []
      : [target("wire bytes ÷ gzip −6 of the same rows", "≤", MAX_WIRE_TO_GZIP, sluice.wireToGzip, decimals(3))]),
    ...(usualRecords ? costTargets(run, sluice, decimals(4, " $")) : []),
  ];
}

function flatTargets(
  { invocations, overallMb, flat }: NonNullable<CageResult["flatness"]>,
  usual: boolean,
  format: (value: number) => string,
): TargetResult[] {
  const many = invocations.toLocaleString("en-US");
  return [
    ...(usual ? [target(`peak memory over ${many} invocations`, "≤", MAX_MEMORY_MB, overallMb, format)] : []),
    {
      ...{ what: `memory over ${many} invocations`, target: "flat", measured: flat ? "flat" : "not flat" },
      ...{ value: flat ? 1 : 0, met: flat },
    },
  ];
}

/** The archive's own part of the bill is small: cost is the warehouse's target. */
function costTargets(run: TargetInput, sluice: ContenderResult, usd: (value: number) => string): TargetResult[] {
  if (run.backend === "archive" || run.input.format === "kpl+zlib") return [];
  const cost = (format: "plain" | "kpl", value: number): TargetResult =>
    target(`cost of a million records, ${format}, full shards`, "≤", COST_TARGETS[format], value, usd);
  return [
    cost(run.input.format, sluice.usdPerMillion),
    ...(run.kplUsdPerMillion === undefined ? [] : [cost("kpl", run.kplUsdPerMillion)]),
  ];
}

function target(
  what: string,
  direction: Direction,
  bound: number,
  value: number,
  format: (value: number) => string,
): TargetResult {
  const met = direction === "≥" ? value >= bound : direction === "≤" ? value <= bound : value === bound;
  return {
    what,
    target: `${direction === "=" ? "" : `${direction} `}${format(bound)}`,
    measured: format(value),
    value,
    met,
  };
}
