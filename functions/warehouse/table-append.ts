import { DeadlineError, until } from "../shared/deadline.ts";
import { waitToRetry } from "../shared/retry.ts";
import type { AppendAnswer, GrpcCode } from "./answer.ts";
import { blameOf } from "./answer.ts";
import type { AppendRun } from "./append-run.ts";
import { defaultStream, rowsThatFit } from "./append-request.ts";
import { ConnectionError } from "./connection.ts";
import type { Connection } from "./connections.ts";

/** Code in the log line where no access token could be had: not Google's refusal of one, which is UNAUTHENTICATED. */
const NO_ACCESS_TOKEN = "NO_ACCESS_TOKEN";

/** An answer to one request, or what stands for it where the connection gave none. */
interface Result extends AppendAnswer {
  /** The connection it went over, if one could be had. */
  readonly connection: Connection | undefined;
  /** The whole connection failed: not certainly this request's fault. */
  readonly connectionFailed: boolean;
}

/**
 * The rows of one table on their way, one request at a time, and what to do with each answer (docs/data-path.md,
 * "Answers of Storage Write"). Decides on codes alone.
 */
export class TableAppend {
  readonly #run: AppendRun;
  readonly #table: string;
  readonly #writeStream: string;
  /** Requests yet to be made, the next one last. */
  readonly #pending: (readonly number[])[] = [];
  /** Rows refused alone, as text, and without row error: their own fault only if the backend takes other rows. */
  readonly #suspects: number[] = [];
  #attempt = 0;
  /** Whether suspects were refused while no table took rows. */
  #doubting = false;
  /** Whether the table goes on a connection of its own, having been refused before. */
  #alone: boolean;

  constructor(run: AppendRun, table: string) {
    const { project, dataset, health } = run.deps;
    this.#run = run;
    this.#table = table;
    this.#writeStream = defaultStream({ project, dataset, table });
    this.#alone = health.isRefusing(table);
  }

