import type { Clock } from "../../contract/clock.ts";

/** What was seen this long ago still tells how the backend is, in milliseconds. */
const WITHIN_MS = 60_000;

/**
 * When each table last took rows, and last refused them, on this instance: the evidence that tells one refusing table, or
 * one refused row, from a backend that refuses everything. Bounded by the number of tables.
 */
export class TableHealth {
  readonly #clock: Clock;
  readonly #tookMs = new Map<string, number>();
  readonly #refusedMs = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Notes that a table took rows. */
  took(table: string): void {
    this.#tookMs.set(table, this.#clock.now());
    this.#refusedMs.delete(table);
  }

  /** Notes that a table, by its name, was refused or got no answer. */
  refused(table: string): void {
    this.#refusedMs.set(table, this.#clock.now());
  }

  /** Whether a table was refused in the last minute and has taken nothing since: it belongs on a connection of its own. */
  isRefusing(table: string): boolean {
    return (this.#refusedMs.get(table) ?? -Infinity) >= this.#clock.now() - WITHIN_MS;
  }

  /** Whether a table has taken rows in the last minute: any, or any but the given one. */
  anyTook(except?: string): boolean {
    const since = this.#clock.now() - WITHIN_MS;
    for (const [table, atMs] of this.#tookMs) if (table !== except && atMs >= since) return true;
    return false;
  }
}
