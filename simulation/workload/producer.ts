import type { Clock } from "../../contract/clock.ts";
import type { StreamModel } from "../../model/stream/stream-model.ts";
import type { Draws } from "../draws.ts";
import type { Trace } from "../trace.ts";
import type { LoadSpec } from "../world/spec.ts";
import type { Truth } from "../world/truth.ts";
import { makePayload } from "./payload.ts";
import type { PieceMaker } from "./pieces.ts";
import type { Payload } from "./wire-formats.ts";

/** What a producer rests on. */
export interface ProducerOptions {
  readonly clock: Clock;
  readonly stream: StreamModel;
  readonly truth: Truth;
  readonly draws: Draws;
  readonly trace: Trace;
  readonly load: LoadSpec;
  readonly maker: PieceMaker;
}

/** Puts records on the stream, in bursts, and again what the stream has throttled. */
export class Producer {
  readonly #options: ProducerOptions;
  readonly #keys: readonly string[];
  #left: number;
  #waiting = 0;
  #skewMs = 0;

  constructor(options: ProducerOptions) {
    const { draws, load } = options;
    this.#options = options;
    this.#keys = Array.from({ length: load.partitionKeys }, () => draws.hex(32));
    this.#left = load.records;
  }

  /** Everything is on the stream. */
  get done(): boolean {
    return this.#left === 0 && this.#waiting === 0;
  }

  start(): void {
    const { clock, draws, load } = this.#options;
    if (this.#left === 0) return;
    const size = Math.min(this.#left, draws.logBetween(1, 40));
    // Each burst has its share of the time that is left.
    const meanMs = (load.overMs * size) / load.records;
    clock.after(meanMs * 2 * draws.unit(), () => {
      if (load.arrivalJitterMs > 0 && draws.chance(0.3)) {
        this.#skewMs = draws.between(-load.arrivalJitterMs, load.arrivalJitterMs);
      }
      this.#left -= size;
      for (let index = 0; index < size; index++) this.#put(draws.pick(this.#keys), undefined);
      this.start();
    });
  }

  #put(partitionKey: string, again: Payload | undefined): void {
    const { clock, draws, maker, stream, trace, truth } = this.#options;
    const arrivalMs = clock.now() + this.#skewMs;
    const payload = again ?? makePayload(draws, maker, clock.now());
    const result = stream.putRecord({ data: payload.bytes, partitionKey }, arrivalMs);
    if (result.accepted) {
      truth.add(result.shardId, result.sequenceNumber, partitionKey, arrivalMs, payload);
      trace.note(clock.now(), "put", `${result.shardId} ${result.sequenceNumber} ${payload.bytes.length}`);
    } else {
      this.#waiting++;
      clock.after(Math.max(1, result.retryAtMs - arrivalMs), () => {
        this.#waiting--;
        this.#put(partitionKey, payload);
      });
    }
  }
}
