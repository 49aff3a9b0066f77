/** What names mean inside one query block. */
import { invalidQuery } from "../errors.ts";
import { quoteIdentifier } from "../names.ts";
import type { Type, Typed } from "./types.ts";

/** A column of a table or subquery. */
export interface ColumnType {
  readonly name: string;
  readonly type: Type;
}

/** What stands in FROM. */
export interface Source {
  readonly alias: string;
  readonly columns: readonly ColumnType[];
  /** Columns that `*` leaves out, such as `_TABLE_SUFFIX`. */
  readonly hidden?: readonly ColumnType[];
}

/** A subquery in DuckDB's SQL and what it gives. */
export interface Relation {
  readonly sql: string;
  readonly columns: readonly ColumnType[];
}

/** Names of one query block; those it lacks are looked for in the block around it. */
export interface Scope {
  readonly parent?: Scope;
  readonly sources: Source[];
  /** Columns of JOIN … USING: one column for both sides. */
  readonly merged: Map<string, Typed>;
  /** WITH queries, by lower-case name. */
  readonly ctes: Map<string, readonly ColumnType[]>;
  /** Parameters of a table function, by lower-case name. */
  readonly parameters: ReadonlyMap<string, Typed>;
  /** Names that SELECT gives, for HAVING, QUALIFY and ORDER BY. */
  readonly aliases: Map<string, Typed>;
  readonly windows: Set<string>;
}

/** A scope inside another. */
export function childScope(parent: Scope | undefined, parameters?: ReadonlyMap<string, Typed>): Scope {
  return {
    ...(parent === undefined ? {} : { parent }),
    sources: [],
    merged: new Map(),
    ctes: new Map(),
    parameters: parameters ?? new Map(),
    aliases: new Map(),
    windows: new Set(),
  };
}

/** The columns of a WITH query of that name, here or around. */
export function findCte(scope: Scope | undefined, name: string): readonly ColumnType[] | undefined {
  for (let at = scope; at !== undefined; at = at.parent) {
    const found = at.ctes.get(name.toLowerCase());
    if (found !== undefined) return found;
  }
  return undefined;
}

function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

/** The source of that alias, here or around. */
export function findSource(scope: Scope | undefined, alias: string): Source | undefined {
  for (let at = scope; at !== undefined; at = at.parent) {
    const found = at.sources.find((source) => same(source.alias, alias));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A column of a source. */
export function columnOf(source: Source, name: string): Typed | undefined {
  const column = [...source.columns, ...(source.hidden ?? [])].find((each) => same(each.name, name));
  if (column === undefined) return undefined;
  return { sql: `${quoteIdentifier(source.alias)}.${quoteIdentifier(column.name)}`, type: column.type };
}

/** What a bare name means: a merged column, a column, a value of UNNEST, a parameter; refuses what is ambiguous. */
export function findName(scope: Scope, name: string): Typed | undefined {
  for (let at: Scope | undefined = scope; at !== undefined; at = at.parent) {
    const merged = at.merged.get(name.toLowerCase());
    if (merged !== undefined) return merged;
    const found = at.sources.flatMap((source) => columnOf(source, name) ?? []);
    if (found.length > 1) throw invalidQuery(`Column name ${name} is ambiguous`);
    if (found[0] !== undefined) return found[0];
    const alias = at.aliases.get(name.toLowerCase());
    if (alias !== undefined) return alias;
    const parameter = at.parameters.get(name.toLowerCase());
    if (parameter !== undefined) return parameter;
  }
  return undefined;
}
