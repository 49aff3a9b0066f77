/** Tokens that have been issued and have not expired. */
import type { Clock, Random } from "../../contract/clock.ts";
import { randomText } from "./random-text.ts";

/** Whom a token stands for. */
export interface Holder {
  /** Names under which the holder may be bound to roles. */
  readonly members: readonly string[];
  /** OAuth scopes of the token. */
  readonly scopes: readonly string[];
}

interface Token extends Holder {
  readonly expiresAt: number;
}

/** What every token of this maker starts with, for as long as its holder may keep it. */
const PREFIX = "ya29.sluice-local.";
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** Whether a token was made here, in force or not. */
export function isLocalToken(token: string): boolean {
  return token.startsWith(PREFIX);
}

/** Issues tokens and knows them again until they expire. */
export class TokenStore {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #tokens = new Map<string, Token>();

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  /** A new token; those that have expired are forgotten. */
  issue(holder: Holder, lifetimeSeconds: number): { token: string; expiresAt: number } {
    const now = this.#clock.now();
    for (const [token, { expiresAt }] of this.#tokens) {
      if (expiresAt <= now) this.#tokens.delete(token);
    }
    const token = `${PREFIX}${randomText(this.#random, ALPHABET, 120)}`;
    const expiresAt = now + lifetimeSeconds * 1000;
    this.#tokens.set(token, { ...holder, expiresAt });
    return { token, expiresAt };
  }

  /** Whom a token stands for; `undefined` if it is not known or has expired. */
  find(token: string): Holder | undefined {
    const found = this.#tokens.get(token);
    return found !== undefined && found.expiresAt > this.#clock.now() ? found : undefined;
  }
}
