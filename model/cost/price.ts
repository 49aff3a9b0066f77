/** What one price of the table says. Pure data; nothing here knows a workload. */

/** How far a price could be checked when the table was made. */
export type Confirmation =
  /** Read on a stored copy of the vendor's own page. */
  | "vendor"
  /** Not on a vendor's page, but the same in an independent source that is fed from the vendor's price API or quotes the page. */
  | "second source"
  /** Known from one source, or from memory of the page: check it before relying on it. */
  | "unconfirmed";

/** One step of a tiered price. */
export interface Tier {
  /** Units a month up to which it holds, counted from the first; `Infinity` for the last tier. */
  readonly upTo: number;
  /** US dollars a unit. */
  readonly usd: number;
}

/** One price, without taxes, as listed for everyone. */
export interface Price {
  readonly what: string;
  /** What a quantity of 1 is. A GB is 2^30 bytes at both vendors, a TiB 2^40. */
  readonly unit: string;
  /** At least one; the last is open. */
  readonly tiers: readonly Tier[];
  /** Units a month that an account has free for good (not for its first year); 0 for none. */
  readonly freePerMonth: number;
  readonly region: string;
  /** The vendor's page. */
  readonly source: string;
  readonly confirmation: Confirmation;
  /** What it was checked against, and what to know. */
  readonly note: string;
  /** When that was read or published, `YYYY-MM-DD`. */
  readonly date: string;
}

/** A price that does not depend on how much is used. */
export function flat(usd: number): readonly Tier[] {
  return [{ upTo: Infinity, usd }];
}

/** A tiered price from pairs of size and US dollars: the sizes follow each other, `Infinity` last. */
export function tiered(...steps: readonly (readonly [size: number, usd: number])[]): readonly Tier[] {
  let upTo = 0;
  return steps.map(([size, usd]) => ({ upTo: (upTo += size), usd }));
}
