import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";

type Json = Record<string, unknown>;

interface Answer {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Json;
  readonly result?: Json;
  readonly error?: { readonly message: string };
}

/** What a page said and how it lies at one width. */
export interface Visit {
  /** Console messages, exceptions and failed requests that are errors or warnings. */
  readonly problems: readonly string[];
  evaluate<T>(expression: string): Promise<T>;
  /** The whole page as PNG, base64. */
  screenshot(): Promise<string>;
}

/** A headless Chromium, spoken to by the DevTools protocol over a pipe: no port, nothing downloaded. */
export class Browser {
  readonly #child: ChildProcess;
  readonly #profile: string;
  readonly #input: Writable;
  readonly #waiting = new Map<number, { resolve: (result: Json) => void; reject: (error: Error) => void }>();
  #listeners: ((answer: Answer) => void)[] = [];
  #rest = Buffer.alloc(0);
  #last = 0;

  constructor(program: string) {
    this.#profile = mkdtempSync(join(tmpdir(), "sluice-browser-"));
    const root = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
    const flags = ["--headless", "--disable-gpu", "--hide-scrollbars", "--no-first-run", "--remote-debugging-pipe"];
    const quiet = [
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--disable-dev-shm-usage",
    ];
    this.#child = spawn(program, [...flags, ...quiet, ...root, `--user-data-dir=${this.#profile}`, "about:blank"], {
      stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"],
    });
    this.#input = this.#child.stdio[3] as Writable;
    const fail = (): void => {
      for (const { reject } of this.#waiting.values()) reject(new Error(`${program} has ended`));
      this.#waiting.clear();
    };
    this.#child.on("exit", fail);
    this.#child.on("error", fail);
    this.#input.on("error", fail);
    (this.#child.stdio[4] as Readable).on("data", (chunk: Buffer) => this.#receive(chunk));
  }

  /** Opens a page as wide as this and waits until it is loaded. */
  async open(url: string, width: number): Promise<Visit> {
    const { targetId } = await this.#send("Target.createTarget", { url: "about:blank" });
    const { sessionId } = await this.#send("Target.attachToTarget", { targetId, flatten: true });
    const session = String(sessionId);
    const problems: string[] = [];
    const loaded = new Promise<void>((resolve) => {
      this.#listeners.push(({ method, params }) => {
        if (method === "Page.loadEventFired") resolve();
        else if (method === "Runtime.exceptionThrown" || method === "Network.loadingFailed")
          problems.push(JSON.stringify(params));
        else if (method === "Runtime.consoleAPICalled" && ["error", "warning"].includes(String(params?.["type"]))) {
          problems.push(JSON.stringify(params));
        } else if (method === "Log.entryAdded") problems.push(JSON.stringify(params));
      });
    });
    for (const domain of ["Page", "Runtime", "Log", "Network"]) await this.#send(`${domain}.enable`, {}, session);
    const metrics = { width, height: 900, deviceScaleFactor: 1, mobile: width < 600 };
    await this.#send("Emulation.setDeviceMetricsOverride", metrics, session);
    await this.#send("Page.navigate", { url }, session);
    await loaded;
    this.#listeners = [];
    return {
      problems,
      evaluate: async <T>(expression: string): Promise<T> => {
        const { exceptionDetails, result } = await this.#send(
          "Runtime.evaluate",
          { expression, returnByValue: true },
          session,
        );
        if (exceptionDetails !== undefined) throw new Error(JSON.stringify(exceptionDetails));
        return (result as { value: T }).value;
      },
      screenshot: async () => {
        const { data } = await this.#send(
          "Page.captureScreenshot",
          { captureBeyondViewport: true, format: "png" },
          session,
        );
        return String(data);
      },
    };
  }

  /** Ends the browser and removes its profile. */
  async close(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const ended = once(this.#child, "exit");
      await this.#send("Browser.close", {}).catch(() => this.#child.kill("SIGKILL"));
      await ended;
    }
    rmSync(this.#profile, { recursive: true, force: true, maxRetries: 5 });
  }

  #send(method: string, params: Json, sessionId?: string): Promise<Json> {
    const id = ++this.#last;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#input.write(
        `${JSON.stringify({ id, method, params, ...(sessionId === undefined ? {} : { sessionId }) })}\0`,
      );
    });
  }

  #receive(chunk: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    for (let end = this.#rest.indexOf(0); end !== -1; end = this.#rest.indexOf(0)) {
      const answer = JSON.parse(this.#rest.subarray(0, end).toString()) as Answer;
      this.#rest = this.#rest.subarray(end + 1);
      const waiting = answer.id === undefined ? undefined : this.#waiting.get(answer.id);
      if (answer.id !== undefined) this.#waiting.delete(answer.id);
      if (waiting === undefined) for (const listener of this.#listeners) listener(answer);
      else if (answer.error === undefined) waiting.resolve(answer.result ?? {});
      else waiting.reject(new Error(answer.error.message));
    }
  }
}
