import type { Reason } from "../../contract/reasons.ts";
import type { TimeWindow } from "../time-window.ts";

/** Where records can be replayed from. */
export const ORIGINS = ["quarantine", "diverted", "failed", "archive", "stream"] as const;
export type Origin = (typeof ORIGINS)[number];

/** Where to. */
export const DESTINATIONS = ["archive", "warehouse"] as const;
export type Destination = (typeof DESTINATIONS)[number];

/** What is to be replayed. */
export interface ReplayRequest {
  readonly from: Origin;
  readonly to: Destination;
  /** Of arrival on the stream. */
  readonly window: TimeWindow;
  /** Of the quarantine: only records of this reason. */
  readonly reason: Reason | undefined;
  /** Of the warehouse: only rows of this table. */
  readonly table: string | undefined;
  /** Read and judge, and write nothing. */
  readonly dryRun: boolean;
}

/** Pairs and options that make no sense, each with what to do instead. */
export function refusal({ from, to, reason, table }: ReplayRequest): { message: string; hint: string } | undefined {
  if (from === "archive" && to === "archive") {
    return {
      message: "the archive is not replayed to itself",
      hint: "What is missing in it is on the stream while retention lasts: --from stream --to archive.",
    };
  }
  if (from === "diverted" && to === "archive") {
    return {
      message: "the archive diverts nothing: it has one bucket, not 16 tables",
      hint: "Diverted records are rows of a table: --from diverted --to warehouse.",
    };
  }
  if (reason !== undefined && from !== "quarantine") {
    return { message: `only quarantined records have a reason, --from ${from} has none`, hint: "Leave --reason out." };
  }
  if (table !== undefined && to !== "warehouse") {
    return { message: "only the warehouse has tables", hint: "Leave --table out." };
  }
  if (table !== undefined && from === "failed") {
    return {
      message: "a batch that Lambda gave up is replayed whole, to all of its tables",
      hint: "Leave --table out.",
    };
  }
  return undefined;
}
