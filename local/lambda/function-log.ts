import { createWriteStream, type WriteStream } from "node:fs";
import { finished } from "node:stream/promises";

/** A function's log: one file, where CloudWatch has a log group. */
export class FunctionLog {
  readonly #file: WriteStream;

  constructor(path: string) {
    this.#file = createWriteStream(path, { flags: "a" });
    // A full or vanished disk must not end the run: the audit tells what was stored.
    this.#file.on("error", () => undefined);
  }

  write(line: string): void {
    this.#file.write(`${line}\n`);
  }

  async close(): Promise<void> {
    this.#file.end();
    await finished(this.#file).catch(() => undefined);
  }
}
