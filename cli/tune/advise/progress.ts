import type { Clock } from "../../../contract/clock.ts";

/** Says what a long computation is at, a line a step, and when it is done how long it took. */
export class Progress {
  readonly #stream: NodeJS.WritableStream;
  readonly #clock: Pick<Clock, "now">;
  readonly #startMs: number;
  #stepMs = 0;
  #open = false;

  constructor(stream: NodeJS.WritableStream, clock: Pick<Clock, "now">) {
    this.#stream = stream;
    this.#clock = clock;
    this.#startMs = clock.now();
  }

  begin(step: string): void {
    this.#close();
    this.#stream.write(`${step} …`);
    this.#stepMs = this.#clock.now();
    this.#open = true;
  }

  /** The last line, with the time since the beginning. */
  end(text: string): void {
    this.#close();
    this.#stream.write(`${text}, ${secondsText(this.#clock.now() - this.#startMs)}\n`);
  }

  #close(): void {
    if (this.#open) this.#stream.write(` ${secondsText(this.#clock.now() - this.#stepMs)}\n`);
    this.#open = false;
  }
}

function secondsText(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
