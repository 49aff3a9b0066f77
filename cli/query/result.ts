/** A column of a result, as BigQuery's REST API describes it. */
export interface ResultColumn {
  readonly name: string;
  /** `STRING`, `INTEGER`, `FLOAT`, `BOOLEAN`, `TIMESTAMP`, `JSON`, `RECORD`, … */
  readonly type: string;
  readonly mode: "NULLABLE" | "REQUIRED" | "REPEATED";
  readonly fields?: readonly ResultColumn[];
}

/** Scalars are texts, TIMESTAMP as epoch microseconds; repeated values are lists, records are objects by field name. */
export type ResultValue = string | null | readonly ResultValue[] | { readonly [name: string]: ResultValue };

export interface QueryResult {
  readonly schema: readonly ResultColumn[];
  readonly rows: readonly (readonly ResultValue[])[];
}
