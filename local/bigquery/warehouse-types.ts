import type { Clock } from "../../contract/clock.ts";
import type { Dataset, Routine, Table } from "./catalog.ts";
import type { Parameters } from "./parameters.ts";
import type { ResultField, ResultValue } from "./result.ts";
import type { Typed } from "./sql/types.ts";

/** How a warehouse is opened. */
export interface WarehouseOptions {
  /** The DuckDB file; made if it is not there. */
  readonly path: string;
  /** Opens an existing file for queries alone. Default false. */
  readonly readOnly?: boolean;
  readonly clock: Clock;
  /** Google project that names without one belong to. */
  readonly project: string;
  /** Dataset for names without one. */
  readonly defaultDataset?: string;
}

/** How a query is run. */
export interface QueryOptions {
  readonly parameters?: Parameters;
  readonly defaultDataset?: { readonly project?: string; readonly dataset: string } | string;
  /** Parameters already in SQL, from the REST API. */
  readonly named?: ReadonlyMap<string, Typed>;
  readonly positional?: readonly Typed[];
}

/** What a query gives. Scalars are texts as in BigQuery's REST API: TIMESTAMP epoch microseconds, INT64 decimal. */
export interface QueryResult {
  readonly schema: readonly ResultField[];
  readonly rows: readonly (readonly ResultValue[])[];
}

/** What is stored of a table besides its rows; the name and time of making are the warehouse's. */
export type TableDefinition = Omit<Table, "createdMs">;
export type DatasetDefinition = Omit<Dataset, "createdMs">;
export type RoutineDefinition = Omit<Routine, "createdMs">;
