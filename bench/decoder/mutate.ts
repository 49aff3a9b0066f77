import type { SeededRandom } from "../../model/random.ts";

/** What byte mutations put in: structure, digits, white space, escapes, and bytes that are no UTF-8. */
const BYTES = Buffer.from('{}[]",:\\ue019-+. \t\r\nfalsetrunull\0\x7f\u00e9', "latin1");
const MOST = 3;

/** A copy with one to three changes: a byte replaced, put in or taken out, a stretch repeated, the end cut off. */
export function mutate(random: SeededRandom, bytes: Buffer): Buffer {
  let result = bytes;
  for (let changes = 1 + random.below(MOST); changes > 0; changes--) result = change(random, result);
  return result;
}

function change(random: SeededRandom, bytes: Buffer): Buffer {
  const at = random.below(bytes.length + 1);
  const byte = random.below(4) === 0 ? random.below(256) : BYTES[random.below(BYTES.length)]!;
  const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)];
  switch (random.below(5)) {
    case 0:
      return Buffer.concat([before, after.subarray(1)]);
    case 1:
      return Buffer.concat([before, Buffer.of(byte), after]);
    case 2:
      return Buffer.concat([before, after.subarray(0, random.below(40)), after]);
    case 3:
      return random.below(4) === 0 ? Buffer.from(before) : Buffer.concat([before, Buffer.of(byte), after]);
    default:
      return Buffer.concat([before, Buffer.of(byte), after.subarray(1)]);
  }
}
