import { fork } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { StandInEndpoints, Store, Stored, TakeRequest } from "./stand-in.ts";

/** The servers that stand for S3 and Google, in a process of their own. */
export class StandIns {
  readonly endpoints: StandInEndpoints;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, endpoints: StandInEndpoints) {
    this.#child = child;
    this.endpoints = endpoints;
  }

  static async start(): Promise<StandIns> {
    const child = fork(fileURLToPath(new URL("main.ts", import.meta.url)), {
      execArgv: ["--disable-warning=ExperimentalWarning"],
    });
    const [endpoints] = (await once(child, "message")) as [StandInEndpoints];
    return new StandIns(child, endpoints);
  }

  /** What a server has stored since it was asked last; it forgets it. `gzip`: with the size that gzip −6 makes of it. */
  async take(store: Store, gzip = false): Promise<Stored> {
    this.#child.send({ store, gzip } satisfies TakeRequest);
    const [stored] = (await once(this.#child, "message")) as [Stored];
    return stored;
  }

  async close(): Promise<void> {
    const gone = once(this.#child, "exit");
    this.#child.disconnect();
    await gone;
  }
}
