import { spawn, type ChildProcess } from "node:child_process";
import type { Duplex } from "node:stream";
import type { Clock } from "../../contract/clock.ts";
import { frameHead, FrameReader } from "./frames.ts";
import { LineReader } from "./log-lines.ts";
import { residentMemory } from "./memory.ts";
import type { FunctionError } from "./types.ts";

/** How often a running function's memory is looked at, in milliseconds. */
const MEMORY_CHECK_MS = 100;

export interface ExecutionOptions {
  readonly clock: Clock;
  /** Node binary, its flags, and the script that stands for Lambda's runtime. */
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly workingDirectory: string;
  readonly memoryMb: number;
  /** A line that the function wrote to standard output or standard error. */
  readonly onLine: (line: string) => void;
}

/** What came of one invocation. */
export interface Execution {
  readonly startedAt: number;
  readonly endedAt: number;
  readonly maxMemoryMb: number;
  /** Only for the first invocation: from the start of the process to the handler's being loaded. */
  readonly initMs: number | undefined;
  /** The part of it in which the handler's module was loaded. */
  readonly loadMs: number | undefined;
  /** JSON bytes. */
  readonly response?: Buffer;
  readonly error?: FunctionError;
  readonly timedOut: boolean;
}

interface Running {
  readonly requestId: string;
  readonly timeoutSeconds: number;
  readonly finish: (result: { readonly response?: Buffer; readonly error?: FunctionError }) => void;
  marksMissing: number;
  answer?: { readonly response?: Buffer; readonly error?: FunctionError };
}

/** What the bootstrap script says. */
type Message =
  | { readonly kind: "ready"; readonly loadMs: number }
  | { readonly kind: "response"; readonly memoryKb: number }
  | { readonly kind: "error" | "crash"; readonly memoryKb: number; readonly error: FunctionError };

/** One process of a function: takes one invocation at a time, for as long as it lives. */
export class ExecutionEnvironment {
  /** Resolves when the process is gone and its last output has been read. */
  readonly gone: Promise<void>;
  readonly #options: ExecutionOptions;
  readonly #child: ChildProcess;
  readonly #channel: Duplex;
  readonly #ready: Promise<void>;
  readonly #spawnedAt: number;
  #initMs: number | undefined;
  #loadMs: number | undefined;
  #alive = true;
  #running: Running | undefined;
  #crash: FunctionError | undefined;
  #killedFor: "timeout" | "memory" | undefined;
  #peakKb = 0;

