/**
 * The local warehouse: BigQuery's datasets, tables, views, table functions and queries over one DuckDB file.
 * docs/local-bigquery.md says what it does as BigQuery and what it does not.
 */
import type { DuckDBConnection } from "@duckdb/node-api";
import { DuckDBInstance } from "@duckdb/node-api";
import type { Clock } from "../../contract/clock.ts";
import { Appender } from "./append.ts";
import type { Row } from "./append.ts";
import type { Dataset, Routine, StoredObject, Table } from "./catalog.ts";
import { Catalog, objectKey } from "./catalog.ts";
import { BigQueryError, invalidQuery } from "./errors.ts";
import type { NameDefaults, ObjectName } from "./names.ts";
import { displayName, duckdbSchemaName, duckdbTableName, quoteIdentifier, quoteText } from "./names.ts";
import { givenParameters } from "./parameters.ts";
import { registerParseJson } from "./parse-json-function.ts";
import type { ResultField } from "./result.ts";
import { resultField, resultValue } from "./result.ts";
import { checkFields, duckdbColumnType } from "./schema.ts";
import { initParser } from "./sql/ast.ts";
import { translate } from "./sql/translate.ts";
import type {
  DatasetDefinition,
  QueryOptions,
  QueryResult,
  RoutineDefinition,
  TableDefinition,
  WarehouseOptions,
} from "./warehouse-types.ts";

export type {
  DatasetDefinition,
  QueryOptions,
  QueryResult,
  RoutineDefinition,
  TableDefinition,
  WarehouseOptions,
} from "./warehouse-types.ts";

const CATALOG_TABLE = `"sluice_catalog"."objects"`;

/** WAL size that triggers a checkpoint: large, since a checkpoint on the way costs more than one at the end. */
const CHECKPOINT_THRESHOLD = "1GB";

/** The warehouse; made by openWarehouse. */
export class Warehouse {
  readonly project: string;
  readonly clock: Clock;
  readonly #instance: DuckDBInstance;
  readonly #connection: DuckDBConnection;
  readonly #catalog: Catalog;
  readonly #appender: Appender;
  readonly #defaultDataset: string | undefined;
  readonly #readOnly: boolean;
  #closed: Promise<void> | undefined;

  private constructor(
    options: WarehouseOptions,
    instance: DuckDBInstance,
    connections: [DuckDBConnection, DuckDBConnection],
    catalog: Catalog,
  ) {
    this.project = options.project;
    this.clock = options.clock;
    this.#defaultDataset = options.defaultDataset;
    this.#readOnly = options.readOnly ?? false;
    this.#instance = instance;
    this.#connection = connections[0];
    this.#catalog = catalog;
    this.#appender = new Appender(connections[1], options.project);
  }

  /** Opens the file. A DuckDB error says so if another process holds it. */
  static async open(options: WarehouseOptions): Promise<Warehouse> {
    await initParser();
    const readOnly = options.readOnly ?? false;
    const instance = await DuckDBInstance.create(options.path, {
      access_mode: readOnly ? "READ_ONLY" : "READ_WRITE",
      ...(readOnly ? {} : { checkpoint_threshold: CHECKPOINT_THRESHOLD }),
    });
    try {
      const connection = await instance.connect();
      const writer = await instance.connect();
      for (const each of [connection, writer]) await each.run("SET TimeZone = 'UTC'");
      registerParseJson(connection);
      if (!readOnly) {
        await connection.run(`CREATE SCHEMA IF NOT EXISTS "sluice_catalog"`);
        await connection.run(
          `CREATE TABLE IF NOT EXISTS ${CATALOG_TABLE} (kind VARCHAR, key VARCHAR, definition VARCHAR, PRIMARY KEY (kind, key))`,
        );
      }
      const stored = await connection.runAndReadAll(`SELECT kind, key, definition FROM ${CATALOG_TABLE}`);
      const catalog = new Catalog(stored.getRowObjects() as unknown as StoredObject[]);
      return new Warehouse(options, instance, [connection, writer], catalog);
    } catch (error) {
      instance.closeSync();
      throw error;
    }
  }

