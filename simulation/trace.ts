import { type Hash, createHash } from "node:crypto";

/** Everything that happens in a run, in order: two runs with one digest are the same run. */
export class Trace {
  readonly #hash: Hash = createHash("sha256");
  readonly #print: ((line: string) => void) | undefined;

  /** `print` is given each line as it is written; a trace keeps none. */
  constructor(print?: (line: string) => void) {
    this.#print = print;
  }

  /** `what`: no payload. */
  note(nowMs: number, where: string, what: string): void {
    const line = `${nowMs} ${where} ${what}\n`;
    this.#hash.update(line);
    this.#print?.(`${new Date(nowMs).toISOString()} ${where} ${what}`);
  }

  /** 16 hexadecimal digits; the trace goes on. */
  digest(): string {
    return this.#hash.copy().digest("hex").slice(0, 16);
  }
}
