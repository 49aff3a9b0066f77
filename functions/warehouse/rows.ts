import { COLUMNS } from "../../contract/columns.ts";
import type { ColumnName } from "../../contract/columns.ts";
import { decimalDigits, writeDecimal } from "../shared/ascii.ts";
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
  readonly #ingestedSize: number;

  constructor(rows: RowSource) {
    this.#rows = rows;
    this.#ingestedSize = varintSize(rows.ingestedMicros);
  }

  /** Bytes of the row of a piece. */
  size(index: number): number {
    const { rowSize } = this.#rows.judgement;
    const known = rowSize[index]!;
    return known === 0 ? (rowSize[index] = this.#measure(index)) : known;
  }

  #measure(index: number): number {
    const { pieces, source, judgement } = this.#rows;
    const record = pieces.source[index]!;
    return (
      1 +
      varintSize(judgement.eventTimeMicros[index]!) +
      (judgement.eventStart[index]! < 0 ? 0 : fieldSize(judgement.eventSize[index]!)) +
      fieldSize(PLAYER_ID_LENGTH) +
      fieldSize(pieces.end[index]! - pieces.start[index]!) +
      fieldSize(source.idPrefixSize(record) + decimalDigits(pieces.position[index]!)) +
      1 +
      varintSize(source.arrivedMs(record) * 1000) +
      1 +
      this.#ingestedSize
    );
  }

  /** Writes the row of a piece at an offset, with room for {@link size}; returns the offset behind it. */
  write(index: number, out: Buffer, offset: number): number {
    const { pieces, source, judgement, ingestedMicros } = this.#rows;
    const { bytes } = pieces;
    const record = pieces.source[index]!;
    out[offset] = EVENT_TIME;
    let at = writeVarint(out, offset + 1, judgement.eventTimeMicros[index]!);
    if (judgement.eventStart[index]! >= 0) at = this.#writeEvent(index, out, at);
    at = writePlayerId(out, at, bytes, judgement.playerIdStart[index]!);
    const log = judgement.asText[index] === 1 ? LOG_TEXT : LOG;
    at = writeBytes(out, at, log, bytes, pieces.start[index]!, pieces.end[index]!);
    const position = pieces.position[index]!;
    const digits = decimalDigits(position);
    out[at] = RECORD_ID;
    at = writeVarint(out, at + 1, source.idPrefixSize(record) + digits);
    at = writeDecimal(position, digits, out, source.writeIdPrefix(record, out, at));
    out[at] = ARRIVED_AT;
    at = writeVarint(out, at + 1, source.arrivedMs(record) * 1000);
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
