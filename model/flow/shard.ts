import {
  GET_RECORDS_MAX_BYTES,
  SHARD_READ_BYTES_PER_SECOND,
  SHARD_READ_CALLS_PER_SECOND,
  SHARD_WRITE_BYTES_PER_SECOND,
  SHARD_WRITE_RECORDS_PER_SECOND,
} from "../../contract/limits.ts";
import { RateWindow } from "../stream/rate-window.ts";
import type { RecordKind, Run } from "./record-kind.ts";

/** Runs behind all readers that are kept before they are dropped. */
const TRIM_RUNS = 1024;

/** What a producer's attempt came to, in Kinesis records. */
export interface PutOutcome {
  accepted: Run[];
  throttled: number;
}

/** Records that wait in the producers. */
interface Waiting {
  readonly kind: RecordKind;
  count: number;
  /** When they are put next. */
  readonly dueMs: number;
}

/** A reader's place in a shard: a run, and how much of it has been read. */
export interface FlowCursor {
  run: number;
  offset: number;
}

/** What one read gave, or when to try again. */
export type FlowRead =
  | { readonly runs: readonly Run[]; readonly expired: number; readonly caughtUp: boolean }
  | { readonly retryAfterMs: number };

/** Calls and bytes of one reader, or of all plain readers together; `undefined` for no limits. */
interface Budget {
  readonly calls: RateWindow | undefined;
  readonly bytes: RateWindow;
}

