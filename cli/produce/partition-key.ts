import { createHash } from "node:crypto";

/** Kinesis takes partition keys of 1 to 256 Unicode characters. https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecordsRequestEntry.html */
const MAX_KEY_CHARACTERS = 256;
const HEX_ID = /^[0-9A-Fa-f]{32}$/;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const COLON = 0x3a;

/** How a line goes on the stream. */
export interface LineKey {
  readonly partitionKey: string;
  /** Whether it is a player's: only then order matters among lines of the same key. */
  readonly ordered: boolean;
}

/**
 * Makes the function that gives a line's partition key: its player id where the line has one as a string member of the
 * outermost object, broken lines included; else a hash of the line, the same whenever it is sent again.
 * 32 hexadecimal characters are lowered, so that one player's lines meet in one shard however they are written.
 *
 * The line is not parsed: bytes are walked up to the field only, which for a field at the front costs next to nothing.
 * A field name written with escapes is not recognised.
 */
export function lineKeys(playerIdField: string): (line: Buffer) => LineKey {
  const field = Buffer.from(JSON.stringify(playerIdField));
  return (line) => {
    const id = topLevelString(line, field);
    if (id === undefined || id.length === 0 || id.length > MAX_KEY_CHARACTERS) {
      return { partitionKey: createHash("md5").update(line).digest("hex"), ordered: false };
    }
    return { partitionKey: HEX_ID.test(id) ? id.toLowerCase() : id, ordered: true };
  };
}

/** Value of a member of the outermost object, if it is a string without escapes; `field` with its quotes. */
function topLevelString(line: Buffer, field: Buffer): string | undefined {
  let depth = 0;
  let at = 0;
  for (let found = line.indexOf(field); found !== -1; found = line.indexOf(field, found + 1)) {
    while (at < found) {
      const byte = line[at]!;
      if (byte === QUOTE) {
        at = endOfString(line, at);
        continue;
      }
      if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth++;
      else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) depth--;
      at++;
    }
    // Past it: the walk went over it as a part of a string.
    if (at !== found || depth !== 1) continue;
    const colon = skipBlanks(line, found + field.length);
    if (line[colon] !== COLON) continue;
    const open = skipBlanks(line, colon + 1);
    if (line[open] !== QUOTE) return undefined;
    const close = endOfString(line, open) - 1;
    if (line[close] !== QUOTE || close === open) return undefined;
    const value = line.subarray(open + 1, close);
    return value.includes(BACKSLASH) ? undefined : value.toString();
  }
  return undefined;
}

/** Index after the closing quote of the string that opens here; the line's end if it never closes. */
function endOfString(line: Buffer, open: number): number {
  for (let at = open + 1; at < line.length; at++) {
    const byte = line[at];
    if (byte === BACKSLASH) at++;
    else if (byte === QUOTE) return at + 1;
  }
  return line.length;
}

function skipBlanks(line: Buffer, from: number): number {
  let at = from;
  while (line[at] === 0x20 || line[at] === 0x09) at++;
  return at;
}