  /** Appends rows until each is written, refused, diverted or out of time. */
  async append(rows: readonly number[]): Promise<void> {
    this.#split(rows);
    do {
      for (let next = this.#pending.pop(); next !== undefined; next = this.#pending.pop()) {
        if (!(await this.#appendRequest(next))) return;
      }
    } while (await this.#doubt());
  }

  /**
   * To be called once all tables have come to their end: rows that are left without a verdict have failed. Returns rows
   * that are still suspected.
   */
  settle(): readonly number[] {
    const { outcome, deps } = this.#run;
    for (const rows of this.#pending) for (const row of rows) outcome.failed.push(row);
    if (!deps.health.anyTook()) return this.#suspects;
    for (const row of this.#suspects) outcome.refused.push(row);
    return [];
  }

  /** Sends one request and acts on the answer, pushing what is to be sent again; `false` once the time is over. */
  async #appendRequest(rows: readonly number[]): Promise<boolean> {
    const { outcome, deps } = this.#run;
    const result = await this.#send(rows);
    if (result.code === "OK") {
      deps.health.took(this.#table);
      this.#attempt = 0;
      this.#alone = false;
      for (const row of rows) outcome.written.push(row);
      return true;
    }
    const { connection, connectionFailed, code } = result;
    outcome.errorCode = code === "UNAUTHENTICATED" && connection === undefined ? NO_ACCESS_TOKEN : code;
    if (this.#dropRefused(rows, result.rowErrors)) return true;
    switch (blameOf(result)) {
      case "table":
        return this.#refusedByTable(rows, code);
      case "rows":
        if (connectionFailed && !this.#alone) this.#goAlone(rows);
        else this.#halve(rows);
        return true;
      case "token":
        if (connection !== undefined) await deps.connections.renew(connection);
        return this.#retry(rows);
      default:
        if (this.#wasSilent(result)) this.#leaveShared();
        return this.#retry(rows);
    }
  }

  /**
   * Rows with errors go as text instead of JSON the first time, and out the second. The rest goes again, as often as the
   * service finds more: its list may be incomplete. `false` if the errors name no row of the request.
   */
  #dropRefused(rows: readonly number[], errors: readonly number[]): boolean {
    const { outcome, judgement } = this.#run;
    const refused = new Set(errors.filter((index) => index >= 0 && index < rows.length));
    if (refused.size === 0) return false;
    const again: number[] = [];
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i]!;
      if (refused.has(i) && judgement.asText[row] === 1) outcome.refused.push(row);
      else again.push(row);
      if (refused.has(i)) judgement.asText[row] = 1;
    }
    if (again.length > 0) this.#pending.push(again);
    return true;
  }

  /** The table is missing, forbidden or of another schema: once more alone, then diverted if other tables work. */
  #refusedByTable(rows: readonly number[], code: GrpcCode): boolean | Promise<boolean> {
    const { outcome, deps } = this.#run;
    const wasAlone = this.#alone;
    this.#leaveShared();
    if (!wasAlone) {
      this.#pending.push(rows);
      return true;
    }
    if (!deps.health.anyTook(this.#table)) return this.#retry(rows);
    const indices = [...rows, ...this.#pending.splice(0).flat()].sort((a, b) => a - b);
    outcome.diverted.push({ table: this.#table, code, indices });
    return true;
  }

  /** A request refused without saying which row: halves, down to one row, which then goes as text, then is a suspect. */
  #halve(rows: readonly number[]): void {
    const { judgement } = this.#run;
    const [first] = rows;
    if (rows.length > 1) {
      const middle = rows.length >> 1;
      this.#pending.push(rows.slice(middle), rows.slice(0, middle));
    } else if (judgement.asText[first!] === 0) {
      judgement.asText[first!] = 1;
      this.#pending.push(rows);
    } else {
      this.#suspects.push(first!);
    }
  }

  /**
   * Decides on suspects. While no table has taken rows, what refused them may as well be a backend that refuses everything:
   * one of them is asked for again after a wait, and all of them once any table takes rows. `false` if nothing is pending.
   */
  async #doubt(): Promise<boolean> {
    const { outcome, deps } = this.#run;
    if (this.#suspects.length === 0) return false;
    if (!deps.health.anyTook()) {
      this.#doubting = true;
      if (!(await this.#wait())) return false;
      this.#pending.push([this.#suspects.shift()!]);
      return true;
    }
    const suspects = this.#suspects.splice(0);
    if (this.#doubting) for (const row of suspects) this.#pending.push([row]);
    else for (const row of suspects) outcome.refused.push(row);
    this.#doubting = false;
    return this.#pending.length > 0;
  }

  #goAlone(rows: readonly number[]): void {
    this.#alone = true;
    this.#pending.push(rows);
  }

  /** Answers come in order, so a request that gets none holds up all behind it: not once more on their connection. */
  #wasSilent({ code, connection, connectionFailed }: Result): boolean {
    const { deps, deadlineMs } = this.#run;
    const silent = code === "DEADLINE_EXCEEDED" && connectionFailed && connection !== undefined;
    return silent && deps.clock.now() < deadlineMs;
  }

  #leaveShared(): void {
    this.#run.deps.health.refused(this.#table);
    this.#alone = true;
  }

  #retry(rows: readonly number[]): Promise<boolean> {
    this.#pending.push(rows);
    return this.#wait();
  }

  #wait(): Promise<boolean> {
    const { deps, deadlineMs } = this.#run;
    return waitToRetry(this.#attempt++, deadlineMs, deps.options.retry, deps);
  }

  async #send(rows: readonly number[]): Promise<Result> {
    const alone = this.#alone;
    let connection: Connection | undefined;
    try {
      const compressed = await this.#run.prepare(this.#writeStream, rows);
      connection = await this.#connect(alone);
      return { ...(await this.#ask(connection, compressed)), connection, connectionFailed: false };
    } catch (error) {
      const failure = error instanceof DeadlineError ? new ConnectionError("DEADLINE_EXCEEDED") : error;
      if (!(failure instanceof ConnectionError)) throw failure;
      const { code, storageError } = failure;
      return { code, storageError, rowErrors: [], connection, connectionFailed: true };
    } finally {
      if (alone) connection?.close();
    }
  }

  async #connect(alone: boolean): Promise<Connection> {
    const { deps, deadlineMs } = this.#run;
    const opening = alone ? deps.connections.own() : deps.connections.shared();
    try {
      return await until(deps.clock, deadlineMs, opening);
    } catch (error) {
      // One that comes too late is nobody's.
      if (alone) opening.then((late) => late.close()).catch(() => undefined);
      throw error;
    }
  }

  async #ask(connection: Connection, compressed: Buffer): Promise<AppendAnswer> {
    const { deps, outcome, deadlineMs } = this.#run;
    if (deps.clock.now() >= deadlineMs) throw new DeadlineError();
    outcome.bytes += compressed.length;
    try {
      return await until(deps.clock, deadlineMs, connection.append(compressed, deps.options.answerTimeoutMs));
    } catch (error) {
      // Its answer is still to come, and would keep the next invocation's waiting.
      if (error instanceof DeadlineError) connection.close();
      throw error;
    }
  }

  /** Divides rows into requests under the service's limit; a row that no request holds is too large. */
  #split(rows: readonly number[]): void {
    const { deps, outcome } = this.#run;
    const limit = deps.encoder.maxRowsBytes(this.#writeStream);
    const requests: (readonly number[])[] = [];
    for (let rest = rows; rest.length > 0;) {
      const count = rowsThatFit(this.#run.rows, rest, limit);
      if (count === 0) outcome.tooLarge.push(rest[0]!);
      else requests.push(count === rest.length ? rest : rest.slice(0, count));
      rest = rest.slice(Math.max(1, count));
    }
    this.#pending.push(...requests.reverse());
  }
}
