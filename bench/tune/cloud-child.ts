import { type ChildProcess, fork } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CloudJob, FromCloud, ToCloud, Written } from "./messages.ts";

const SCRIPT = join(import.meta.dirname, "cloud-process.ts");

/** A local cloud in a process of its own, and what its functions have written. Ends with {@link CloudChild.close}. */
export class CloudChild {
  /** Invocations that have ended, in that order. */
  readonly written: Written[] = [];
  readonly #child: ChildProcess;
  readonly #directory: string;
  readonly #up = Promise.withResolvers<{ readonly endpoint: string; readonly streamName: string }>();
  /** Who waits for the mappings to be set. */
  #set = Promise.withResolvers<number>();
  readonly #gone: Promise<void>;
  #changed: () => void = () => undefined;

  constructor(job: Omit<CloudJob, "directory">) {
    this.#directory = mkdtempSync(join(tmpdir(), "sluice-tune-"));
    this.#child = fork(SCRIPT, [JSON.stringify({ ...job, directory: this.#directory } satisfies CloudJob)], {
      execArgv: ["--disable-warning=ExperimentalWarning"],
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    this.#gone = new Promise((resolve) => this.#child.on("exit", () => resolve()));
    const fail = (error: Error): void => {
      this.#up.reject(error);
      this.#set.reject(error);
    };
    this.#set.promise.catch(() => undefined);
    this.#child.on("error", fail);
    this.#child.on("exit", (code, signal) => fail(new Error(`the local cloud ended with ${signal ?? code}`)));
    this.#child.on("message", (message: FromCloud) => {
      if (message.kind === "up") this.#up.resolve(message);
      else if (message.kind === "set") this.#set.resolve(message.atMs);
      else if (message.kind === "problem") process.stderr.write(`${message.message}\n`);
      else {
        this.written.push(message.written);
        this.#changed();
      }
    });
  }

  /** Where it answers, once it does. */
  up(): Promise<{ readonly endpoint: string; readonly streamName: string }> {
    return this.#up.promise;
  }

  /** Enables or disables the mappings; gives when they were, in milliseconds since the epoch. */
  setEnabled(enabled: boolean): Promise<number> {
    this.#set = Promise.withResolvers();
    this.#child.send({ kind: "set", enabled } satisfies ToCloud, (error) => {
      if (error !== null) this.#set.reject(error);
    });
    return this.#set.promise;
  }

  /** Resolves once every backend has written so many records in all. Rejects if the cloud ends before. */
  async drained(backends: readonly string[], records: number): Promise<void> {
    const left = (): boolean =>
      backends.some((name) => {
        const own = this.written.filter(({ backend }) => backend === name);
        return own.reduce((sum, each) => sum + each.records, 0) < records;
      });
    while (left()) {
      const changed = new Promise<void>((resolve) => (this.#changed = resolve));
      await Promise.race([changed, this.#gone.then(() => Promise.reject(new Error("the local cloud has ended")))]);
    }
  }

  /** Ends the cloud and removes its folder. */
  async close(): Promise<void> {
    if (this.#child.connected) this.#child.send({ kind: "close" } satisfies ToCloud, () => undefined);
    await this.#gone;
    rmSync(this.#directory, { recursive: true, force: true });
  }
}
