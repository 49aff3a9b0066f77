import type { Clock, Random } from "../../contract/clock.ts";
import type { RetryPolicy } from "../shared/retry.ts";
import type { AppendRequestEncoder } from "./append-request.ts";
import type { Connections } from "./connections.ts";
import type { Judgement } from "./judge.ts";
import type { RowEncoder } from "./rows.ts";
import type { TableHealth } from "./table-health.ts";

/** What the append stage rests on; all of it lives as long as the execution environment. */
export interface AppendDeps {
  readonly connections: Connections;
  readonly encoder: AppendRequestEncoder;
  readonly health: TableHealth;
  /** Compresses one request with gzip. */
  readonly compress: (bytes: Buffer) => Promise<Buffer>;
  readonly clock: Clock;
  readonly random: Random;
  readonly project: string;
  readonly dataset: string;
  readonly options: AppendOptions;
}

/** Tuned constants of the append stage. */
export interface AppendOptions {
  /** Without an answer for so long a connection is taken for dead, in milliseconds. */
  readonly answerTimeoutMs: number;
  readonly retry: RetryPolicy;
}

export const DEFAULT_APPEND_OPTIONS: AppendOptions = {
  answerTimeoutMs: 15_000,
  retry: { baseMs: 100, capMs: 5_000 },
};

/** Rows of a table that refuses while others work, and its last answer. */
export interface DivertedRows {
  readonly table: string;
  readonly code: string;
  readonly indices: readonly number[];
}

/** What became of a batch's rows, by index of their piece; each is in exactly one place. */
export interface Outcome {
  readonly written: number[];
  /** Refused for their content. */
  readonly refused: number[];
  /** Larger than a request may be. */
  readonly tooLarge: number[];
  readonly diverted: DivertedRows[];
  /** Not written in the time there was. */
  readonly failed: number[];
  /** Bytes sent, compressed. */
  bytes: number;
  /** Code of the last failure, `""` for none. */
  errorCode: string;
}

/** The rows of one batch on their way; tables go side by side over one connection. */
export class AppendRun {
  readonly outcome: Outcome = {
    written: [],
    refused: [],
    tooLarge: [],
    diverted: [],
    failed: [],
    bytes: 0,
    errorCode: "",
  };
  readonly deps: AppendDeps;
  readonly rows: RowEncoder;
  readonly judgement: Judgement;
  /** When to stop trying, milliseconds since the epoch. */
  readonly deadlineMs: number;
  #preparing: Promise<unknown> = Promise.resolve();

  constructor(deps: AppendDeps, rows: RowEncoder, judgement: Judgement, deadlineMs: number) {
    this.deps = deps;
    this.rows = rows;
    this.judgement = judgement;
    this.deadlineMs = deadlineMs;
  }

  /** Encodes and compresses one request, one at a time, since all share the encoder's buffer. */
  prepare(writeStream: string, rows: readonly number[]): Promise<Buffer> {
    const prepared = this.#preparing.then(() =>
      this.deps.compress(this.deps.encoder.encode(writeStream, this.rows, rows)),
    );
    this.#preparing = prepared.catch(() => undefined);
    return prepared;
  }
}
