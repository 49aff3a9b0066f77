import type { Clock } from "../../contract/clock.ts";
import type { AppendAnswer } from "./answer.ts";
import { ConnectionError } from "./connection.ts";
import type { TokenSource } from "./token-cache.ts";

/** What the append stage asks of a connection; `AppendConnection` is the real one. */
export interface Connection {
  readonly usable: boolean;
  readonly lastUsedMs: number;
  append(compressed: Buffer, timeoutMs: number): Promise<AppendAnswer>;
  close(): void;
}

/** What connections rest on. */
export interface ConnectionsDeps {
  readonly open: (accessToken: string) => Connection;
  readonly tokens: TokenSource;
  readonly clock: Clock;
}

/**
 * A connection that nothing has passed for so long is not trusted: a function is frozen between invocations, and what was
 * idle through a freeze may be dead without a word (load balancers on the way forget it). In milliseconds.
 */
const MAX_IDLE_MS = 20_000;

/** The connection that all tables share, and connections of their own for tables that were refused on it. */
export class Connections {
  readonly #deps: ConnectionsDeps;
  readonly #tokenOf = new WeakMap<Connection, string>();
  #shared: Promise<Connection> | undefined;

  constructor(deps: ConnectionsDeps) {
    this.#deps = deps;
  }

  /** The shared connection, a new one where there is none to be trusted. Rejects with a {@link ConnectionError}. */
  async shared(): Promise<Connection> {
    const current = this.#shared;
    if (current !== undefined) {
      const connection = await current;
      if (connection.usable && this.#deps.clock.now() - connection.lastUsedMs <= MAX_IDLE_MS) return connection;
      // Another table may have replaced it meanwhile.
      if (this.#shared !== current) return this.shared();
      // One that is going away closes itself after its last answer.
      if (connection.usable) connection.close();
    }
    const opening = this.own();
    this.#shared = opening;
    opening.catch(() => {
      if (this.#shared === opening) this.#shared = undefined;
    });
    return opening;
  }

  /** A connection of one's own, to be closed by whoever asked for it. Rejects with a {@link ConnectionError}. */
  async own(): Promise<Connection> {
    const token = await this.#deps.tokens.token().catch(() => {
      throw new ConnectionError("UNAUTHENTICATED");
    });
    const connection = this.#deps.open(token);
    this.#tokenOf.set(connection, token);
    return connection;
  }

  /** The backend did not take a connection's token: forgets it, and with it the shared connection if that has the same. */
  async renew(failed: Connection): Promise<void> {
    const token = this.#tokenOf.get(failed);
    if (token === undefined) return;
    this.#deps.tokens.invalidate(token);
    const current = this.#shared;
    const shared = await current?.catch(() => undefined);
    if (shared === undefined || this.#tokenOf.get(shared) !== token) return;
    if (this.#shared === current) this.#shared = undefined;
    shared.close();
  }

  /** Closes the shared connection. */
  async close(): Promise<void> {
    const current = this.#shared;
    this.#shared = undefined;
    (await current?.catch(() => undefined))?.close();
  }
}
