import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";
import { CommandError } from "../errors.ts";
import type { RefusedLine } from "../input/input-batch.ts";
import { ProduceFailure, type ProduceResult, type ProducerCounts } from "../produce/produce-result.ts";
import { PutError } from "../produce/put-target.ts";
import type { FromProducer, ProduceJob, SentError, ToProducer } from "./producer-messages.ts";

const SCRIPT = join(import.meta.dirname, "producer-process.ts");
const NOTHING: ProducerCounts = {
  ...{ lines: 0, blank: 0, refused: 0, accepted: 0, acceptedBytes: 0 },
  ...{ resent: 0, resentUncertain: 0, requests: 0 },
};

export interface ProducerChildOptions {
  /** Whether it reads this process's standard input. */
  readonly readsStdin: boolean;
  readonly onRefused: (line: RefusedLine) => void;
  /** Something went wrong and is tried again. */
  readonly onTrouble: (problem: Error) => void;
}

/** A producer in a process of its own: what it costs is not taken from the cloud's, and it is a client like any other. For one job. */
export class ProducerChild {
  readonly #child: ChildProcess;
  readonly #gone: Promise<string>;
  readonly #ended = Promise.withResolvers<FromProducer>();
  #counts = NOTHING;

  /** Starts the process, which loads its code meanwhile. */
  constructor({ readsStdin, onRefused, onTrouble }: ProducerChildOptions) {
    this.#child = fork(SCRIPT, [], {
      execArgv: ["--disable-warning=ExperimentalWarning"],
      stdio: [readsStdin ? "inherit" : "ignore", "ignore", "inherit", "ipc"],
    });
    this.#gone = new Promise((resolve) => {
      this.#child.on("error", (error) => resolve(error.message));
      this.#child.on("exit", (code, signal) => resolve(signal ?? `code ${code}`));
    });
    this.#child.on("message", (message: FromProducer) => {
      if (message.kind === "counts") this.#counts = message.counts;
      else if (message.kind === "refused") onRefused(message.line);
      else if (message.kind === "trouble") onTrouble(errorOf(message.error));
      else this.#ended.resolve(message);
    });
  }

  /** Its process; `undefined` if it could not be started. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** How far it is. */
  get counts(): Readonly<ProducerCounts> {
    return this.#counts;
  }

  /** Sends the input; an aborted signal ends that soon. Throws a ProduceFailure as {@link Producer} does. */
  async run(job: ProduceJob, signal: AbortSignal): Promise<ProduceResult> {
    const stop = (): void => this.#send({ kind: "stop" });
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop);
    try {
      this.#send({ kind: "start", job });
      const end = await Promise.race([this.#ended.promise, this.#gone]);
      if (typeof end === "string") throw new CommandError(`the producer's process ended too early: ${end}`);
      if (end.kind === "done") this.#counts = end.result.counts;
      return resultOf(end);
    } finally {
      signal.removeEventListener("abort", stop);
    }
  }

  /** Ends the process, whatever it does; resolves when it is gone. */
  async close(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#gone;
  }

  #send(message: ToProducer): void {
    // One that has just ended: its end is told where it is awaited.
    this.#child.send(message, () => undefined);
  }
}

function resultOf(end: FromProducer): ProduceResult {
  if (end.kind === "done") return end.result;
  if (end.kind !== "failed") throw new Error(`the producer ended with ${end.kind}`);
  const error = errorOf(end.error);
  if (end.result === undefined || !(error instanceof PutError || error instanceof CommandError)) throw error;
  throw new ProduceFailure(error, end.result);
}

function errorOf(error: SentError): Error {
  switch (error.type) {
    case "put":
      return new PutError(error.code, error.message, error);
    case "command":
      return new CommandError(error.message, error);
    case "defect":
      return Object.assign(new Error(error.message), { stack: error.stack });
  }
}