  /** Datasets, tables and routines as they are now. */
  get catalog(): Catalog {
    return this.#catalog;
  }

  async createDataset(definition: DatasetDefinition): Promise<Dataset> {
    if (this.#catalog.findDataset(definition.project, definition.dataset) !== undefined) {
      throw new BigQueryError("duplicate", `Already Exists: Dataset ${definition.project}:${definition.dataset}`);
    }
    return this.#putDataset({ ...definition, createdMs: this.clock.now() });
  }

  /** Changes a dataset's description, labels or default expiry; its location stays. */
  async updateDataset(definition: DatasetDefinition): Promise<Dataset> {
    const { createdMs, location } = this.#catalog.dataset(definition.project, definition.dataset);
    return this.#putDataset({ ...definition, location, createdMs });
  }

  async #putDataset(dataset: Dataset): Promise<Dataset> {
    await this.#run(`CREATE SCHEMA IF NOT EXISTS ${quoteIdentifier(duckdbSchemaName(dataset, this.project))}`);
    await this.#store("dataset", `${dataset.project}.${dataset.dataset}`, dataset);
    this.#catalog.putDataset(dataset);
    return dataset;
  }

  /** Deletes a dataset: an error while it holds tables or routines, unless `contents` go with it. */
  async deleteDataset(project: string, dataset: string, contents = false): Promise<void> {
    this.#catalog.dataset(project, dataset);
    const [tables, routines] = [this.#catalog.tables(project, dataset), this.#catalog.routines(project, dataset)];
    if (!contents && tables.length + routines.length > 0) {
      throw new BigQueryError("invalid", `Dataset ${project}:${dataset} is still in use`);
    }
    for (const table of tables) await this.deleteTable(table);
    for (const routine of routines) await this.deleteRoutine(routine);
    await this.#run(`DROP SCHEMA IF EXISTS ${quoteIdentifier(duckdbSchemaName({ project, dataset }, this.project))}`);
    await this.#unstore("dataset", `${project}.${dataset}`);
    this.#catalog.deleteDataset(project, dataset);
  }

  /** Makes a table, or a view where `viewQuery` is given; a view's query must be answerable, and its columns are frozen. */
  async createTable(definition: TableDefinition): Promise<Table> {
    const dataset = this.#catalog.dataset(definition.project, definition.dataset);
    if (this.#catalog.findTable(definition) !== undefined) {
      throw new BigQueryError("duplicate", `Already Exists: Table ${displayName(definition)}`);
    }
    const expirationMs = definition.timePartitioning?.expirationMs ?? dataset.defaultPartitionExpirationMs;
    const partitioning = definition.timePartitioning && {
      ...definition.timePartitioning,
      ...(expirationMs === undefined ? {} : { expirationMs }),
    };
    const table = this.#checked({
      ...definition,
      ...(partitioning && { timePartitioning: partitioning }),
      createdMs: this.clock.now(),
    });
    if (table.viewQuery === undefined) {
      await this.#run(`CREATE TABLE ${duckdbTableName(table, this.project)} (${columnList(table)})`);
    }
    return this.#putTable(table);
  }

  /** Changes a table in place: description, filter, expiry, clustering, new NULLABLE columns, a view's query. */
  async updateTable(definition: TableDefinition): Promise<Table> {
    const old = this.#catalog.table(definition);
    const table = this.#checked({ ...definition, createdMs: old.createdMs });
    if ((table.viewQuery === undefined) !== (old.viewQuery === undefined)) {
      throw new BigQueryError("invalid", `Table ${displayName(table)} cannot change between table and view`);
    }
    if (table.viewQuery === undefined) await this.#alter(old, table);
    return this.#putTable(table);
  }

  async #alter(old: Table, table: Table): Promise<void> {
    for (const field of old.fields) {
      const kept = table.fields.find((each) => each.name.toLowerCase() === field.name.toLowerCase());
      if (kept === undefined || duckdbColumnType(kept) !== duckdbColumnType(field)) {
        throw new BigQueryError(
          "invalid",
          `Provided Schema does not match Table ${displayName(table)}. Cannot change or drop field ${field.name}.`,
        );
      }
    }
    const added = table.fields.filter(
      (field) => !old.fields.some((each) => each.name.toLowerCase() === field.name.toLowerCase()),
    );
    for (const field of added) {
      if (field.mode === "REQUIRED") {
        throw new BigQueryError(
          "invalid",
          `Provided Schema does not match Table ${displayName(table)}. Cannot add required fields to an existing schema. (field: ${field.name})`,
        );
      }
      await this.#run(
        `ALTER TABLE ${duckdbTableName(table, this.project)} ADD COLUMN ${quoteIdentifier(field.name)} ${duckdbColumnType(field)}`,
      );
    }
  }

  #checked(table: Table): Table {
    if (!/^[\p{L}\p{M}\p{N}\p{Pc}\p{Pd}\p{Zs}]{1,1024}$/u.test(table.name)) {
      throw new BigQueryError("invalid", `Invalid table ID "${table.name}".`);
    }
    if (table.viewQuery !== undefined) {
      const { columns } = this.#translate(table.viewQuery, {}, true);
      return { ...table, fields: columns.map(({ name, type }) => resultField(name, type)) };
    }
    checkFields(table.fields);
    const partition = table.timePartitioning;
    const names = [...(partition === undefined ? [] : [partition.field]), ...table.clustering];
    for (const name of names) {
      if (!table.fields.some((field) => field.name === name)) {
        throw new BigQueryError(
          "invalid",
          `The field specified for partitioning or clustering cannot be found in the schema: ${name}`,
        );
      }
    }
    if (table.clustering.length > 4) throw new BigQueryError("invalid", "At most 4 clustering columns are allowed");
    return table;
  }

  async #putTable(table: Table): Promise<Table> {
    await this.#store("table", objectKey(table), table);
    this.#catalog.putTable(table);
    return table;
  }

  async deleteTable(name: ObjectName): Promise<void> {
    const table = this.#catalog.table(name);
    if (table.viewQuery === undefined) await this.#run(`DROP TABLE ${duckdbTableName(table, this.project)}`);
    await this.#unstore("table", objectKey(table));
    this.#catalog.deleteTable(table);
  }

  /** Makes a table function, or replaces it where `replace` is set; its body must be answerable. */
  async createRoutine(definition: RoutineDefinition, replace = false): Promise<Routine> {
    this.#catalog.dataset(definition.project, definition.dataset);
    const old = this.#catalog.findRoutine(definition);
    if (old !== undefined && !replace)
      throw new BigQueryError("duplicate", `Already Exists: Routine ${displayName(definition)}`);
    if (old === undefined && replace)
      throw new BigQueryError("notFound", `Not found: Routine ${displayName(definition)}`);
    const routine: Routine = { ...definition, createdMs: old?.createdMs ?? this.clock.now() };
    this.#catalog.putRoutine(routine);
    try {
      const nulls = routine.arguments.map((argument) => `CAST(NULL AS ${argument.type})`);
      this.#translate(
        `SELECT * FROM \`${routine.project}.${routine.dataset}.${routine.name}\`(${nulls.join(", ")})`,
        {},
        true,
      );
      await this.#store("routine", objectKey(routine), routine);
    } catch (error) {
      if (old === undefined) this.#catalog.deleteRoutine(routine);
      else this.#catalog.putRoutine(old);
      throw error;
    }
    return routine;
  }

  async deleteRoutine(name: ObjectName): Promise<void> {
    const routine = this.#catalog.routine(name);
    await this.#unstore("routine", objectKey(routine));
    this.#catalog.deleteRoutine(routine);
  }

  /** Answers a GoogleSQL query. A BigQueryError for what BigQuery refuses or the local warehouse does not have. */
  async query(sql: string, options: QueryOptions = {}): Promise<QueryResult> {
    const relation = this.#translate(sql, options);
    let reader;
    try {
      reader = await this.#connection.runAndReadAll(relation.sql);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      throw invalidQuery(message.replace(/^[A-Za-z ]+ Error: /, "").split("\n")[0]!);
    }
    const types = reader.columnTypes();
    const rows = reader.getRows().map((row) => row.map((value, index) => resultValue(value, types[index]!)));
    return { schema: relation.columns.map(({ name, type }) => resultField(name, type)), rows };
  }

  #translate(sql: string, options: QueryOptions, isDefinition = false): ReturnType<typeof translate> {
    return translate(sql, {
      catalog: this.#catalog,
      defaults: this.#defaults(options.defaultDataset),
      nowMs: this.clock.now(),
      isDefinition,
      ...(options.named === undefined ? {} : { named: options.named }),
      ...(options.positional === undefined ? {} : { positional: options.positional }),
      ...givenParameters(options.parameters),
    });
  }

  #defaults(dataset: QueryOptions["defaultDataset"]): NameDefaults {
    const name = typeof dataset === "string" ? dataset : (dataset?.dataset ?? this.#defaultDataset);
    return { project: this.project, ...(name === undefined ? {} : { dataset: name }) };
  }

  /**
   * Adds rows, all or none, and resolves once queries see them. Rows that arrive together are written together. Values
   * stand in the order of the table's columns and are already in their stored form (append.ts).
   */
  async appendRows(table: Table, rows: readonly Row[]): Promise<void> {
    this.#checkWritable();
    await this.#appender.append(table, rows);
  }

  /** Number of rows in a table. */
  async countRows(name: ObjectName): Promise<number> {
    const table = this.#catalog.table(name);
    if (table.viewQuery !== undefined) return 0;
    const reader = await this.#connection.runAndReadAll(`SELECT count(*) FROM ${duckdbTableName(table, this.project)}`);
    return Number(reader.getRows()[0]![0]);
  }

  /** A page of a table's rows, in the order of their arrival. */
  async listRows(name: ObjectName, start: number, count: number): Promise<QueryResult> {
    const table = this.#catalog.table(name);
    if (table.viewQuery !== undefined) throw new BigQueryError("invalid", `Cannot list a table of type VIEW.`);
    const reader = await this.#connection.runAndReadAll(
      `SELECT * FROM ${duckdbTableName(table, this.project)} ORDER BY rowid LIMIT ${count} OFFSET ${start}`,
    );
    const types = reader.columnTypes();
    const rows = reader.getRows().map((row) => row.map((value, index) => resultValue(value, types[index]!)));
    const schema = table.fields.map((field): ResultField => ({
      name: field.name,
      type: field.type,
      mode: field.mode === "REPEATED" ? "REPEATED" : "NULLABLE",
    }));
    return { schema, rows };
  }

  #checkWritable(): void {
    if (this.#readOnly) throw new BigQueryError("accessDenied", "The warehouse is open for reading only");
    if (this.#closed !== undefined) throw new BigQueryError("invalid", "The warehouse is closed");
  }

  async #run(sql: string): Promise<void> {
    this.#checkWritable();
    await this.#connection.run(sql);
  }

  async #store(kind: StoredObject["kind"], key: string, value: object): Promise<void> {
    const values = [kind, key, JSON.stringify(value)].map(quoteText).join(", ");
    await this.#run(`INSERT OR REPLACE INTO ${CATALOG_TABLE} VALUES (${values})`);
  }

  async #unstore(kind: StoredObject["kind"], key: string): Promise<void> {
    await this.#run(`DELETE FROM ${CATALOG_TABLE} WHERE kind = ${quoteText(kind)} AND key = ${quoteText(key)}`);
  }

  /** Writes what is outstanding and closes the file; it is no longer locked afterwards. May be called again. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    await this.#appender.close();
    if (!this.#readOnly) await this.#connection.run("CHECKPOINT");
    this.#connection.closeSync();
    this.#instance.closeSync();
  }
}

function columnList(table: Table): string {
  return table.fields
    .map(
      (field) =>
        `${quoteIdentifier(field.name)} ${duckdbColumnType(field)}${field.mode === "REQUIRED" ? " NOT NULL" : ""}`,
    )
    .join(", ");
}

/** Opens a warehouse file: `openWarehouse({ path, clock: systemClock, project: "sluice-local" })`. */
export function openWarehouse(options: WarehouseOptions): Promise<Warehouse> {
  return Warehouse.open(options);
}
