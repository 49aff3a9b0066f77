import { fork } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { StandInEndpoints, Store, Stored, TakeAnswer, TakeRequest } from "./stand-in.ts";

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
    return new StandIns(child, await messageOf<StandInEndpoints>(child));
  }

  /**
   * What a server has stored since it was asked last; it forgets it. `gzip`: with the size that gzip −6 makes of it. Throws an Error if
   * it cannot be read or contradicts itself, and if the process has ended.
   */
  async take(store: Store, gzip = false): Promise<Stored> {
    this.#child.send({ store, gzip } satisfies TakeRequest);
    const answer = await messageOf<TakeAnswer>(this.#child);
    if ("problem" in answer) throw new Error(answer.problem);
    return answer.stored;
  }

  async close(): Promise<void> {
    if (!this.#child.connected) return;
    const gone = once(this.#child, "exit");
    this.#child.disconnect();
    await gone;
  }
}

/** The next message of a process. Throws an Error if it ends instead. */
async function messageOf<T>(child: ChildProcess): Promise<T> {
  const controller = new AbortController();
  const { signal } = controller;
  const gone = once(child, "exit", { signal }).then(([code]) => {
    throw new Error(`the process of the stand-ins has ended with ${code}`);
  });
  try {
    const [message] = (await Promise.race([once(child, "message", { signal }), gone])) as [T];
    return message;
  } finally {
    controller.abort();
    gone.catch(() => undefined);
  }
}
