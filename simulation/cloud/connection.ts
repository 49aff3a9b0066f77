import { gunzipSync } from "node:zlib";
import type { Clock } from "../../contract/clock.ts";
import type { AppendAnswer, GrpcCode } from "../../functions/warehouse/answer.ts";
import { ConnectionError } from "../../functions/warehouse/connection.ts";
import type { Connection } from "../../functions/warehouse/connections.ts";
import type { ExecutionEnvironment } from "../lambda/environment.ts";
import { SERVICE_FAILURES, type SimulatedStorageWrite } from "./storage-write.ts";
import type { SimulatedTokens } from "./tokens.ts";

/** What nothing has passed for so long is dead, without a word to either side: load balancers on the way forget it. In milliseconds. */
const FORGOTTEN_AFTER_MS = 30_000;

interface Waiting {
  readonly resolve: (answer: AppendAnswer) => void;
  readonly reject: (error: ConnectionError) => void;
  readonly cancelTimer: () => void;
}

/** What connections rest on. */
export interface ConnectionWorld {
  readonly clock: Clock;
  readonly service: SimulatedStorageWrite;
  readonly tokens: SimulatedTokens;
}

/** A connection as `AppendConnection` is one, without sockets: answers in order, an end that rejects all that waits, GOAWAY, silent death. */
export class SimulatedConnection implements Connection {
  usable = true;
  lastUsedMs: number;
  readonly #world: ConnectionWorld;
  readonly #environment: ExecutionEnvironment;
  readonly #token: string;
  readonly #waiting: Waiting[] = [];
  #passedMs: number;
  #arrivesMs = 0;
  #answeredMs = 0;
  /** Nothing gets through any more: the service has ended the call, or the network has forgotten it. */
  #cut = false;
  #ended = false;

  constructor(world: ConnectionWorld, environment: ExecutionEnvironment, token: string) {
    this.#world = world;
    this.#environment = environment;
    this.#token = token;
    this.lastUsedMs = environment.clock.now();
    this.#passedMs = world.clock.now();
    environment.connections++;
  }

  append(compressed: Buffer, timeoutMs: number): Promise<AppendAnswer> {
    if (!this.usable) return Promise.reject(new ConnectionError("UNAVAILABLE"));
    this.lastUsedMs = this.#environment.clock.now();
    return new Promise((resolve, reject) => {
      const cancelTimer = this.#environment.clock.after(timeoutMs, () =>
        this.#end(new ConnectionError("DEADLINE_EXCEEDED")),
      );
      this.#waiting.push({ resolve, reject, cancelTimer });
      this.#send(compressed);
    });
  }

  close(): void {
    this.#end(new ConnectionError("CANCELLED"));
  }

  #send(compressed: Buffer): void {
    const { clock, service } = this.#world;
    const { requestMs, answerMs, done, ok } = service.edge.next();
    const { draws } = service.edge;
    const goesAway = service.edge.faulty && draws.chance(0.01);
    const failure = draws.pick(SERVICE_FAILURES);
    const resets = draws.chance(0.5);
    if (clock.now() - this.#passedMs > FORGOTTEN_AFTER_MS) this.#cut = true;
    // One stream of bytes: what was sent later arrives later.
    this.#arrivesMs = Math.max(this.#arrivesMs, clock.now() + requestMs);
    clock.after(this.#arrivesMs - clock.now(), () => {
      if (this.#cut) return;
      if (!this.#world.tokens.valid(this.#token)) return this.#endCall("UNAUTHENTICATED", 0, answerMs);
      const ruling = done ? service.take(gunzipSync(compressed)) : undefined;
      if (answerMs === undefined) this.#cut = true;
      else if (!ok && (done || resets)) this.#endCall("UNAVAILABLE", 0, answerMs);
      else if (ruling?.endsCall === true) this.#endCall(ruling.answer.code, ruling.answer.storageError, answerMs);
      else {
        const answer = ruling?.answer ?? { code: failure, storageError: 0, rowErrors: [] };
        if (goesAway) service.edge.count.hit();
        this.#answerAfter(answerMs, () => this.#answer(answer, goesAway));
      }
    });
  }

  /** The service ends the call: all requests without an answer get this one. */
  #endCall(code: GrpcCode, storageError: number, delayMs = 0): void {
    this.#cut = true;
    this.#answerAfter(delayMs, () => this.#end(new ConnectionError(code, storageError)));
  }

  /** Answers come in the order of the requests. */
  #answerAfter(delayMs: number, answer: () => void): void {
    const { clock } = this.#world;
    this.#answeredMs = Math.max(this.#answeredMs, clock.now() + delayMs);
    clock.after(this.#answeredMs - clock.now(), () => this.#environment.arrive(answer));
  }

  #answer(answer: AppendAnswer, goesAway: boolean): void {
    this.#passedMs = this.#world.clock.now();
    this.lastUsedMs = this.#environment.clock.now();
    const waiting = this.#waiting.shift();
    waiting?.cancelTimer();
    waiting?.resolve(answer);
    if (goesAway) this.usable = false;
    if (!this.usable && this.#waiting.length === 0) this.close();
  }

  #end(error: ConnectionError): void {
    if (this.#ended) return;
    this.#ended = true;
    this.usable = false;
    this.#environment.connections--;
    for (const waiting of this.#waiting.splice(0)) {
      waiting.cancelTimer();
      waiting.reject(error);
    }
  }
}
