import type { StandIns } from "../stand-ins/stand-ins.ts";
import { CagedFunction } from "./caged-function.ts";
import type { CageSize } from "./cgroup.ts";
import { type Contender, bundleOf, environmentOf } from "./contender.ts";
import type { EventSet } from "./events.ts";

const TIMEOUT_SECONDS = 300;
const ACKNOWLEDGED = '{"batchItemFailures":[]}';

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
}

/** A contender's process, kept over the rounds. */
export class Entrant {
  readonly contender: Contender;
  readonly bundleBytes: number;
  readonly function: CagedFunction;
  /** Of the start and the first invocation, in milliseconds; see {@link Entrant.warmUp}. */
  initMs = 0;
  firstInvocationMs = 0;
  readonly rounds: Round[] = [];
  readonly #standIns: StandIns;

  constructor(contender: Contender, size: CageSize, standIns: StandIns) {
    const code = bundleOf(contender);
    this.contender = contender;
    this.#standIns = standIns;
    this.bundleBytes = Buffer.byteLength(code);
    this.function = new CagedFunction({
      name: `${contender.backend}-${contender.file ?? "sluice"}`,
      code,
      environment: environmentOf(contender, standIns.endpoints),
      size,
      timeoutSeconds: TIMEOUT_SECONDS,
    });
  }

  /** The first invocations: connections are opened and code is compiled, and nothing is counted. */
  async warmUp(set: EventSet): Promise<void> {
    for (const event of set.events) {
      const { initMs, startedAt, endedAt } = await this.function.invoke(event);
      if (initMs === undefined) continue;
      this.initMs = initMs;
      this.firstInvocationMs = endedAt - startedAt;
    }
    await this.#standIns.take(this.contender.store);
  }

  /** All events once, one invocation at a time. Throws an Error if what has been stored is not what was sent. */
  async run(set: EventSet): Promise<void> {
    const before = this.function.processorNanos();
    const start = performance.now();
    let failed = 0;
    for (const event of set.events) {
      const { error, response } = await this.function.invoke(event);
      if (error !== undefined || response?.toString() !== ACKNOWLEDGED) failed++;
    }
    const wallSeconds = (performance.now() - start) / 1000;
    const processorMicros = (this.function.processorNanos() - before) / 1000;
    const { contender } = this;
    const { records, digest, wireBytes, requests } = await this.#standIns.take(contender.store);
    const { contents } = set;
    if (records !== contents.records || digest !== contents.digest) {
      throw new Error(
        `${contender.backend}, ${contender.name}: ${records} records with digest ${digest} were stored in place of ` +
          `${contents.records} with ${contents.digest}; the function's last line: ${this.function.lines.at(-1) ?? "none"}`,
      );
    }
    this.rounds.push({
      ...{ records, invocations: set.events.length, failed },
      ...{ wallSeconds, processorMicros, wireBytes, requests },
    });
  }

  close(): Promise<void> {
    return this.function.close();
  }
}
