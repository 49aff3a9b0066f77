import type { Random } from "../../contract/clock.ts";

/** A text of that many characters of the alphabet. */
export function randomText(random: Random, alphabet: string, length: number): string {
  let text = "";
  for (let index = 0; index < length; index++) text += alphabet[Math.floor(random() * alphabet.length)]!;
  return text;
}
