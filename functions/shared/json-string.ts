const BACKSLASH = 0x5c;
const SMALL_U = 0x75;
const REPLACEMENT = 0xfffd;

/** What the byte after a backslash stands for, where it is not `u`. */
const ESCAPED = new Uint8Array(128);
for (const [name, meant] of Object.entries({
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
})) {
  ESCAPED[name.charCodeAt(0)] = meant.charCodeAt(0);
}

/**
 * Bytes of UTF-8 that a JSON string decodes to: as many as `bytes[start … end)`, what stands between its quotes, or fewer if
 * that holds an escape. The string must be a valid one.
 */
export function decodedSize(bytes: Buffer, start: number, end: number): number {
  let size = end - start;
  for (let at = start; at < end; at++) {
    if (bytes[at] !== BACKSLASH) continue;
    const length = escapeLength(bytes, at, end);
    size -= length - utf8Size(meaning(bytes, at, length));
    at += length - 1;
  }
  return size;
}

/**
 * Decodes what stands between a JSON string's quotes into `out`, which has room for {@link decodedSize}; returns the offset
 * behind. A lone surrogate becomes U+FFFD, since UTF-8 has none. Makes no string, whatever the length.
 */
export function decodeInto(bytes: Buffer, start: number, end: number, out: Buffer, offset: number): number {
  let to = offset;
  for (let at = start; at < end;) {
    const byte = bytes[at]!;
    if (byte !== BACKSLASH) {
      out[to++] = byte;
      at++;
      continue;
    }
    const length = escapeLength(bytes, at, end);
    to = writeUtf8(meaning(bytes, at, length), out, to);
    at += length;
  }
  return to;
}

/** Bytes of the escape that begins at an offset: 2, 6, or 12 for a surrogate pair. */
function escapeLength(bytes: Buffer, at: number, end: number): 2 | 6 | 12 {
  if (bytes[at + 1] !== SMALL_U) return 2;
  const paired =
    isHighSurrogate(codeUnit(bytes, at)) &&
    at + 12 <= end &&
    bytes[at + 6] === BACKSLASH &&
    bytes[at + 7] === SMALL_U &&
    isLowSurrogate(codeUnit(bytes, at + 6));
  return paired ? 12 : 6;
}

/** Code point of an escape of so many bytes. */
function meaning(bytes: Buffer, at: number, length: 2 | 6 | 12): number {
  if (length === 2) return ESCAPED[bytes[at + 1]!]!;
  const unit = codeUnit(bytes, at);
  if (length === 12) return 0x10000 + ((unit & 0x3ff) << 10) + (codeUnit(bytes, at + 6) & 0x3ff);
  return isHighSurrogate(unit) || isLowSurrogate(unit) ? REPLACEMENT : unit;
}

function codeUnit(bytes: Buffer, at: number): number {
  let unit = 0;
  for (let i = at + 2; i < at + 6; i++) {
    const digit = bytes[i]!;
    unit = unit * 16 + (digit <= 0x39 ? digit - 0x30 : (digit | 0x20) - 0x57);
  }
  return unit;
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}

function utf8Size(codePoint: number): number {
  if (codePoint < 0x80) return 1;
  if (codePoint < 0x800) return 2;
  return codePoint < 0x10000 ? 3 : 4;
}

function writeUtf8(codePoint: number, out: Buffer, offset: number): number {
  const size = utf8Size(codePoint);
  if (size === 1) {
    out[offset] = codePoint;
    return offset + 1;
  }
  // The first byte has as many leading ones as there are bytes, the others begin with 10.
  out[offset] = ((0xf00 >> size) & 0xff) | (codePoint >> (6 * (size - 1)));
  for (let i = 1; i < size; i++) out[offset + i] = 0x80 | ((codePoint >> (6 * (size - 1 - i))) & 0x3f);
  return offset + size;
}
