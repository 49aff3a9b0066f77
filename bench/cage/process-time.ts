import { readFileSync } from "node:fs";

/** Linux counts processor time of other processes in hundredths of a second. https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
const NANOS_PER_TICK = 10_000_000;
const USER_TIME = 11;
const SYSTEM_TIME = 12;

/** Processor time that a process has taken so far, all threads, in nanoseconds. Throws where there is no `/proc`. */
export function processNanos(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
  // The second field is the command in brackets, which may hold blanks.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[USER_TIME]) + Number(fields[SYSTEM_TIME])) * NANOS_PER_TICK;
}
