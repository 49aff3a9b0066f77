/** GoogleSQL to DuckDB's SQL: one query with its parameters. */
import type { Catalog } from "../catalog.ts";
import { invalidQuery } from "../errors.ts";
import type { NameDefaults } from "../names.ts";
import type { Expression } from "./ast.ts";
import { parseStatement } from "./ast.ts";
import { translateExpression } from "./expressions.ts";
import { checkPartitionFilters } from "./partition-filter.ts";
import { translateQuery } from "./query.ts";
import type { Relation, Scope } from "./scope.ts";
import { childScope } from "./scope.ts";
import type { Translator } from "./translator.ts";
import type { Typed } from "./types.ts";

/** What a query is translated with. */
export interface TranslationOptions {
  readonly catalog: Catalog;
  readonly defaults: NameDefaults;
  /** Milliseconds since the epoch, for CURRENT_TIMESTAMP and partition expiry. */
  readonly nowMs: number;
  readonly named?: ReadonlyMap<string, Typed>;
  readonly positional?: readonly Typed[];
  /** Set while a view or function is made: BigQuery asks for the partition filter only when it is queried. */
  readonly isDefinition?: boolean;
}

const TOKENS =
  /'''[\s\S]*?'''|"""[\s\S]*?"""|'(?:[^'\\]|\\[\s\S])*'|"(?:[^"\\]|\\[\s\S])*"|`[^`]*`|--[^\n]*|#[^\n]*|\/\*[\s\S]*?\*\/|\?/g;

/** Names the positional parameters, which the syntax tree does not number. */
function numberParameters(sql: string): { text: string; count: number } {
  let count = 0;
  const text = sql.replace(TOKENS, (token) => (token === "?" ? `@sluice_positional_${++count}` : token));
  return { text, count };
}

/** A query in DuckDB's SQL with its columns; a BigQueryError for what BigQuery refuses or the local warehouse lacks. */
export function translate(sql: string, options: TranslationOptions): Relation {
  const { text, count } = numberParameters(sql);
  const positional = options.positional ?? [];
  if (count !== positional.length && (count > 0 || options.positional !== undefined)) {
    throw invalidQuery(
      `Query parameter not found: the query has ${count} positional parameters, ${positional.length} are given`,
    );
  }
  const parameters = new Map(options.named ?? []);
  for (const [index, value] of positional.entries()) parameters.set(`sluice_positional_${index + 1}`, value);
  const statement = parseStatement(text);
  const translator: Translator = {
    catalog: options.catalog,
    defaults: options.defaults,
    nowMs: options.nowMs,
    parameters,
    expression: (expression: Expression, scope: Scope) => translateExpression(expression, scope, translator),
    query: (query: Expression, scope: Scope) => translateQuery(query, scope, translator),
  };
  const relation = translator.query(statement, childScope(undefined));
  if (options.isDefinition !== true) checkPartitionFilters(statement, options);
  const names = new Set<string>();
  for (const { name } of relation.columns) {
    if (names.has(name.toLowerCase()))
      throw invalidQuery(`Duplicate column names in the result are not supported. Found duplicate(s): ${name}`);
    names.add(name.toLowerCase());
  }
  return relation;
}
