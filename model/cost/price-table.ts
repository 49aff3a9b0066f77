import { AWS_PRICES } from "./aws-prices.ts";
import { GOOGLE_PRICES } from "./google-prices.ts";
import type { Price } from "./price.ts";

/** Every price, by key. docs/costs.md shows it. */
export const PRICES = { ...AWS_PRICES, ...GOOGLE_PRICES } as const;

/** Key of a price. */
export type PriceKey = keyof typeof PRICES;

/** A table of prices: the one above, or one with a change to see what it does. */
export type PriceTable = Readonly<Record<PriceKey, Price>>;

/** When the table was last gone through as a whole, `YYYY-MM-DD`: what a result is dated with. */
export const PRICES_DATE = "2026-11-21";

/** AWS region that the table is of. */
export const PRICES_REGION = "us-east-1";
