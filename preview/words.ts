/** Figures in words. Pure. */

const NOTHING = "–";

/** `1 resource`, `2 resources`. */
export function count(number: number, noun: string): string {
  return `${number.toLocaleString("en-US")} ${noun}${number === 1 ? "" : "s"}`;
}

/** `$1,234.50`. */
export function usd(amount: number | undefined): string {
  if (amount === undefined) return NOTHING;
  return `$${amount.toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;
}

/** `+$12.00`, `−$3.10`; a dash for less than a cent or nothing to compare. */
export function difference(before: number | undefined, after: number | undefined): string {
  if (before === undefined || after === undefined) return NOTHING;
  const cents = Math.round((after - before) * 100);
  if (cents === 0) return NOTHING;
  return `${cents > 0 ? "+" : "−"}${usd(Math.abs(cents) / 100)}`;
}

/** `8,000 records/s`: three significant digits, since no more is known. */
export function perSecond(records: number): string {
  return `${Number(records.toPrecision(3)).toLocaleString("en-US")} records/s`;
}

/** `12,345 bytes`. */
export function bytes(number: number): string {
  return count(number, "byte");
}

/** `45 s`, `12 min`, `3.5 h`, `2.1 days`. */
export function duration(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  if (seconds < 5400) return `${Math.ceil(seconds / 60)} min`;
  if (seconds < 129_600) return `${(seconds / 3600).toFixed(1)} h`;
  return `${(seconds / 86_400).toFixed(1)} days`;
}
