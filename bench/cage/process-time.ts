import { readFileSync, readdirSync } from "node:fs";

/** Linux counts processor time of other processes in hundredths of a second. https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
const NANOS_PER_TICK = 10_000_000;
const USER_TIME = 11;
const SYSTEM_TIME = 12;

/** Processor time that a process has taken so far, all threads, in nanoseconds. Throws where there is no `/proc`. */
export function processNanos(pid: number): number {
  return nanosOf(readFileSync(`/proc/${pid}/stat`, "latin1"));
}

/** One thread of a process. */
export interface ThreadTime {
  /** The name that it has given itself; `main` for the first one. */
  readonly name: string;
  readonly nanos: number;
}

/** Processor time of each thread of a process so far, by the thread's id; what has ended is gone. Throws where there is no `/proc`. */
export function threadNanos(pid: number): Map<string, ThreadTime> {
  const folder = `/proc/${pid}/task`;
  const threads = readdirSync(folder).map((id): [string, ThreadTime] => {
    const name = id === String(pid) ? "main" : readFileSync(`${folder}/${id}/comm`, "latin1").trim();
    return [id, { name, nanos: nanosOf(readFileSync(`${folder}/${id}/stat`, "latin1")) }];
  });
  return new Map(threads);
}

function nanosOf(stat: string): number {
  // The second field is the command in brackets, which may hold blanks.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[USER_TIME]) + Number(fields[SYSTEM_TIME])) * NANOS_PER_TICK;
}
