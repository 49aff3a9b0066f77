/**
 * What the warehouse knows of its datasets, tables, views and routines, kept as JSON in a table of the DuckDB file, so
 * that a later process can open the file without servers.
 */
import { BigQueryError } from "./errors.ts";
import type { ObjectName } from "./names.ts";
import { displayName } from "./names.ts";
import type { TableField } from "./schema.ts";

/** A dataset. */
export interface Dataset {
  readonly project: string;
  readonly dataset: string;
  /** `US`, `EU` or a region such as `asia-northeast1`. */
  readonly location: string;
  readonly description?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly defaultPartitionExpirationMs?: number;
  readonly createdMs: number;
}

/** A column partition by day (or hour, month, year). */
export interface TimePartitioning {
  readonly type: "DAY" | "HOUR" | "MONTH" | "YEAR";
  readonly field: string;
  /** Milliseconds after which a partition is gone. */
  readonly expirationMs?: number;
}

/** A table, or a view where `viewQuery` is set. */
export interface Table extends ObjectName {
  readonly fields: readonly TableField[];
  readonly timePartitioning?: TimePartitioning;
  readonly requirePartitionFilter: boolean;
  readonly clustering: readonly string[];
  readonly viewQuery?: string;
  readonly description?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly createdMs: number;
}

/** A parameter of a table function. `type` is a GoogleSQL type name. */
export interface RoutineArgument {
  readonly name: string;
  readonly type: string;
}

/** A table function. */
export interface Routine extends ObjectName {
  readonly body: string;
  readonly arguments: readonly RoutineArgument[];
  readonly description?: string;
  readonly createdMs: number;
}

interface Kinds {
  readonly dataset: Dataset;
  readonly table: Table;
  readonly routine: Routine;
}

/** One stored row: the kind, the key and the definition as JSON. */
export interface StoredObject {
  readonly kind: keyof Kinds;
  readonly key: string;
  readonly definition: string;
}

/** Datasets, tables and routines in memory, by name. */
export class Catalog {
  readonly #datasets = new Map<string, Dataset>();
  readonly #tables = new Map<string, Table>();
  readonly #routines = new Map<string, Routine>();

  constructor(stored: readonly StoredObject[] = []) {
    for (const { kind, definition } of stored) {
      const value: unknown = JSON.parse(definition);
      if (kind === "dataset") this.putDataset(value as Dataset);
      else if (kind === "table") this.putTable(value as Table);
      else this.putRoutine(value as Routine);
    }
  }

  /** The dataset, or a `notFound` error. */
  dataset(project: string, dataset: string): Dataset {
    const found = this.#datasets.get(`${project}.${dataset}`);
    if (found === undefined) throw new BigQueryError("notFound", `Not found: Dataset ${project}:${dataset}`);
    return found;
  }

  findDataset(project: string, dataset: string): Dataset | undefined {
    return this.#datasets.get(`${project}.${dataset}`);
  }

  datasets(project: string): Dataset[] {
    return [...this.#datasets.values()].filter((dataset) => dataset.project === project);
  }

  /** The table or view, or a `notFound` error. */
  table(name: ObjectName): Table {
    const found = this.findTable(name);
    if (found === undefined) throw new BigQueryError("notFound", `Not found: Table ${displayName(name)}`);
    return found;
  }

  findTable(name: ObjectName): Table | undefined {
    return this.#tables.get(objectKey(name));
  }

  /** Tables and views of a dataset, by name. */
  tables(project: string, dataset: string): Table[] {
    return inDataset(this.#tables, project, dataset);
  }

  /** The routine, or a `notFound` error. */
  routine(name: ObjectName): Routine {
    const found = this.findRoutine(name);
    if (found === undefined) throw new BigQueryError("notFound", `Not found: Routine ${displayName(name)}`);
    return found;
  }

  findRoutine(name: ObjectName): Routine | undefined {
    return this.#routines.get(objectKey(name));
  }

  routines(project: string, dataset: string): Routine[] {
    return inDataset(this.#routines, project, dataset);
  }

  putDataset(dataset: Dataset): void {
    this.#datasets.set(`${dataset.project}.${dataset.dataset}`, dataset);
  }

  putTable(table: Table): void {
    this.#tables.set(objectKey(table), table);
  }

  putRoutine(routine: Routine): void {
    this.#routines.set(objectKey(routine), routine);
  }

  deleteDataset(project: string, dataset: string): void {
    this.#datasets.delete(`${project}.${dataset}`);
  }

  deleteTable(name: ObjectName): void {
    this.#tables.delete(objectKey(name));
  }

  deleteRoutine(name: ObjectName): void {
    this.#routines.delete(objectKey(name));
  }
}

/** What an object is stored under. */
export function objectKey(name: ObjectName): string {
  return `${name.project}.${name.dataset}.${name.name}`;
}

function inDataset<T extends ObjectName>(objects: Map<string, T>, project: string, dataset: string): T[] {
  return [...objects.values()]
    .filter((object) => object.project === project && object.dataset === dataset)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
