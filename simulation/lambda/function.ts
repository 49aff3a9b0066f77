import type { Clock } from "../../contract/clock.ts";
import type { Handler, KinesisEvent } from "../../functions/shared/event.ts";
import type { CallResult } from "../../model/event-source/driver.ts";
import type { FaultCount } from "../cloud/faults.ts";
import type { Draws } from "../draws.ts";
import type { Trace } from "../trace.ts";
import { type Accidents, ExecutionEnvironment } from "./environment.ts";

/** Faults of invocations: probabilities, 0–1, of each call. */
export interface InvocationFaults {
  readonly throttled: number;
  /** The environment dies, after some `await`. */
  readonly crash: number;
  /** It stands still for a while, perhaps beyond the time-out. */
  readonly stall: number;
  /** Its wall clock jumps, by up to two seconds. */
  readonly clockJump: number;
  /** The function has answered, but Lambda takes it for failed. */
  readonly answerLost: number;
  /** A second call with the same event, at the same time or later, whose answer nobody reads. */
  readonly duplicate: number;
  /** The environment is not used again. */
  readonly recycled: number;
}

export const NO_INVOCATION_FAULTS: InvocationFaults = {
  throttled: 0,
  crash: 0,
  stall: 0,
  clockJump: 0,
  answerLost: 0,
  duplicate: 0,
  recycled: 0,
};

/** Arrivals within which crashes and stalls fall: short invocations have about ten, long ones hundreds. */
const ARRIVALS = 60;
/** An environment that has had no work for so long is ended; in milliseconds. */
const IDLE_MS = 420_000;
/** How far an environment's wall clock may be from the right one when it starts, in milliseconds. */
export const MAX_SKEW_MS = 1_500;

/** What a function rests on. */
export interface FunctionOptions {
  readonly name: string;
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly draws: Draws;
  readonly faults: InvocationFaults;
  /** Accidents of the first invocations, in their order, in place of those that the rates would give. */
  readonly accidents: readonly Accidents[];
  /** Whether calls still meet faults. */
  readonly faulty: () => boolean;
  readonly count: FaultCount;
  readonly trace: Trace;
  /** A cold start: the handler with everything that it remembers. */
  readonly coldStart: (environment: ExecutionEnvironment) => Handler;
  /** Told of each environment after an invocation. */
  readonly onEnd: (environment: ExecutionEnvironment) => void;
}

interface Instance {
  readonly environment: ExecutionEnvironment;
  readonly handler: Handler;
  idleSinceMs: number;
}

/** A Lambda function: execution environments that are made when needed, used again, frozen in between, ended at the time-out. */
export class SimulatedFunction {
  /** Invocations under way, those that nobody waits for included. */
  running = 0;
  readonly #options: FunctionOptions;
  readonly #idle: Instance[] = [];
  #made = 0;
  #requests = 0;

  constructor(options: FunctionOptions) {
    this.#options = options;
  }

  async invoke(event: KinesisEvent): Promise<CallResult> {
    const { clock, draws, faults, count } = this.#options;
    if (this.#happens(faults.throttled)) {
      count.hit();
      return { kind: "throttled" };
    }
    if (this.#happens(faults.duplicate)) {
      count.hit();
      this.running++;
      clock.after(draws.pick([0, 0, draws.between(1, 20_000)]), () => {
        this.running--;
        void this.#run(event);
      });
    }
    const result = await this.#run(event);
    if (!this.#happens(faults.answerLost)) return result;
    count.hit();
    return { kind: "function-error", requestId: result.requestId };
  }

  async #run(event: KinesisEvent): Promise<Exclude<CallResult, { kind: "throttled" }>> {
    const { clock, name, onEnd, timeoutMs, trace } = this.#options;
    const number = ++this.#requests;
    const requestId = `${name}-${number}`;
    this.running++;
    const instance = this.#take();
    const { environment, handler } = instance;
    const endMs = clock.now() + timeoutMs;
    const outcome = await new Promise<{ response?: unknown; error?: string }>((resolve) => {
      const cancelTimeout = clock.after(timeoutMs, () => {
        this.#options.count.hit();
        resolve({ error: "timed out" });
        environment.die();
      });
      const settle = (result: { response?: unknown; error?: string }): void => {
        cancelTimeout();
        resolve(result);
      };
      environment.start(
        this.#options.accidents[number - 1] ?? this.#accidents(timeoutMs),
        () => this.#options.count.hit(),
        () => settle({ error: "crashed" }),
      );
      const context = { getRemainingTimeInMillis: () => Math.max(0, endMs - environment.clock.now()) };
      handler(event, context).then(
        (response) => settle({ response: JSON.parse(JSON.stringify(response)) as unknown }),
        (error: unknown) => settle({ error: error instanceof Error ? error.name : "thrown" }),
      );
    });
    environment.freeze();
    onEnd(environment);
    this.#giveBack(instance);
    this.running--;
    trace.note(clock.now(), name, `${requestId} on ${environment.number} ${outcome.error ?? "answered"}`);
    if (outcome.error !== undefined) return { kind: "function-error", requestId };
    return { kind: "response", requestId, response: outcome.response };
  }

  /** The environment used last, or a new one. */
  #take(): Instance {
    const { clock, coldStart, draws } = this.#options;
    const warm = this.#idle.pop();
    if (warm !== undefined && clock.now() - warm.idleSinceMs < IDLE_MS) return warm;
    for (const { environment } of this.#idle.splice(0)) environment.die();
    warm?.environment.die();
    const skewMs = draws.between(-MAX_SKEW_MS, MAX_SKEW_MS);
    const environment = new ExecutionEnvironment(++this.#made, clock, skewMs);
    return { environment, handler: coldStart(environment), idleSinceMs: clock.now() };
  }

  #giveBack(instance: Instance): void {
    if (!instance.environment.alive) return;
    if (this.#happens(this.#options.faults.recycled)) instance.environment.die();
    else this.#idle.push(Object.assign(instance, { idleSinceMs: this.#options.clock.now() }));
  }

  #accidents(timeoutMs: number): Accidents {
    const { draws, faults } = this.#options;
    const at = () => draws.pick([draws.between(0, 10), draws.between(0, ARRIVALS)]);
    return {
      ...(this.#happens(faults.crash) && { crashAt: at() }),
      ...(this.#happens(faults.stall) && { stall: { at: at(), ms: draws.between(100, timeoutMs * 1.5) } }),
      ...(this.#happens(faults.clockJump) && { clockJump: { at: at(), ms: draws.between(-2_000, 2_000) } }),
    };
  }

  #happens(probability: number): boolean {
    return probability > 0 && this.#options.faulty() && this.#options.draws.chance(probability);
  }
}
