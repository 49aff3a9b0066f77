import type { Clock } from "../../contract/clock.ts";
import { until } from "../shared/deadline.ts";

/** Gives access tokens for Google. */
export interface TokenSource {
  /** A token that still holds. Rejects with an error whose name is its code. */
  token(): Promise<string>;
  /** Forgets a token, if it is the one at hand: it was refused. */
  invalidate(token: string): void;
}

/** A token and its end. */
export interface AccessToken {
  readonly token: string;
  /** As the service said, milliseconds since the epoch. */
  readonly expiresMs: number;
}

/** What a cache rests on. */
export interface TokenCacheDeps {
  /** Asks for a new token, once. */
  readonly exchange: () => Promise<AccessToken>;
  readonly clock: Clock;
}

/** So long before its end a token is renewed, in milliseconds. A connection may be opened with it just before. */
const RENEW_BEFORE_MS = 5 * 60_000;
/** If it cannot be renewed, a token serves until so long before its end, in milliseconds. */
const LAST_USE_BEFORE_MS = 30_000;
/** An exchange that takes longer is given up, in milliseconds; the append stage asks again. */
const EXCHANGE_TIMEOUT_MS = 15_000;

/**
 * Keeps one token and renews it five minutes before its end. Whoever asks meanwhile shares one exchange. An exchange that
 * fails matters only once the token at hand has ended: an outage of the token service shorter than that goes unnoticed.
 */
export class TokenCache implements TokenSource {
  readonly #deps: TokenCacheDeps;
  #current: AccessToken | undefined;
  #exchanging: Promise<AccessToken> | undefined;

  constructor(deps: TokenCacheDeps) {
    this.#deps = deps;
  }

  async token(): Promise<string> {
    const current = this.#lasting(RENEW_BEFORE_MS);
    if (current !== undefined) return current.token;
    try {
      return (await this.#renewed()).token;
    } catch (error) {
      const last = this.#lasting(LAST_USE_BEFORE_MS);
      if (last !== undefined) return last.token;
      throw error;
    }
  }

  invalidate(token: string): void {
    if (this.#current?.token === token) this.#current = undefined;
  }

  #lasting(forMs: number): AccessToken | undefined {
    const current = this.#current;
    return current !== undefined && this.#deps.clock.now() < current.expiresMs - forMs ? current : undefined;
  }

  #renewed(): Promise<AccessToken> {
    this.#exchanging ??= this.#exchange().finally(() => (this.#exchanging = undefined));
    return this.#exchanging;
  }

  async #exchange(): Promise<AccessToken> {
    const { exchange, clock } = this.#deps;
    this.#current = await until(clock, clock.now() + EXCHANGE_TIMEOUT_MS, exchange());
    return this.#current;
  }
}
