import { COLUMNS } from "../../contract/columns.ts";
import type { ColumnName } from "../../contract/columns.ts";
import { decodeInto } from "../shared/json-string.ts";
import type { Pieces } from "../shared/pieces.ts";
import type { Source } from "../shared/source.ts";
import type { Judgement } from "./judge.ts";
import { LENGTH_DELIMITED, VARINT, fieldSize, tag, varintSize, writeVarint } from "./protobuf.ts";

const PLAYER_ID_LENGTH = 32;

function columnTag(name: ColumnName, wireType: number): number {
  return tag(COLUMNS.find((column) => column.name === name)!.protoNumber, wireType);
}

const EVENT_TIME = columnTag("event_time", VARINT);
const EVENT = columnTag("event", LENGTH_DELIMITED);
const PLAYER_ID = columnTag("player_id", LENGTH_DELIMITED);
const LOG = columnTag("log", LENGTH_DELIMITED);
const LOG_TEXT = columnTag("log_text", LENGTH_DELIMITED);
const RECORD_ID = columnTag("record_id", LENGTH_DELIMITED);
const ARRIVED_AT = columnTag("arrived_at", VARINT);
const INGESTED_AT = columnTag("ingested_at", VARINT);

/** What rows are made of. */
export interface RowSource {
  readonly pieces: Pieces;
  readonly source: Source;
  readonly judgement: Judgement;
  /** When rows are encoded, microseconds since the epoch. */
  readonly ingestedMicros: number;
}

/**
 * Encodes rows in the protobuf form of `schema.ts`, field by field, into a buffer of the caller's. Made once per batch.
 */
export class RowEncoder {
  readonly #rows: RowSource;
  /** By piece, 0 where not yet asked for: a row is asked for its size several times on its way into a request. */
  readonly #sizes: Int32Array;
  readonly #ingestedSize: number;
  #record = -1;
  #idPrefix = "";
  #arrivedMicros = 0;

  constructor(rows: RowSource) {
    this.#rows = rows;
    this.#sizes = new Int32Array(rows.pieces.count);
    this.#ingestedSize = varintSize(rows.ingestedMicros);
  }

  /** Bytes of the row of a piece. */
  size(index: number): number {
    const known = this.#sizes[index]!;
    return known === 0 ? (this.#sizes[index] = this.#measure(index)) : known;
  }

  #measure(index: number): number {
    const { pieces, judgement } = this.#rows;
    this.#select(pieces.source[index]!);
    return (
      1 +
      varintSize(judgement.eventTimeMicros[index]!) +
      (judgement.eventStart[index]! < 0 ? 0 : fieldSize(judgement.eventSize[index]!)) +
      fieldSize(PLAYER_ID_LENGTH) +
      fieldSize(pieces.end[index]! - pieces.start[index]!) +
      fieldSize(this.#idPrefix.length + decimalDigits(pieces.position[index]!)) +
      1 +
      varintSize(this.#arrivedMicros) +
      1 +
      this.#ingestedSize
    );
  }

  /** Writes the row of a piece at an offset, with room for {@link size}; returns the offset behind it. */
  write(index: number, out: Buffer, offset: number): number {
    const { pieces, judgement, ingestedMicros } = this.#rows;
    const { bytes } = pieces;
    this.#select(pieces.source[index]!);
    out[offset] = EVENT_TIME;
    let at = writeVarint(out, offset + 1, judgement.eventTimeMicros[index]!);
    if (judgement.eventStart[index]! >= 0) at = this.#writeEvent(index, out, at);
    at = writePlayerId(out, at, bytes, judgement.playerIdStart[index]!);
    const log = judgement.asText[index] === 1 ? LOG_TEXT : LOG;
    at = writeBytes(out, at, log, bytes, pieces.start[index]!, pieces.end[index]!);
    const position = pieces.position[index]!;
    const digits = decimalDigits(position);
    out[at] = RECORD_ID;
    at = writeVarint(out, at + 1, this.#idPrefix.length + digits);
    at += out.write(this.#idPrefix, at, "latin1");
    at = writeDecimal(out, at, position, digits);
    out[at] = ARRIVED_AT;
    at = writeVarint(out, at + 1, this.#arrivedMicros);
    out[at] = INGESTED_AT;
    return writeVarint(out, at + 1, ingestedMicros);
  }

  /** Escapes are decoded here, where the bytes go, since events may be as long as a record. */
  #writeEvent(index: number, out: Buffer, offset: number): number {
    const { pieces, judgement } = this.#rows;
    const start = judgement.eventStart[index]!;
    const end = judgement.eventEnd[index]!;
    const size = judgement.eventSize[index]!;
    if (size === end - start) return writeBytes(out, offset, EVENT, pieces.bytes, start, end);
    out[offset] = EVENT;
    return decodeInto(pieces.bytes, start, end, out, writeVarint(out, offset + 1, size));
  }

  /** Works out what all pieces of a Kinesis record share. */
  #select(record: number): void {
    if (record === this.#record) return;
    const { source } = this.#rows;
    this.#record = record;
    this.#idPrefix = source.idPrefix(record);
    this.#arrivedMicros = source.arrivedMs(record) * 1000;
  }
}

function decimalDigits(value: number): number {
  let digits = 1;
  for (let rest = value; rest >= 10; rest = Math.floor(rest / 10)) digits++;
  return digits;
}

function writeDecimal(out: Buffer, offset: number, value: number, digits: number): number {
  let rest = value;
  for (let at = offset + digits - 1; at >= offset; at--) {
    out[at] = 0x30 + (rest % 10);
    rest = Math.floor(rest / 10);
  }
  return offset + digits;
}

function writeBytes(out: Buffer, offset: number, field: number, from: Buffer, start: number, end: number): number {
  out[offset] = field;
  const at = writeVarint(out, offset + 1, end - start);
  return at + from.copy(out, at, start, end);
}

/** Writes a player id in lower case: bit 5 makes a letter small and is set in every digit. */
function writePlayerId(out: Buffer, offset: number, from: Buffer, start: number): number {
  out[offset] = PLAYER_ID;
  out[offset + 1] = PLAYER_ID_LENGTH;
  const at = offset + 2;
  for (let i = 0; i < PLAYER_ID_LENGTH; i++) out[at + i] = from[start + i]! | 0x20;
  return at + PLAYER_ID_LENGTH;
}
