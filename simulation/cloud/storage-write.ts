import { APPEND_ROWS_MAX_BYTES } from "../../contract/limits.ts";
import type { AppendAnswer, GrpcCode } from "../../functions/warehouse/answer.ts";
import type { Draws } from "../draws.ts";
import { MARKS } from "../workload/pieces.ts";
import { decodeAppendRequest, decodeRow } from "./append-message.ts";
import type { Row } from "./append-message.ts";
import type { Edge, Period } from "./faults.ts";

/** A table that refuses for a while, while others may work. */
export interface TableRefusal extends Period {
  readonly table: string;
  readonly code: "NOT_FOUND" | "PERMISSION_DENIED" | "SCHEMA_MISMATCH";
  /** The whole call ends with that status, and not only the one request. */
  readonly endsCall: boolean;
}

const STREAM = /^projects\/sim\/datasets\/logs\/tables\/([^/]+)\/streams\/_default$/;
/** `StorageError` of a request with fields that the table does not have. */
const SCHEMA_MISMATCH_EXTRA_FIELDS = 7;
const OK: AppendAnswer = { code: "OK", storageError: 0, rowErrors: [] };

/** What a Storage Write service rests on. */
export interface StorageWriteOptions {
  readonly edge: Edge;
  readonly refusals: readonly TableRefusal[];
  readonly onRow: (table: string, row: Row) => void;
  /** Told of a request that breaks the service's rules in a way that the code should never come near. */
  readonly onBadRequest: (what: string) => void;
}

/** The answer to a request, and whether it ends the call. */
export interface Ruling {
  readonly answer: AppendAnswer;
  readonly endsCall: boolean;
}

/**
 * BigQuery's Storage Write as far as default streams go: a request is stored as a whole or not at all; rows with errors are named, though
 * perhaps not all of them at once; some content is refused without naming the row.
 */
export class SimulatedStorageWrite {
  readonly edge: Edge;
  readonly #options: StorageWriteOptions;
  readonly #draws: Draws;
  /** When a refusal of each table was last answered, milliseconds from the start. */
  readonly #refusedMs = new Map<string, number>();
  /** When each table last took rows. */
  readonly #tookMs = new Map<string, number>();

  constructor(options: StorageWriteOptions) {
    this.#options = options;
    this.edge = options.edge;
    this.#draws = options.edge.draws;
  }

  /** Whether, of late, this table has refused rows and another one has taken some: what entitles a consumer to divert. */
  aloneRefuses(table: string, withinMs: number): boolean {
    const since = this.edge.elapsedMs - withinMs;
    const others = [...this.#tookMs].some(([other, atMs]) => other !== table && atMs >= since);
    return others && (this.#refusedMs.get(table) ?? -Infinity) >= since;
  }

  /** Carries out one request, uncompressed. */
  take(message: Buffer): Ruling {
    const { writeStream, hasSchema, rows } = decodeAppendRequest(message);
    const table = STREAM.exec(writeStream)?.[1];
    if (table === undefined || !hasSchema || message.length >= APPEND_ROWS_MAX_BYTES || rows.length === 0) {
      this.#options.onBadRequest(`${writeStream}: ${message.length} bytes, ${rows.length} rows`);
      return { answer: { ...OK, code: "INVALID_ARGUMENT" }, endsCall: false };
    }
    const refusal = this.#refusalOf(table);
    if (refusal !== undefined) return refusal;
    const decoded = rows.map(decodeRow);
    const rowErrors = decoded.flatMap((row, index) => (hasRowError(row) ? [index] : []));
    if (rowErrors.length > 0) {
      const named = this.#draws.chance(0.7) ? rowErrors.length : this.#draws.between(1, rowErrors.length);
      return {
        answer: { code: "INVALID_ARGUMENT", storageError: 0, rowErrors: rowErrors.slice(0, named) },
        endsCall: false,
      };
    }
    if (decoded.some(isInvalid)) return { answer: { ...OK, code: "INVALID_ARGUMENT" }, endsCall: false };
    this.#tookMs.set(table, this.edge.elapsedMs);
    for (const row of decoded) this.#options.onRow(table, row);
    return { answer: OK, endsCall: false };
  }

  #refusalOf(table: string): Ruling | undefined {
    const at = this.edge.elapsedMs;
    const refusal = this.#options.refusals.find((each) => each.table === table && at >= each.fromMs && at < each.toMs);
    if (refusal === undefined) return undefined;
    this.edge.count.hit();
    this.#refusedMs.set(table, at);
    const { code, endsCall } = refusal;
    const answer: AppendAnswer =
      code === "SCHEMA_MISMATCH"
        ? { code: "INVALID_ARGUMENT", storageError: SCHEMA_MISMATCH_EXTRA_FIELDS, rowErrors: [] }
        : { code, storageError: 0, rowErrors: [] };
    return { answer, endsCall };
  }
}

/** Codes that say nothing about a request but that the service cannot serve it now. */
export const SERVICE_FAILURES: readonly GrpcCode[] = [
  "UNAVAILABLE",
  "RESOURCE_EXHAUSTED",
  "INTERNAL",
  "ABORTED",
  "DEADLINE_EXCEEDED",
];

function holds(row: Row, column: "log" | "log_text", mark: string): boolean {
  const text = row.get(column);
  // The closing quote tells a mark from one that it is the beginning of.
  return text instanceof Buffer && text.includes(`${mark}"`);
}

function hasRowError(row: Row): boolean {
  const { rowError, rowErrorAsJson } = MARKS;
  return holds(row, "log", rowErrorAsJson) || holds(row, "log", rowError) || holds(row, "log_text", rowError);
}

function isInvalid(row: Row): boolean {
  const { invalid, invalidAsJson } = MARKS;
  return holds(row, "log", invalidAsJson) || holds(row, "log", invalid) || holds(row, "log_text", invalid);
}
