/** Records that verify sends: harmless, and recognisable for good. */
import { HEX_DIGITS, type MarkedRecord, type RecordFields } from "./types.ts";
import type { Random } from "../../contract/clock.ts";

/** Event name of every marked record; docs/after-the-up.md says how to leave them out of queries. */
export const VERIFY_EVENT = "sluice_verify";

/** Field of a marked record that holds the run's id. */
export const VERIFY_RUN_FIELD = "verify_run";

const PLAYER_ID_DIGITS = 32;
const RUN_ID_DIGITS = 16;

/** Id of a run of verify: 16 hexadecimal digits. */
export function newRunId(random: Random): string {
  return hex(RUN_ID_DIGITS, random);
}

/**
 * Marked records, ready to be sent. Player ids are random but for their first digit, which goes through all 16: every table gets its share.
 *
 *     {"player_id":"0af3…","timestamp":"2026-11-21T15:00:00.000Z","event":"sluice_verify","verify_run":"51c0…","n":0}
 */
export function markedRecords(
  count: number,
  { runId, fields, nowMs, random }: { runId: string; fields: RecordFields; nowMs: number; random: Random },
): MarkedRecord[] {
  return Array.from({ length: count }, (_, n) => {
    const playerId = HEX_DIGITS[n % HEX_DIGITS.length]! + hex(PLAYER_ID_DIGITS - 1, random);
    const text = JSON.stringify({
      [fields.playerIdField]: playerId,
      [fields.timestampField]: new Date(nowMs).toISOString(),
      [fields.eventField]: VERIFY_EVENT,
      [VERIFY_RUN_FIELD]: runId,
      n,
    });
    return { playerId, bytes: Buffer.from(text) };
  });
}

function hex(digits: number, random: Random): string {
  return Array.from({ length: digits }, () => HEX_DIGITS[Math.floor(random() * HEX_DIGITS.length)]!).join("");
}
