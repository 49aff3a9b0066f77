/** GoogleSQL text to a syntax tree, by the parser of @polyglot-sql/sdk; only parsing is its part here. */
import { Dialect, init, isInitialized, parse } from "@polyglot-sql/sdk";
import type { ParseResult } from "@polyglot-sql/sdk";
import { invalidQuery, unsupported } from "../errors.ts";

/** A node: an object with one property, named after its kind. */
export type Expression = Extract<ParseResult, { success: true }>["ast"][number];

type Intersection<U> = (U extends unknown ? (of: U) => void : never) extends (of: infer I) => void ? I : never;
type Kinds = Intersection<Expression>;

/** Kind of a node. */
export type Kind = keyof Kinds;

/** What a node of a kind holds. */
export type Node<K extends Kind> = Kinds[K];

/** One ORDER BY item. */
export type Ordered = NonNullable<Node<"select">["order_by"]>["expressions"][number];

/** Loads the parser; call once before the first parseQuery. */
export async function initParser(): Promise<void> {
  if (!isInitialized()) await init();
}

/** The one statement of a text, or a BigQueryError with the place of the mistake. */
export function parseStatement(sql: string): Expression {
  const result = parse(sql, Dialect.BigQuery);
  if (!result.success) throw invalidQuery(`Syntax error: ${result.error.replace(/^Parse error at /, "at ")}`);
  const statements = result.ast;
  if (statements.length === 0) throw invalidQuery("Syntax error: Unexpected end of script");
  if (statements.length > 1) throw unsupported("scripts of more than one statement");
  return statements[0]!;
}

/** Kind of a node, and what it holds. */
export function open(expression: Expression): { kind: Kind; value: Readonly<Record<string, unknown>> } {
  const [kind, value] = Object.entries(expression)[0] ?? [];
  return { kind: kind as Kind, value: (value ?? {}) as Readonly<Record<string, unknown>> };
}

/** What the node holds if it is of the kind. */
export function nodeOf<K extends Kind>(expression: Expression, kind: K): Node<K> | undefined {
  return (expression as Partial<Kinds>)[kind] as Node<K> | undefined;
}

/** Properties that say how a node was written, not what it means. */
const COSMETIC =
  /comments$|^span$|^inferred_type$|_text$|^alias_(explicit_as|keyword|first)$|^(original_name|name_text|no_parens|bracket_notation|use_(inner|outer)_keyword|nesting_group|explicit_asc|quoted|with_tz|use_bracket_syntax|modifiers_inside|is_field|deferred_condition)$/;

function isEmpty(value: unknown): boolean {
  return value === null || value === undefined || value === false || (Array.isArray(value) && value.length === 0);
}

/** Refuses a node that says anything beyond the named properties: what is not translated must not be dropped. */
export function allowOnly(node: object, construct: string, allowed: readonly string[]): void {
  for (const [key, value] of Object.entries(node)) {
    if (isEmpty(value) || allowed.includes(key) || COSMETIC.test(key)) continue;
    throw unsupported(
      `${key
        .replaceAll("_", " ")
        .toUpperCase()
        .replace(/ CLAUSE$/, "")} in ${construct}`,
    );
  }
}
