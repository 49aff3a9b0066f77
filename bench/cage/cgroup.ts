import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Memory of a function with one whole processor. https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html */
export const MB_PER_PROCESSOR = 1769;
/** The kernel gives a cage its share anew in each period, as Lambda does: microseconds. */
const PERIOD_MICROS = 20_000;
const V1 = "/sys/fs/cgroup";
const V2 = "/sys/fs/cgroup";

/** What a cage allows. */
export interface CageSize {
  /** 128–1,769. */
  readonly memoryMb: number;
  /** `false` lifts the processor's share, for runs that measure something else. */
  readonly limitProcessor: boolean;
}

/** Holds processes to a function's memory and share of a processor; see {@link openCage}. */
export interface Cage {
  /** How it is held: by the kernel, or by accounting alone. */
  readonly kind: "cgroup v1" | "cgroup v2" | "accounting";
  /** Share of one processor. */
  readonly share: number;
  /** Puts a command into the cage: what to start in its place. */
  wrap(command: readonly string[]): readonly string[];
  /** Processor time of everything that has run in it, in nanoseconds; `undefined` where only the process can tell. */
  processorNanos(): number | undefined;
  /** Holds its processes to their share of the processor from now on, or no longer. */
  limitProcessor(on: boolean): void;
  /** Removes it; its processes must be gone. */
  close(): void;
}

/** Share of one processor that a function of so much memory has. */
export function processorShare(memoryMb: number): number {
  return memoryMb / MB_PER_PROCESSOR;
}

/**
 * Opens a cage by control groups, version 1 or 2, where this process may make one; else one that only accounts: figures are then
 * worked out from processor time. The kernel ends a process that takes more memory.
 */
export function openCage(name: string, size: CageSize): Cage {
  const share = processorShare(size.memoryMb);
  const cage = openV2(name, size, share) ?? openV1(name, size, share) ?? { ...accounting, share };
  cage.limitProcessor(size.limitProcessor);
  return cage;
}

/** Processor time that a share has in each period. */
function quotaMicros(share: number): number {
  return Math.round(PERIOD_MICROS * share);
}

const accounting = {
  kind: "accounting" as const,
  wrap: (command: readonly string[]) => command,
  processorNanos: () => undefined,
  limitProcessor: () => undefined,
  close: () => undefined,
};

function openV1(name: string, size: CageSize, share: number): Cage | undefined {
  const folders = ["cpu", "cpuacct", "memory"].map((controller) => join(V1, controller, name));
  const [cpu, cpuacct, memory] = folders as [string, string, string];
  try {
    for (const folder of folders) mkdirSync(folder, { recursive: true });
    writeFileSync(join(cpu, "cpu.cfs_period_us"), String(PERIOD_MICROS));
    writeFileSync(join(memory, "memory.limit_in_bytes"), String(size.memoryMb * 1024 * 1024));
  } catch {
    remove(folders);
    return undefined;
  }
  return {
    kind: "cgroup v1",
    share,
    wrap: (command) => enter(folders, command),
    processorNanos: () => Number(readFileSync(join(cpuacct, "cpuacct.usage"), "latin1")),
    limitProcessor: (on) => writeFileSync(join(cpu, "cpu.cfs_quota_us"), String(on ? quotaMicros(share) : -1)),
    close: () => remove(folders),
  };
}

function openV2(name: string, size: CageSize, share: number): Cage | undefined {
  if (!existsSync(join(V2, "cgroup.controllers"))) return undefined;
  const folder = join(V2, name);
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "cpu.max"), `max ${PERIOD_MICROS}`);
    writeFileSync(join(folder, "memory.max"), String(size.memoryMb * 1024 * 1024));
  } catch {
    remove([folder]);
    return undefined;
  }
  return {
    kind: "cgroup v2",
    share,
    wrap: (command) => enter([folder], command),
    processorNanos: () => {
      const usage = /^usage_usec (\d+)$/m.exec(readFileSync(join(folder, "cpu.stat"), "latin1"));
      return usage === null ? undefined : Number(usage[1]) * 1000;
    },
    limitProcessor: (on) =>
      writeFileSync(join(folder, "cpu.max"), `${on ? quotaMicros(share) : "max"} ${PERIOD_MICROS}`),
    close: () => remove([folder]),
  };
}

/** A shell enters the groups and becomes the command: what it starts is in the cage from its first instruction. */
function enter(folders: readonly string[], command: readonly string[]): readonly string[] {
  const groups = folders.map((folder) => `echo $$ > ${join(folder, "cgroup.procs")}`).join(" && ");
  return ["/bin/sh", "-c", `${groups} && exec "$@"`, "sh", ...command];
}

function remove(folders: readonly string[]): void {
  for (const folder of folders) {
    try {
      rmdirSync(folder);
    } catch {
      // Never made, or a process is still on its way out: an empty group harms nobody.
    }
  }
}
