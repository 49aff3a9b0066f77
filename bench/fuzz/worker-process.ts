import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";
import type { Clock } from "../../contract/clock.ts";
import type { ChunkResult } from "./chunk.ts";
import type { ChunkOrder, WorkerMessage } from "./messages.ts";

const WORKER = join(import.meta.dirname, "worker.ts");
/** The heap of a worker; what needs more than this for a few kilobytes of input is a find. */
const NODE_OPTIONS = ["--max-old-space-size=512", "--disable-warning=ExperimentalWarning"];
const STDERR_CHARACTERS = 4000;

/** A chunk that ended its process, or kept it busy without a sign of life. */
export class WorkerLost extends Error {
  constructor(what: string) {
    super(what);
    this.name = "WorkerLost";
  }
}

/** One worker process: runs a chunk at a time. */
export class WorkerProcess {
  readonly #child: ChildProcess;
  readonly #clock: Clock;
  readonly #silenceMs: number;
  #stderr = "";

  /** `module` exports `TARGETS`; `silenceMs`: so long without a sign of life, and the process is given up; `signal` ends it. */
  constructor(module: string, clock: Clock, silenceMs: number, signal: AbortSignal) {
    this.#clock = clock;
    this.#silenceMs = silenceMs;
    this.#child = fork(WORKER, [module], {
      execArgv: NODE_OPTIONS,
      serialization: "advanced",
      stdio: ["ignore", "ignore", "pipe", "ipc"],
      // A group of its own: what a terminal signals is the bench alone, which ends its workers.
      detached: true,
      signal,
      killSignal: "SIGKILL",
    });
    this.#child.on("error", (error) => {
      if (!signal.aborted) throw error;
    });
    this.#child.stderr!.on("data", (text: Buffer) => {
      this.#stderr = (this.#stderr + text.toString()).slice(-STDERR_CHARACTERS);
    });
  }

  /** Runs a chunk; rejects with a {@link WorkerLost} if that ends the process or keeps it silent. */
  run(order: ChunkOrder, onExecutions: (executions: number) => void = () => undefined): Promise<ChunkResult> {
    const child = this.#child;
    return new Promise((resolve, reject) => {
      let cancel = (): void => undefined;
      const settle = (act: () => void): void => {
        cancel();
        child.removeAllListeners("message").removeAllListeners("close");
        act();
      };
      const lost = (what: string): void => settle(() => reject(new WorkerLost(what)));
      const watch = (): void => {
        cancel();
        cancel = this.#clock.after(this.#silenceMs, () => {
          lost(`no sign of life for ${this.#silenceMs} ms`);
          child.kill("SIGKILL");
        });
      };
      child.on("message", (message: WorkerMessage) => {
        watch();
        if ("result" in message) settle(() => resolve(message.result));
        else onExecutions(message.executions);
      });
      child.on("close", (code, signal) =>
        lost(`the process ended with ${signal ?? `code ${code}`}${this.#lastWords()}`),
      );
      watch();
      child.send(order);
    });
  }

  /** Ends the process. */
  async close(): Promise<void> {
    const child = this.#child;
    if (child.exitCode !== null || child.signalCode !== null) return;
    await new Promise((resolve) => {
      child.once("exit", resolve);
      child.kill("SIGKILL");
    });
  }

  #lastWords(): string {
    const line = this.#stderr.split("\n").find((text) => /Error|FATAL/.test(text));
    return line === undefined ? "" : `: ${line.trim()}`;
  }
}
