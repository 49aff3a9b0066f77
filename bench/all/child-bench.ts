import { spawn } from "node:child_process";
import type { Clock } from "../../contract/clock.ts";
import { EXIT } from "../../cli/exit-codes.ts";
import type { Terminal } from "../../cli/command.ts";

const MAIN = new URL("../main.ts", import.meta.url).pathname;
/** An interrupted bench has so long to remove what it made. */
const PATIENCE_MS = 10_000;

export interface ChildOptions extends Terminal {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly args: readonly string[];
}

/** Runs one bench as a process of its own, its words passed on until it is interrupted; resolves with its exit code. */
export function runChild(name: string, { clock, signal, args, stdout, stderr }: ChildOptions): Promise<number> {
  if (signal.aborted) return Promise.resolve(EXIT.interrupted);
  const child = spawn(process.execPath, [...process.execArgv, MAIN, name, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    // A group of its own: what a terminal signals is the program alone, which ends the bench and all that it started.
    detached: true,
  });
  child.stdout.pipe(stdout, { end: false });
  child.stderr.pipe(stderr, { end: false });
  const killGroup = (): void => kill(child.pid, "SIGKILL");
  let cancel = (): void => undefined;
  const interrupt = (): void => {
    // What it has to say now would stand in the way of the program's own last line.
    for (const output of [child.stdout, child.stderr]) output.unpipe().resume();
    child.kill("SIGINT");
    cancel = clock.after(PATIENCE_MS, killGroup);
  };
  signal.addEventListener("abort", interrupt);
  // A second signal ends this process at once.
  process.once("exit", killGroup);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      cancel();
      signal.removeEventListener("abort", interrupt);
      process.off("exit", killGroup);
      if (signal.aborted) killGroup();
      resolve(code ?? EXIT.failed);
    });
  });
}

function kill(group: number | undefined, signal: NodeJS.Signals): void {
  if (group === undefined) return;
  try {
    process.kill(-group, signal);
  } catch {
    // Nobody is left in it.
  }
}
