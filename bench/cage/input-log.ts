import { UsageError } from "../../cli/errors.ts";
import { checkInputs, readInput } from "../../cli/input/read-input.ts";
import { MAX_EVENT_BYTES } from "../../contract/limits.ts";

/** Half of an event, in base64. */
const MAX_LINE_BYTES = (MAX_EVENT_BYTES / 8) * 3;
const MS_PER_DAY = 86_400_000;
/** BigQuery takes rows of ten years at most: older logs are moved. */
const OLDEST_MS = 9 * 365 * MS_PER_DAY;
const TIME = /"timestamp":"([^"]+)"/;

/** A log's lines as records. */
export interface InputLog {
  readonly texts: readonly string[];
  /** How far its times were moved, in days: 0 for a log that BigQuery takes as it is. */
  readonly movedDays: number;
}

/**
 * Reads a log file, plain or gzip, at most so many lines of it. The contenders read `player_id` (32 hexadecimal characters),
 * `timestamp` (ISO 8601) and `event` without judging them, so every line must have them, with no blank behind the colon; a UsageError
 * names the first that has not. The times of a log that is older than nine years are moved by whole days, so that it begins today:
 * all of its rows would be quarantined otherwise.
 */
export async function readInputLog(file: string, records: number, nowMs: number): Promise<InputLog> {
  await checkInputs([file]);
  const texts: string[] = [];
  for await (const { lines, refused } of readInput([file], { maxLineBytes: MAX_LINE_BYTES })) {
    const [tooLong] = refused;
    if (tooLong !== undefined) throw new UsageError(`${file}: line ${tooLong.line} has ${tooLong.bytes} bytes`);
    for (const { line, data } of lines) {
      const text = data.toString();
      if (!isLogRecord(text)) throw new UsageError(`${file}: line ${line} is no record of a player's log`);
      texts.push(text);
      if (texts.length === records) return moved(texts, nowMs);
    }
  }
  if (texts.length === 0) throw new UsageError(`${file}: no records`);
  return moved(texts, nowMs);
}

function isLogRecord(text: string): boolean {
  try {
    const { player_id, timestamp, event } = JSON.parse(text) as Record<string, unknown>;
    return (
      /^[0-9a-f]{32}$/.test(String(player_id)) &&
      !Number.isNaN(Date.parse(String(timestamp))) &&
      typeof event === "string" &&
      text.includes(`"player_id":"${String(player_id)}"`) &&
      timestamp === TIME.exec(text)?.[1]
    );
  } catch {
    return false;
  }
}

function moved(texts: readonly string[], nowMs: number): InputLog {
  const oldestMs = texts.reduce((oldest, text) => Math.min(oldest, timeOf(text)), Infinity);
  if (nowMs - oldestMs < OLDEST_MS) return { texts, movedDays: 0 };
  const days = Math.floor((nowMs - oldestMs) / MS_PER_DAY);
  const move = (text: string): string =>
    text.replace(TIME, () => `"timestamp":"${new Date(timeOf(text) + days * MS_PER_DAY).toISOString()}"`);
  return { texts: texts.map(move), movedDays: days };
}

function timeOf(text: string): number {
  return Date.parse(TIME.exec(text)![1]!);
}
