/**
 * Why a record is quarantined: the closed list of reason codes. They stand in quarantine lines, in names of metrics and in
 * reports; decisions are made on them, never on message text.
 */
export const REASONS = {
  UNPACK_FAILED: "The bytes cannot be unpacked: a broken compressed stream.",
  UNPACK_LIMIT: "Unpacking would exceed the limit on size, ratio or number of records.",
  NOT_JSON_OBJECT: "The text is not one JSON object (invalid UTF-8 included).",
  PLAYER_ID_MISSING: "The player id field is missing or not a string.",
  PLAYER_ID_INVALID: "The player id is not 32 hexadecimal characters.",
  TIME_MISSING: "The time field is missing or null.",
  TIME_INVALID: "The time is neither ISO 8601 with a zone nor epoch seconds or milliseconds.",
  TIME_OUT_OF_RANGE: "The time is outside the partition limits of the table: 10 years back to 1 year ahead.",
  TIME_EXPIRED: "The time is older than the configured partition expiry: the row would be gone at once.",
  TOO_LARGE: "The row is larger than one request may be.",
  REFUSED_BY_BACKEND: "The backend refused the row for its content.",
} as const;

/** A reason code. */
export type Reason = keyof typeof REASONS;

/** Whether a text is a reason code. */
export function isReason(text: string): text is Reason {
  return Object.hasOwn(REASONS, text);
}