  constructor(options: ExecutionOptions) {
    this.#options = options;
    this.#spawnedAt = options.clock.now();
    const [node, ...flags] = options.command;
    this.#child = spawn(node!, flags, {
      cwd: options.workingDirectory,
      env: options.environment,
      stdio: ["ignore", "pipe", "pipe", "pipe"],
    });
    this.#channel = this.#child.stdio[3] as Duplex;
    // A write to a process that has just died: its end is handled where the process ends.
    this.#channel.on("error", () => undefined);
    this.#readOutputs();
    const ready = Promise.withResolvers<void>();
    this.#ready = ready.promise;
    this.#readMessages(ready.resolve);
    this.gone = this.#watchEnd(ready.resolve);
  }

  /** Whether it can take another invocation. */
  get alive(): boolean {
    return this.#alive;
  }

  /** Its process; `undefined` if it could not be started. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Ends the process at once. */
  kill(): void {
    this.#child.kill("SIGKILL");
  }

  /** Hands over an event; resolves with what came of it, never rejects. One at a time. */
  async invoke(requestId: string, functionArn: string, event: Buffer, timeoutSeconds: number): Promise<Execution> {
    const { clock } = this.#options;
    await this.#ready;
    const [initMs, loadMs] = [this.#initMs, this.#loadMs];
    [this.#initMs, this.#loadMs] = [undefined, undefined];
    const startedAt = clock.now();
    const finished = Promise.withResolvers<{ readonly response?: Buffer; readonly error?: FunctionError }>();
    this.#running = { requestId, timeoutSeconds, finish: finished.resolve, marksMissing: 2 };
    if (!this.#alive) this.#finishDead();
    else {
      const deadlineMs = startedAt + timeoutSeconds * 1000;
      this.#channel.write(frameHead({ requestId, deadlineMs, functionArn }, event.length));
      this.#channel.write(event);
    }
    const cancelTimeout = clock.after(timeoutSeconds * 1000, () => this.#killFor("timeout"));
    const cancelWatch = this.#watchMemory();
    const result = await finished.promise;
    cancelTimeout();
    cancelWatch();
    this.#running = undefined;
    this.#lookAtMemory();
    return {
      ...result,
      startedAt,
      endedAt: clock.now(),
      initMs,
      loadMs,
      maxMemoryMb: Math.ceil(this.#peakKb / 1024),
      timedOut: this.#killedFor === "timeout",
    };
  }

  #readOutputs(): void {
    for (const output of [this.#child.stdout!, this.#child.stderr!]) {
      output.setEncoding("utf8");
      const lines = new LineReader((line) => this.#takeLine(line));
      output.on("data", (chunk: string) => lines.push(chunk));
      output.on("end", () => lines.end());
    }
  }

  #readMessages(onReady: () => void): void {
    const reader = new FrameReader((head, body) => {
      const message = head as Message;
      if (message.kind === "ready") {
        this.#initMs = this.#options.clock.now() - this.#spawnedAt;
        this.#loadMs = message.loadMs;
        onReady();
        return;
      }
      this.#peakKb = Math.max(this.#peakKb, message.memoryKb);
      if (message.kind === "crash") this.#crash = message.error;
      else if (this.#running !== undefined) {
        this.#running.answer = message.kind === "response" ? { response: body } : { error: message.error };
        this.#settle(this.#running);
      }
    });
    this.#channel.on("data", (chunk: Buffer) => reader.push(chunk));
  }

  #watchEnd(onReady: () => void): Promise<void> {
    return new Promise((resolve) => {
      const ended = () => {
        this.#alive = false;
        onReady();
        if (this.#running !== undefined) this.#finishDead();
        resolve();
      };
      this.#child.on("close", ended);
      this.#child.on("error", (error) => {
        this.#crash ??= { errorType: "Runtime.StartError", errorMessage: error.message };
        if (this.#child.pid === undefined) ended();
      });
    });
  }

  /** A line of the function's, or the mark with which an invocation ends in each output: everything before it has been read. */
  #takeLine(line: string): void {
    const running = this.#running;
    const mark = `\0${running?.requestId}`;
    if (running === undefined || !line.endsWith(mark)) {
      this.#options.onLine(line);
      return;
    }
    // What the function wrote last may have no line end of its own.
    if (line.length > mark.length) this.#options.onLine(line.slice(0, -mark.length));
    running.marksMissing--;
    this.#settle(running);
  }

  #settle(running: Running): void {
    if (running.answer !== undefined && running.marksMissing === 0) running.finish(running.answer);
  }

  #finishDead(): void {
    const { requestId, finish } = this.#running!;
    finish({ error: this.#causeOfDeath(requestId) });
  }

  #causeOfDeath(requestId: string): FunctionError {
    const { exitCode, signalCode } = this.#child;
    const failed = (errorType: string, message: string) => ({
      errorType,
      errorMessage: `RequestId: ${requestId} Error: ${message}`,
    });
    if (this.#killedFor === "timeout") {
      const seconds = this.#running!.timeoutSeconds.toFixed(2);
      return failed("Sandbox.Timedout", `Task timed out after ${seconds} seconds`);
    }
    if (this.#killedFor === "memory") {
      return failed("Runtime.OutOfMemory", "Runtime exited with error: signal: killed");
    }
    if (this.#crash !== undefined) return this.#crash;
    if (exitCode === 0) return failed("Runtime.ExitError", "Runtime exited without providing a reason");
    const reason = signalCode === null ? `exit status ${exitCode}` : `signal: ${signalCode}`;
    return failed("Runtime.ExitError", `Runtime exited with error: ${reason}`);
  }

  #killFor(reason: "timeout" | "memory"): void {
    if (this.#running === undefined || this.#killedFor !== undefined) return;
    this.#killedFor = reason;
    this.kill();
  }

  /** Looks at the process's memory again and again, and ends it above its limit; the returned function stops that. */
  #watchMemory(): () => void {
    const { clock, memoryMb } = this.#options;
    const check = () => {
      if (this.#lookAtMemory() > memoryMb * 1024) this.#killFor("memory");
      else cancel = clock.after(MEMORY_CHECK_MS, check);
    };
    let cancel = clock.after(MEMORY_CHECK_MS, check);
    return () => cancel();
  }

  #lookAtMemory(): number {
    const memory = this.#child.pid === undefined ? undefined : residentMemory(this.#child.pid);
    this.#peakKb = Math.max(this.#peakKb, memory?.peakKb ?? 0);
    return memory?.nowKb ?? 0;
  }
}
