/** The log records of a run, and what is the same of them in every contender. */
import { playerLog } from "../../cli/generate/player-log.ts";
import { readInputLog } from "./input-log.ts";
import type { CageOptions } from "./options.ts";
import { sizedTexts } from "./sized-text.ts";

/** The records are this old when they are sent: within one hour, and long since arrived. */
const AGE_MS = 2 * 3_600_000;
const MS_PER_HOUR = 3_600_000;
/** Records of the generated log: about so many bytes. */
const GENERATED_BYTES = 1000;

/** Where a run's records come from. */
export interface RecordSource {
  /** Beginning of the hour in which all records arrived, milliseconds since the epoch. */
  readonly arrivedMs: number;
  /** Mean size of a record, to choose a number of records by. */
  readonly recordBytes: number;
  /** In words: `generated log`, `generated records of 4096 bytes`, or the file. */
  readonly name: string;
  /** The first `records` records of the run, or all where a file has fewer; those of another `part` are others where they can be. */
  texts(records: number, part?: number): string[];
}

/** Opens what the options name. Throws a UsageError for a file that cannot be used. */
export async function openRecords(options: CageOptions, nowMs: number): Promise<RecordSource> {
  const startMs = nowMs - AGE_MS;
  const arrivedMs = startMs - (startMs % MS_PER_HOUR);
  const { input, recordSize } = options;
  if (input !== undefined) {
    const { texts, movedDays } = await readInputLog(input, options.records ?? Infinity, nowMs);
    const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
    const name = `${input}${movedDays === 0 ? "" : `, times moved by ${movedDays} days`}`;
    return { arrivedMs, recordBytes: bytes / texts.length, name, texts: (records) => texts.slice(0, records) };
  }
  const name = recordSize === undefined ? "generated log" : `generated records of ${recordSize} bytes`;
  return {
    ...{ arrivedMs, name, recordBytes: recordSize ?? GENERATED_BYTES },
    texts: (records, part = 0) => generatedTexts(options.seed + part, records, startMs, recordSize),
  };
}

/** The bench's own records: the generated player log as it is, about 1 KB each, or cut and joined to one size. */
export function generatedTexts(seed: number, records: number, startMs: number, recordSize?: number): string[] {
  if (recordSize === undefined) return [...playerLog({ seed, records, startMs })];
  const needed = records * Math.max(1, Math.ceil((2 * recordSize) / GENERATED_BYTES));
  const texts: string[] = [];
  for (const text of sizedTexts(playerLog({ seed, records: needed, startMs }), recordSize, seed)) {
    texts.push(text);
    if (texts.length === records) break;
  }
  return texts;
}
