import { readFileSync } from "node:fs";

const RESIDENT = /^VmRSS:\s+(\d+) kB$/m;
const PEAK = /^VmHWM:\s+(\d+) kB$/m;

/** Resident memory of a process, now and at its highest, in KiB. */
export interface ResidentMemory {
  readonly nowKb: number;
  readonly peakKb: number;
}

/** Reads it from Linux's /proc; `undefined` on other systems and for a process that is gone. */
export function residentMemory(pid: number): ResidentMemory | undefined {
  let status: string;
  try {
    status = readFileSync(`/proc/${pid}/status`, "latin1");
  } catch {
    return undefined;
  }
  const now = RESIDENT.exec(status)?.[1];
  const peak = PEAK.exec(status)?.[1];
  return now === undefined || peak === undefined ? undefined : { nowKb: Number(now), peakKb: Number(peak) };
}
