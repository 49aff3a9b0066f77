import { readFileSync, readdirSync } from "node:fs";
import { processNanos } from "../cage/process-time.ts";
import type { ProcessorTime } from "./result.ts";

const NANOS_PER_SECOND = 1e9;
const PARENT = 1;

interface Known {
  role: string;
  nanos: number;
}

/** Keeps the processor time of a process and all that it starts, as last seen; call `look` often. */
export class ProcessorTimes {
  readonly #root: number;
  readonly #known = new Map<number, Known>();

  constructor(root: number) {
    this.#root = root;
  }

  /** Looks at every process that runs now; `false` where there is no `/proc`. */
  look(): boolean {
    if (process.platform !== "linux") return false;
    for (const pid of descendants(this.#root)) {
      try {
        const nanos = processNanos(pid);
        const known = this.#known.get(pid);
        // What a process runs is known only some time after its birth.
        if (known === undefined || known.role === START) this.#known.set(pid, { role: roleOf(pid), nanos });
        else known.nanos = nanos;
      } catch {
        // It has ended: what was seen last stands.
      }
    }
    return true;
  }

  byRole(): ProcessorTime[] {
    const roles = new Map<string, { processes: number; nanos: number }>();
    for (const { role, nanos } of this.#known.values()) {
      const sum = roles.get(role) ?? { processes: 0, nanos: 0 };
      roles.set(role, { processes: sum.processes + 1, nanos: sum.nanos + nanos });
    }
    return [...roles]
      .map(([role, { processes, nanos }]) => ({ role, processes, seconds: nanos / NANOS_PER_SECOND }))
      .sort((a, b) => (a.role < b.role ? -1 : 1));
  }
}

const START = "start";

function roleOf(pid: number): string {
  const environment = readFileSync(`/proc/${pid}/environ`, "latin1").split("\0");
  const backend = environment
    .find((variable) => variable.startsWith("AWS_LAMBDA_FUNCTION_NAME="))
    ?.split("-")
    .at(-1);
  if (backend !== undefined) return backend;
  const command = readFileSync(`/proc/${pid}/cmdline`, "latin1");
  if (command.includes("producer-process.ts")) return "producer";
  return command.includes("cli/main.ts") ? "cloud" : START;
}

function descendants(root: number): number[] {
  const children = new Map<number, number[]>();
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const parent = parentOf(name);
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const found = [root];
  for (const pid of found) found.push(...(children.get(pid) ?? []));
  return found;
}

function parentOf(pid: string): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The second field is the command in brackets, which may hold blanks.
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[PARENT]);
  } catch {
    return undefined;
  }
}
