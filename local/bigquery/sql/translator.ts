import type { Catalog } from "../catalog.ts";
import type { NameDefaults } from "../names.ts";
import type { Expression } from "./ast.ts";
import type { Relation, Scope } from "./scope.ts";
import type { Typed } from "./types.ts";

/** What the parts of the translation share: they call each other through it. */
export interface Translator {
  readonly catalog: Catalog;
  readonly defaults: NameDefaults;
  /** Time of the query, milliseconds since the epoch. */
  readonly nowMs: number;
  /** Query parameters by lower-case name; positional ones are called `?1`, `?2` … */
  readonly parameters: ReadonlyMap<string, Typed>;
  expression(expression: Expression, scope: Scope): Typed;
  /** A query: SELECT, set operation or parenthesised query. */
  query(expression: Expression, scope: Scope): Relation;
}

/** How a function is translated: its arguments as DuckDB's SQL, and the nodes where a literal or a unit is needed. */
export interface Call {
  readonly name: string;
  readonly args: readonly Typed[];
  readonly nodes: readonly Expression[];
  readonly scope: Scope;
  readonly translator: Translator;
}

export type FunctionTable = Readonly<Record<string, (call: Call) => Typed>>;
