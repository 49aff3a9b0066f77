import type { Clock } from "../../contract/clock.ts";
import { type AccessToken, TokenCache } from "../../functions/warehouse/token-cache.ts";
import type { ExecutionEnvironment } from "../lambda/environment.ts";
import type { Edge } from "./faults.ts";

const LIFE_MS = 3_600_000;

/** Google's side of Workload Identity Federation: gives tokens that live an hour, and can revoke all that it has given. */
export class SimulatedTokens {
  readonly #clock: Clock;
  readonly #edge: Edge;
  readonly #live = new Map<string, number>();
  #given = 0;

  constructor(clock: Clock, edge: Edge) {
    this.#clock = clock;
    this.#edge = edge;
  }

  /** Whether the service takes this token now. */
  valid(token: string): boolean {
    return (this.#live.get(token) ?? -Infinity) > this.#clock.now();
  }

  /** Takes back every token. */
  revoke(): void {
    this.#live.clear();
    this.#edge.count.hit();
  }

  /** The tokens of one execution environment: the real cache over an exchange with this service. */
  from(environment: ExecutionEnvironment): TokenCache {
    return new TokenCache({ exchange: () => environment.hold(this.#exchange()), clock: environment.clock });
  }

  #exchange(): Promise<AccessToken> {
    const { requestMs, answerMs, ok } = this.#edge.next();
    return new Promise((resolve, reject) => {
      // The real client gives up after ten seconds.
      this.#clock.after(answerMs === undefined ? 10_000 : requestMs + answerMs, () => {
        if (!ok) return reject(Object.assign(new Error("planted"), { name: "TokenRefused" }));
        const endsMs = this.#clock.now() + LIFE_MS;
        const token = `token-${++this.#given}`;
        this.#live.set(token, endsMs);
        resolve({ token, expiresMs: endsMs });
      });
    });
  }
}
