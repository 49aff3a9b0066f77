import { divertedPrefix, quarantinePrefix } from "../../contract/keys.ts";
import type { Reason } from "../../contract/reasons.ts";
import { GZIP_LEVEL, threadPoolCompressor } from "./compressor.ts";
import type { Compressor } from "./compressor.ts";
import type { ConsumerEnvironment } from "./environment.ts";
import type { GzipLines } from "./lines.ts";
import type { ObjectStore } from "./object-store.ts";
import { byArrivalHour, makePieceObject } from "./piece-object.ts";
import type { LineWriter } from "./piece-object.ts";
import type { Pieces } from "./pieces.ts";
import type { Source } from "./source.ts";

/** Room for punctuation and the field's name. */
const ENVELOPE_BYTES = 16;

/** Why one piece is put away. */
export interface Verdict {
  readonly reason: Reason;
  /** What exactly is wrong; never the player's data. */
  readonly detail: string;
}

/** The batch that dead letters are taken from, and where they go. */
export interface DeadLetterDeps {
  readonly store: ObjectStore;
  readonly environment: ConsumerEnvironment;
  /** Default: Node's thread pool. */
  readonly compressor?: Compressor;
}

/**
 * Puts pieces into the quarantine: one object per arrival hour (DESIGN 3.6), lines as in contract/formats.ts.
 * Returns the bytes stored. Rejects with a `StoreError` if one of the objects cannot be stored by the deadline.
 */
export function quarantine(
  deps: DeadLetterDeps,
  pieces: Pieces,
  source: Source,
  verdicts: ReadonlyMap<number, Verdict>,
  deadlineMs: number,
): Promise<number> {
  const { streamGeneration, backend } = deps.environment;
  return putAway(deps, pieces, source, {
    prefix: quarantinePrefix(streamGeneration, backend),
    indices: Int32Array.from(verdicts.keys()).sort(),
    deadlineMs,
    writeLine(lines, index) {
      const { reason, detail } = verdicts.get(index)!;
      writeRawLine(lines, pieces, index, `,"reason":"${reason}","detail":${JSON.stringify(detail)}`);
    },
  });
}

/** Diverts rows that one refusing table could not take, `code` being its last answer, for replay; else as {@link quarantine}. */
export function divert(
  deps: DeadLetterDeps,
  pieces: Pieces,
  source: Source,
  rows: { readonly table: string; readonly code: string; readonly indices: readonly number[] },
  deadlineMs: number,
): Promise<number> {
  const { streamGeneration, backend } = deps.environment;
  return putAway(deps, pieces, source, {
    prefix: divertedPrefix(streamGeneration, backend, rows.table),
    indices: rows.indices,
    deadlineMs,
    writeLine(lines, index) {
      writeRawLine(lines, pieces, index, `,"table":"${rows.table}","code":"${rows.code}"`);
    },
  });
}

interface PutAway {
  readonly prefix: string;
  readonly indices: ArrayLike<number>;
  readonly deadlineMs: number;
  readonly writeLine: LineWriter;
}

async function putAway(deps: DeadLetterDeps, pieces: Pieces, source: Source, what: PutAway): Promise<number> {
  let bytes = 0;
  for (const indices of byArrivalHour(pieces, source, what.indices)) {
    const { prefix, writeLine } = what;
    const compressor = deps.compressor ?? threadPoolCompressor;
    const object = await makePieceObject(pieces, source, { prefix, indices, writeLine, compressor, level: GZIP_LEVEL });
    const bucket = deps.environment.deadLetterBucket;
    await deps.store.store({ bucket, key: object.key, body: object.body }, what.deadlineMs);
    bytes += object.body.length;
  }
  return bytes;
}

function writeRawLine(lines: GzipLines, pieces: Pieces, index: number, about: string): void {
  const start = pieces.start[index]!;
  const end = pieces.end[index]!;
  lines.reserve(ENVELOPE_BYTES + about.length + Math.ceil((end - start) / 3) * 4);
  lines.appendAscii(about);
  lines.appendAscii(',"raw":"');
  lines.appendBase64(pieces.bytes, start, end);
  lines.appendAscii('"}\n');
}
