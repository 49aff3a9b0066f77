import { TABLE_PREFIX } from "../../contract/columns.ts";
import type { Reason } from "../../contract/reasons.ts";
import type { Draws } from "../draws.ts";

/** The row that a good log record must become. */
export interface ExpectedRow {
  readonly table: string;
  readonly playerId: string;
  /** `undefined` for NULL. */
  readonly event: string | undefined;
  readonly eventTimeMicros: number;
}

/** One log record as it is put, and what must become of it. */
export interface ExpectedPiece {
  readonly bytes: Buffer;
  /** One JSON object on one line: `log` in the archive, and not `raw`. */
  readonly object: boolean;
  /** Why the archive cannot take it. */
  readonly archive: Reason | undefined;
  /** Its row, or why it can never be one. */
  readonly warehouse: ExpectedRow | Reason;
}

/**
 * Marks in a log record that the simulated Storage Write answers in a way of its own: a row error, or INVALID_ARGUMENT for the whole
 * request without one; for the JSON column only, or for the text column too.
 */
export const MARKS = {
  rowErrorAsJson: "$row-error-as-json",
  rowError: "$row-error",
  invalidAsJson: "$invalid-as-json",
  invalid: "$invalid",
} as const;

/** What log records are drawn from. */
export interface PieceSpec {
  /** First digits of the player ids: the tables in use. */
  readonly tables: string;
  readonly players: number;
  /** Share of records that the warehouse cannot take, 0–1; most of them for their content. */
  readonly badShare: number;
  /** Share of records that Storage Write refuses in one of the ways of {@link MARKS}, 0–1. */
  readonly refusedShare: number;
}

/** Days after which partitions expire in the simulated warehouse. */
export const PARTITION_EXPIRY_DAYS = 60;
const MS_PER_DAY = 86_400_000;
const EVENTS = ["login", "jump", "purchase", "Ünïcode 😀", 'a "quoted" one', "tab\there"];
const PLAIN = { archive: undefined, object: true } as const;

/** Makes log records, good and bad, and says what must become of each. */
export class PieceMaker {
  readonly #draws: Draws;
  readonly #spec: PieceSpec;
  readonly #players: readonly string[];
  #made = 0;

  constructor(draws: Draws, spec: PieceSpec) {
    this.#draws = draws;
    this.#spec = spec;
    this.#players = Array.from({ length: spec.players }, () => draws.pick([...spec.tables]) + draws.hex(31));
  }

  /** Any piece that may be a line of its own. */
  piece(nowMs: number): ExpectedPiece {
    const draws = this.#draws;
    if (draws.chance(this.#spec.badShare)) return draws.chance(0.4) ? this.#noObject() : this.#badObject(nowMs);
    return this.object(nowMs);
  }

  /** A piece that is one JSON object and may stand in a row of others. */
  object(nowMs: number): ExpectedPiece {
    const draws = this.#draws;
    if (!draws.chance(this.#spec.refusedShare)) return this.#good(nowMs, {});
    const mark = draws.pick([MARKS.rowErrorAsJson, MARKS.rowError, MARKS.rowError, MARKS.invalidAsJson, MARKS.invalid]);
    const piece = this.#good(nowMs, { mark });
    const refused = mark === MARKS.rowError || mark === MARKS.invalid;
    return refused ? { ...piece, warehouse: "REFUSED_BY_BACKEND" } : piece;
  }

  /** A good record in a form that holds line breaks. */
  pretty(nowMs: number): ExpectedPiece {
    const piece = this.#good(nowMs, {});
    const bytes = Buffer.from(JSON.stringify(JSON.parse(piece.bytes.toString()), null, 2));
    return { ...piece, bytes, object: false };
  }

  #good(nowMs: number, extra: Readonly<Record<string, string>>): ExpectedPiece {
    const draws = this.#draws;
    const player = draws.pick(this.#players);
    const timeMs = nowMs - draws.between(0, 5_000);
    const event = draws.chance(0.95) ? draws.pick(EVENTS) : undefined;
    const fields = {
      ...(draws.chance(0.5) ? { n: this.#made++ } : { text: draws.hex(draws.between(0, 60)) }),
      player_id: draws.chance(0.1) ? player.toUpperCase() : player,
      timestamp: draws.pick([new Date(timeMs).toISOString(), timeMs, timeMs / 1000]),
      ...(event !== undefined && { event }),
      ...extra,
    };
    const table = TABLE_PREFIX + player[0]!;
    return {
      ...PLAIN,
      bytes: Buffer.from((draws.chance(0.05) ? " \t" : "") + JSON.stringify(fields)),
      warehouse: { table, playerId: player, event, eventTimeMicros: timeMs * 1000 },
    };
  }

  /** An object that lacks something. */
  #badObject(nowMs: number): ExpectedPiece {
    const draws = this.#draws;
    const good = { player_id: draws.pick(this.#players), timestamp: new Date(nowMs).toISOString(), n: this.#made++ };
    const daysFromNow = (days: number) => new Date(nowMs + days * MS_PER_DAY).toISOString();
    const [reason, fields] = draws.pick<readonly [Reason, object]>([
      ["PLAYER_ID_MISSING", { ...good, player_id: undefined }],
      ["PLAYER_ID_MISSING", { ...good, player_id: 7 }],
      ["PLAYER_ID_INVALID", { ...good, player_id: "abc" }],
      ["PLAYER_ID_INVALID", { ...good, player_id: "z".repeat(32) }],
      ["TIME_MISSING", { ...good, timestamp: null }],
      ["TIME_MISSING", { ...good, timestamp: undefined }],
      ["TIME_INVALID", { ...good, timestamp: "yesterday" }],
      ["TIME_INVALID", { ...good, timestamp: [] }],
      ["TIME_OUT_OF_RANGE", { ...good, timestamp: daysFromNow(-11 * 366) }],
      ["TIME_OUT_OF_RANGE", { ...good, timestamp: daysFromNow(367) }],
      ["TIME_EXPIRED", { ...good, timestamp: daysFromNow(-PARTITION_EXPIRY_DAYS - 2) }],
      ["TIME_EXPIRED", { ...good, timestamp: daysFromNow(-400) }],
    ]);
    return { ...PLAIN, bytes: Buffer.from(JSON.stringify(fields)), warehouse: reason };
  }

  #noObject(): ExpectedPiece {
    const bytes = this.#draws.pick([
      Buffer.from(`no JSON ${this.#made++}`),
      Buffer.from(`[${this.#made++}]`),
      Buffer.from(`"text ${this.#made++}"`),
      Buffer.from(`{"player_id":${this.#made++}`),
      Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xff, 0xfe]), Buffer.from('"}')]),
      Buffer.from(String(this.#made++)),
    ]);
    return { bytes, object: false, archive: undefined, warehouse: "NOT_JSON_OBJECT" };
  }
}
