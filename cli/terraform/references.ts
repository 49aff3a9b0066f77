/**
 * Terraform references that travel through the Pulumi program as plain text.
 *
 * The program interpolates, joins and encodes them as it would an ARN, so a reference must survive `JSON.stringify` and be told
 * apart from a `${…}` that is meant as it stands: it is held between two characters of Unicode's private use.
 */
import { UsageError } from "../errors.ts";

const [OPEN, CLOSE] = ["\u{e000}", "\u{e001}"];
const MARKED = new RegExp(`${OPEN}([^${CLOSE}]*)${CLOSE}`);

/** A reference to a Terraform expression (`aws_kinesis_stream.player_log_stream.arn`), as text for the program. */
export function reference(expression: string): string {
  return `${OPEN}${expression}${CLOSE}`;
}

/** The expressions that a text of the program refers to, in order. */
export function referencesIn(text: string): readonly string[] {
  return text.split(MARKED).filter((_, index) => index % 2 === 1);
}

/**
 * Terraform's template for a text of the program: references become interpolations, and what Terraform would take for one is
 * escaped. https://developer.hashicorp.com/terraform/language/expressions/strings#escape-sequences-1
 */
export function template(text: string): string {
  const parts = text.split(MARKED);
  return parts
    .map((part, index) => {
      if (index % 2 === 1) return `\${${part}}`;
      const isLast = index === parts.length - 1;
      // A dollar sign before an interpolation would escape it, so it is interpolated itself.
      return isLast ? escaped(part) : escaped(part).replace(/\$+$/, (dollars) => `\${"${dollars}"}`);
    })
    .join("");
}

function escaped(literal: string): string {
  if (literal.includes(OPEN) || literal.includes(CLOSE)) {
    throw new UsageError(
      `a text holds U+E000 or U+E001, which the export keeps for itself: ${JSON.stringify(literal)}`,
    );
  }
  return literal.replaceAll(/[$%]\{/g, (opening) => `${opening.charAt(0)}${opening}`);
}

/** Whatever `change` makes of every text within plain data. */
export function mapTexts(value: unknown, change: (text: string) => unknown): unknown {
  if (typeof value === "string") return change(value);
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, change));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [template(key), mapTexts(item, change)]));
}

/** Every reference within plain data. */
export function allReferences(value: unknown): readonly string[] {
  if (typeof value === "string") return referencesIn(value);
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(allReferences);
}