/** One shard: the producers' records that wait for it, its limits, and what it holds, as runs of equal records. */
export class FlowShard {
  readonly #limits: boolean;
  readonly #retryMs: number;
  readonly #writeRecords = new RateWindow(SHARD_WRITE_RECORDS_PER_SECOND);
  readonly #writeBytes = new RateWindow(SHARD_WRITE_BYTES_PER_SECOND);
  readonly #plain: Budget = {
    calls: new RateWindow(SHARD_READ_CALLS_PER_SECOND),
    bytes: new RateWindow(SHARD_READ_BYTES_PER_SECOND),
  };
  readonly #cursors: FlowCursor[] = [];
  /** Not yet taken by the shard, oldest first. */
  #waiting: Waiting[] = [];
  #runs: Run[] = [];
  /** Number of the first run that is kept. */
  #first = 0;

  /** `retryMs`: how long producers hold what was refused before they put it again. */
  constructor(limits: boolean, retryMs = 0) {
    this.#limits = limits;
    this.#retryMs = retryMs;
  }

  /** Log records that wait in the producers. */
  get producerBacklog(): number {
    return this.#waiting.reduce((sum, { kind, count }) => sum + count * kind.logRecords, 0);
  }

  /** Hands records to the producers. */
  offer(kind: RecordKind, count: number): void {
    const last = this.#waiting.at(-1);
    if (last?.kind === kind && last.dueMs === 0) last.count += count;
    else if (count > 0) this.#waiting.push({ kind, count, dueMs: 0 });
  }

  /** The producers put all that is due, oldest first; what finds no room is throttled and put again after the retry time. */
  put(nowMs: number): PutOutcome {
    const outcome: PutOutcome = { accepted: [], throttled: 0 };
    const left: Waiting[] = [];
    const refuse = (kind: RecordKind, count: number): void => {
      const dueMs = nowMs + this.#retryMs;
      const last = left.at(-1);
      if (last?.kind === kind && last.dueMs === dueMs) last.count += count;
      else left.push({ kind, count, dueMs });
    };
    for (const waiting of this.#waiting) {
      const { kind, count, dueMs } = waiting;
      if (dueMs > nowMs) {
        left.push(waiting);
        continue;
      }
      const taken = Math.min(count, this.#room(kind, nowMs));
      if (taken > 0) {
        this.#take(kind, taken, nowMs);
        const run = { kind, arrivalMs: nowMs, count: taken };
        this.#runs.push(run);
        outcome.accepted.push(run);
      }
      if (taken < count) {
        outcome.throttled += count - taken;
        refuse(kind, count - taken);
      }
    }
    this.#waiting = left;
    return outcome;
  }

  /** A reader from the shard's beginning, with a fan-out of its own or with the plain readers' budget. */
  reader(fanOut: boolean): FlowReader {
    const cursor = { run: this.#first, offset: 0 };
    this.#cursors.push(cursor);
    const own = { calls: undefined, bytes: new RateWindow(SHARD_READ_BYTES_PER_SECOND) };
    const budget = !this.#limits ? undefined : fanOut ? own : this.#plain;
    return {
      read: (maxRecords, horizonMs, nowMs) => this.#budgeted(budget, cursor, maxRecords, horizonMs, nowMs),
      caughtUp: () => this.#atEnd(cursor),
    };
  }

  #room(kind: RecordKind, nowMs: number): number {
    if (!this.#limits) return Infinity;
    const bytes = this.#writeBytes.room(nowMs);
    // A record above the whole limit fits into an unused second.
    const byBytes =
      bytes >= SHARD_WRITE_BYTES_PER_SECOND ? Math.max(1, bytes / kind.streamBytes) : bytes / kind.streamBytes;
    return Math.floor(Math.min(this.#writeRecords.room(nowMs), byBytes));
  }

  #take(kind: RecordKind, count: number, nowMs: number): void {
    if (!this.#limits) return;
    this.#writeRecords.take(count, nowMs);
    this.#writeBytes.take(count * kind.streamBytes, nowMs);
  }

  #budgeted(
    budget: Budget | undefined,
    cursor: FlowCursor,
    maxRecords: number,
    horizonMs: number,
    nowMs: number,
  ): FlowRead {
    if (budget !== undefined) {
      const { calls, bytes } = budget;
      if (calls?.fits(1, nowMs) === false || !bytes.hasRoom(nowMs)) {
        const retryAtMs = Math.max(calls?.fitsAt(1, nowMs) ?? nowMs, bytes.roomAt(nowMs));
        return { retryAfterMs: Math.max(1, retryAtMs - nowMs) };
      }
    }
    const expired = this.#expire(cursor, horizonMs);
    const { runs, bytes } = this.#read(cursor, maxRecords);
    budget?.calls?.take(1, nowMs);
    budget?.bytes.take(bytes, nowMs);
    this.#trim();
    return { runs, expired, caughtUp: this.#atEnd(cursor) };
  }

  /** Moves on over what retention has taken away; how many log records that are. */
  #expire(cursor: FlowCursor, horizonMs: number): number {
    let expired = 0;
    for (;;) {
      const run = this.#runs[cursor.run - this.#first];
      if (run === undefined || run.arrivalMs >= horizonMs) return expired;
      expired += (run.count - cursor.offset) * run.kind.logRecords;
      cursor.run++;
      cursor.offset = 0;
    }
  }

  #read(cursor: FlowCursor, maxRecords: number): { runs: Run[]; bytes: number } {
    const runs: Run[] = [];
    let bytes = 0;
    let left = maxRecords;
    while (left > 0) {
      const run = this.#runs[cursor.run - this.#first];
      if (run === undefined) break;
      const waiting = run.count - cursor.offset;
      const fits = Math.floor((GET_RECORDS_MAX_BYTES - bytes) / run.kind.streamBytes);
      const count = Math.min(waiting, left, runs.length === 0 ? Math.max(1, fits) : fits);
      if (count > 0) runs.push({ kind: run.kind, arrivalMs: run.arrivalMs, count });
      bytes += count * run.kind.streamBytes;
      left -= count;
      if (count < waiting) {
        cursor.offset += count;
        break;
      }
      cursor.run++;
      cursor.offset = 0;
    }
    return { runs, bytes };
  }

  #atEnd(cursor: FlowCursor): boolean {
    return cursor.run - this.#first >= this.#runs.length;
  }

  #trim(): void {
    const behind = Math.min(...this.#cursors.map(({ run }) => run)) - this.#first;
    if (behind < TRIM_RUNS || behind * 2 < this.#runs.length) return;
    this.#runs = this.#runs.slice(behind);
    this.#first += behind;
  }
}

/** One consumer's reads of a shard. */
export interface FlowReader {
  /** Reads up to so many Kinesis records, leaving out what arrived before the horizon. */
  read(maxRecords: number, horizonMs: number, nowMs: number): FlowRead;
  caughtUp(): boolean;
}
