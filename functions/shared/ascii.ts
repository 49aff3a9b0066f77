/** Longer text is written faster by a native call. */
const MAX_LOOP = 24;

/** Writes text of ASCII characters into bytes that have room for it; returns the offset behind it. */
export function writeAscii(text: string, out: Buffer, offset: number): number {
  const { length } = text;
  if (length > MAX_LOOP) return offset + out.write(text, offset, "latin1");
  for (let i = 0; i < length; i++) out[offset + i] = text.charCodeAt(i);
  return offset + length;
}

/** Digits of a whole number from 0 on. */
export function decimalDigits(value: number): number {
  let digits = 1;
  for (let rest = value; rest >= 10; rest = Math.floor(rest / 10)) digits++;
  return digits;
}

/** Writes a whole number from 0 on with so many digits, zeros in front; returns the offset behind it. */
export function writeDecimal(value: number, digits: number, out: Buffer, offset: number): number {
  let rest = value;
  for (let at = offset + digits - 1; at >= offset; at--) {
    out[at] = 0x30 + (rest % 10);
    rest = Math.floor(rest / 10);
  }
  return offset + digits;
}
