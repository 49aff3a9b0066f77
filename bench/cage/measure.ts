import { CommandError } from "../../cli/errors.ts";
import type { Stored } from "../stand-ins/stand-in.ts";
import type { StandIns } from "../stand-ins/stand-ins.ts";
import { CagedFunction } from "./caged-function.ts";
import type { CageSize } from "./cgroup.ts";
import { bundleOf, type Contender, type ContenderBundle, environmentOf } from "./contender.ts";
import type { EventSet } from "./events.ts";

const TIMEOUT_SECONDS = 300;
const ACKNOWLEDGED = '{"batchItemFailures":[]}';

/**
 * After so many runs of a third of a round processor time falls no further: V8 has compiled what is hot. Before, a record takes up to half
 * more, and the larger handler more than the smaller; Lambda keeps a process for hours, and `start-up` measures how it begins.
 */
const WARM_UPS = 24;

/** What was stored is not what was sent. */
export class ContentsError extends CommandError {
  override readonly name = "ContentsError";
}

/** What one round of one contender took. */
export interface Round {
  readonly records: number;
  readonly invocations: number;
  /** Invocations that failed or acknowledged less than all. */
  readonly failed: number;
  /** From the event's being handed over to the answer, all invocations together. */
  readonly wallSeconds: number;
  readonly processorMicros: number;
  readonly wireBytes: number;
  readonly requests: number;
  /** Bytes of the rows or lines before compression, and after one gzip −6 over all of them if it was asked for. */
  readonly plainBytes: number;
  readonly gzipBytes?: number;
}

/** How an entrant is set up. */
export interface EntrantOptions {
  readonly contender: Contender;
  readonly size: CageSize;
  readonly standIns: StandIns;
  /** Ends the process, and the run that is under way. */
  readonly signal?: AbortSignal;
  /** Lets its processor time be looked at. */
  readonly profiler?: boolean;
}

/** A contender's process, kept over the rounds. */
export class Entrant {
  readonly contender: Contender;
  readonly bundle: ContenderBundle;
  readonly function: CagedFunction;
  readonly #options: EntrantOptions;
  readonly #kill = (): void => this.function.kill();

  constructor(options: EntrantOptions) {
    const { contender, size, standIns } = options;
    this.#options = options;
    this.contender = contender;
    this.bundle = bundleOf(contender);
    this.function = new CagedFunction({
      name: `${contender.backend}-${contender.file ?? "sluice"}`,
      code: this.bundle.code,
      environment: environmentOf(contender, standIns.endpoints),
      size,
      timeoutSeconds: TIMEOUT_SECONDS,
      profiler: options.profiler === true,
    });
    options.signal?.addEventListener("abort", this.#kill);
  }

  /** Connections are opened and code is compiled, with the processor's share lifted; nothing is counted. */
  async warmUp(set: EventSet): Promise<void> {
    const { cage } = this.function;
    cage.limitProcessor(false);
    for (let time = 0; time < WARM_UPS; time++) await this.run(set);
    cage.limitProcessor(this.#options.size.limitProcessor);
  }

  /** All events once, one invocation at a time. Throws a ContentsError if what has been stored is not what was sent. */
  async run(set: EventSet, gzip = false): Promise<Round> {
    const before = this.function.processorNanos();
    const start = performance.now();
    let failed = 0;
    for (const event of set.events) {
      this.#options.signal?.throwIfAborted();
      const { error, response } = await this.function.invoke(event);
      if (error !== undefined || response?.toString() !== ACKNOWLEDGED) failed++;
    }
    this.#options.signal?.throwIfAborted();
    const wallSeconds = (performance.now() - start) / 1000;
    const processorMicros = (this.function.processorNanos() - before) / 1000;
    const { records, digest, ...stored } = await this.#stored(gzip);
    this.#verify(set, records, digest);
    return { ...stored, ...{ records, invocations: set.events.length, failed, wallSeconds, processorMicros } };
  }

  async #stored(gzip: boolean): Promise<Stored> {
    try {
      return await this.#options.standIns.take(this.contender.store, gzip);
    } catch (error) {
      throw this.#wrong(`what was stored is wrong: ${(error as Error).message}`);
    }
  }

  #verify({ contents }: EventSet, records: number, digest: string): void {
    if (records === contents.records && digest === contents.digest) return;
    throw this.#wrong(
      `${records} records with digest ${digest} were stored in place of ${contents.records} with ${contents.digest}`,
    );
  }

  #wrong(what: string): ContentsError {
    const { backend, name } = this.contender;
    const hint = `The function's last line: ${this.function.lines.at(-1) ?? "none"}`;
    return new ContentsError(`${backend}, ${name}: ${what}`, { hint });
  }

  close(): Promise<void> {
    this.#options.signal?.removeEventListener("abort", this.#kill);
    return this.function.close();
  }
}
