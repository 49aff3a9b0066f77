import { InvalidArgumentError } from "commander";

/** Parsers for commander's options; each throws what commander prints as a wrong command line. */

/** Makes a parser of whole numbers between two bounds, both included; `highest` up to 2^53 − 1, which no message names. */
export function wholeNumberFrom(lowest: number, highest = Number.MAX_SAFE_INTEGER): (text: string) => number {
  const bound = highest === Number.MAX_SAFE_INTEGER ? "" : ` to ${highest}`;
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= lowest && value <= highest) return value;
    throw new InvalidArgumentError(`It is a whole number from ${lowest}${bound}.`);
  };
}

/** A whole number from 0 to 2^53 − 1. */
export const wholeNumber = wholeNumberFrom(0);

/** A whole number from 1. */
export const positiveWholeNumber = wholeNumberFrom(1);

/** A whole number, also below 0, that a double holds exactly. */
export function seed(text: string): number {
  const value = Number(text);
  if (!/^-?\d+$/.test(text) || !Number.isSafeInteger(value)) {
    throw new InvalidArgumentError("It is a whole number between -2^53 and 2^53.");
  }
  return value;
}

/** A number above 0. */
export function positiveNumber(text: string): number {
  const value = Number(text);
  if (!/^\d*\.?\d+$/.test(text) || !(value > 0)) throw new InvalidArgumentError("It is a number above 0.");
  return value;
}

/** An http or https address. */
export function webAddress(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== "http:" && url?.protocol !== "https:") {
    throw new InvalidArgumentError("It is an address such as http://127.0.0.1:4567.");
  }
  return text;
}

/** Collects a repeatable option. */
export function collect(text: string, previous: readonly string[] | undefined): string[] {
  return [...(previous ?? []), text];
}
