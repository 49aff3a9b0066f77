/**
 * Rows into DuckDB. Everything that waits is written as one transaction, so that many small requests share one commit; the
 * event loop is free while DuckDB commits.
 */
import type { DuckDBConnection, DuckDBType, DuckDBValue } from "@duckdb/node-api";
import {
  BIGINT,
  BLOB,
  BOOLEAN,
  DATE,
  DECIMAL,
  DOUBLE,
  DuckDBBlobValue,
  DuckDBDataChunk,
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  DuckDBTimeValue,
  LIST,
  listValue,
  TIME,
  TIMESTAMP,
  TIMESTAMPTZ,
  VARCHAR,
} from "@duckdb/node-api";
import type { Table } from "./catalog.ts";
import { objectKey } from "./catalog.ts";
import { duckdbSchemaName } from "./names.ts";
import type { SqlType } from "./schema.ts";
import { sqlType } from "./schema.ts";

/**
 * A stored value: TIMESTAMP and DATETIME are epoch microseconds, TIME microseconds of the day, DATE epoch days, NUMERIC
 * and BIGNUMERIC integers scaled by 10^9 and 10^18, JSON canonical text.
 */
export type StoredValue = string | bigint | number | boolean | Uint8Array | null | readonly StoredValue[];

/** A row's values in the order of the table's columns. */
export type Row = readonly StoredValue[];

interface Kind {
  readonly type: DuckDBType;
  /** `undefined` where DuckDB's client takes the stored value as it is. */
  readonly wrap?: (value: never) => DuckDBValue;
}

const KINDS: Readonly<Record<SqlType, Kind>> = {
  STRING: { type: VARCHAR },
  JSON: { type: VARCHAR },
  INT64: { type: BIGINT },
  FLOAT64: { type: DOUBLE },
  BOOL: { type: BOOLEAN },
  TIMESTAMP: { type: TIMESTAMPTZ, wrap: (micros: bigint) => new DuckDBTimestampTZValue(micros) },
  DATETIME: { type: TIMESTAMP, wrap: (micros: bigint) => new DuckDBTimestampValue(micros) },
  TIME: { type: TIME, wrap: (micros: bigint) => new DuckDBTimeValue(micros) },
  DATE: { type: DATE, wrap: (days: number) => new DuckDBDateValue(days) },
  BYTES: { type: BLOB, wrap: (bytes: Uint8Array) => new DuckDBBlobValue(bytes) },
  NUMERIC: { type: DECIMAL(38, 9), wrap: (scaled: bigint) => new DuckDBDecimalValue(scaled, 38, 9) },
  BIGNUMERIC: { type: DECIMAL(38, 18), wrap: (scaled: bigint) => new DuckDBDecimalValue(scaled, 38, 18) },
};

/** Most rows in a DuckDB data chunk. */
const CHUNK_ROWS = 2048;

interface Waiting {
  readonly table: Table;
  readonly rows: readonly Row[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Writes rows over a connection of its own. */
export class Appender {
  readonly #connection: DuckDBConnection;
  readonly #project: string;
  #waiting: Waiting[] = [];
  #draining: Promise<void> | undefined;

  constructor(connection: DuckDBConnection, project: string) {
    this.#connection = connection;
    this.#project = project;
  }

  /** Resolves when the rows are committed. */
  append(table: Table, rows: readonly Row[]): Promise<void> {
    if (rows.length === 0) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#waiting.push({ table, rows, resolve, reject });
      this.#draining ??= this.#drain();
    });
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) {
      const group = this.#waiting;
      this.#waiting = [];
      try {
        await this.#write(group);
        for (const item of group) item.resolve();
      } catch {
        // One request may have spoilt the others: each gets a transaction of its own.
        for (const item of group) await this.#write([item]).then(item.resolve, item.reject);
      }
    }
    this.#draining = undefined;
  }

  async #write(group: readonly Waiting[]): Promise<void> {
    const byTable = new Map<string, { table: Table; rows: Row[] }>();
    for (const { table, rows } of group) {
      const key = objectKey(table);
      const entry = byTable.get(key) ?? { table, rows: [] };
      byTable.set(key, entry);
      for (const row of rows) entry.rows.push(row);
    }
    await this.#connection.run("BEGIN");
    try {
      for (const { table, rows } of byTable.values()) await this.#writeTable(table, rows);
      await this.#connection.run("COMMIT");
    } catch (error) {
      await this.#connection.run("ROLLBACK").catch(() => undefined);
      throw error;
    }
  }

  async #writeTable(table: Table, rows: readonly Row[]): Promise<void> {
    const kinds = table.fields.map((field) => ({ ...KINDS[sqlType(field.type)], repeated: field.mode === "REPEATED" }));
    const types = kinds.map((kind) => (kind.repeated ? LIST(kind.type) : kind.type));
    const appender = await this.#connection.createAppender(table.name, duckdbSchemaName(table, this.#project));
    try {
      for (let start = 0; start < rows.length; start += CHUNK_ROWS) {
        const count = Math.min(CHUNK_ROWS, rows.length - start);
        const chunk = DuckDBDataChunk.create(types, count);
        for (const [column, kind] of kinds.entries())
          chunk.setColumnValues(column, columnValues(rows, start, count, column, kind));
        appender.appendDataChunk(chunk);
      }
    } finally {
      appender.closeSync();
    }
  }

  /** Writes what waits, then closes the connection. */
  async close(): Promise<void> {
    await this.#draining;
    this.#connection.closeSync();
  }
}

function columnValues(
  rows: readonly Row[],
  start: number,
  count: number,
  column: number,
  kind: Kind & { repeated: boolean },
): DuckDBValue[] {
  const values = new Array<DuckDBValue>(count);
  const wrap = kind.wrap as ((value: StoredValue) => DuckDBValue) | undefined;
  for (let index = 0; index < count; index++) {
    const value = rows[start + index]![column] ?? null;
    if (kind.repeated)
      values[index] = listValue(
        ((value ?? []) as StoredValue[]).map((item) => (wrap ? wrap(item) : (item as DuckDBValue))),
      );
    else values[index] = value === null || wrap === undefined ? (value as DuckDBValue) : wrap(value);
  }
  return values;
}
