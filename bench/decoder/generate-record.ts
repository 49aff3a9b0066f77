/** Texts of log records, good and odd. */
import { type SeededRandom, randomHex } from "../../model/random.ts";
import { FIELDS, NOW_MS, RANGE } from "./judged.ts";

/** What is odd about a record. */
export interface Oddity {
  /** Names and values with escapes, and a member whose name is a backslash. */
  readonly escapes?: boolean;
  /** Wanted names more than once. */
  readonly repeats?: boolean;
  /** White space where JSON allows it, now and then some that it does not. */
  readonly blanks?: boolean;
  /** Characters of two to four bytes, lone surrogates as escapes. */
  readonly unicode?: boolean;
  /** Text of the time's value. */
  readonly time?: () => string;
  /** Texts of further members' values. */
  readonly value?: () => string;
}

const YEAR_MS = 366 * 86_400_000;
const EVENTS = ["login", "battle", "item_get", "quest_complete", "gacha_draw", ""];

export function pick<T>(random: SeededRandom, list: readonly T[]): T {
  return list[random.below(list.length)]!;
}

/** A record as a game's servers write it: some 300 to 1,200 bytes on one line. */
export function logRecord(random: SeededRandom): string {
  const members: Record<string, unknown> = {
    [FIELDS.playerId]: randomHex(random, 4),
    [FIELDS.timestamp]: new Date(NOW_MS - random.below(YEAR_MS)).toISOString(),
    [FIELDS.event]: pick(random, EVENTS),
    session_id: randomHex(random, 4),
    level: random.below(100),
    position: [random.unit() * 1000, random.unit(), -random.unit()],
    device: { model: `phone-${random.below(30)}`, os: { name: "os", version: `${random.below(20)}.0` } },
  };
  for (let item = random.below(12); item > 0; item--) {
    members[`item_${item}`] = { id: randomHex(random, 2), player_id: randomHex(random, 1), count: random.below(99) };
  }
  return JSON.stringify(members);
}

/** A record with members in any order, now and then one missing or of another type. */
export function oddRecord(random: SeededRandom, oddity: Oddity): string {
  const members: [string, string][] = [];
  const add = (name: string, value: string): void => void members.push([spelled(random, name, oddity.escapes), value]);
  for (let copies = oddity.repeats === true ? 1 + random.below(3) : 1; copies > 0; copies--) {
    if (random.below(20) > 0) add(FIELDS.playerId, playerId(random, oddity));
    if (random.below(20) > 0) add(FIELDS.timestamp, time(random, oddity));
    if (random.below(8) > 0) add(FIELDS.event, event(random, oddity));
  }
  for (let more = random.below(4); more > 0; more--) {
    add(pick(random, ["a", "", "__proto__", "player_i", "event\0", "\\", "é"]), value(random, oddity, 0));
  }
  if (oddity.escapes === true && random.below(2) === 0) members.unshift(['"\\\\"', "1"]);
  shuffle(random, members, oddity.escapes === true ? 1 : 0);
  const b = (): string => (oddity.blanks === true ? blank(random) : "");
  const list = members.map(([name, text]) => `${b()}${name}${b()}:${b()}${text}${b()}`);
  return `${b()}{${list.join(",")}${list.length === 0 ? b() : ""}}${b()}`;
}

/** A string's JSON text; with escapes, each character may be one, and letters of `\u` of either case. */
export function spelled(random: SeededRandom, text: string, escapes = false): string {
  if (!escapes || random.below(3) === 0) return JSON.stringify(text);
  let json = "";
  for (let at = 0; at < text.length; at++) {
    const unit = text[at]!;
    const hex = text.charCodeAt(at).toString(16).padStart(4, "0");
    const plain = unit >= " " && unit !== '"' && unit !== "\\";
    if (plain && random.below(4) > 0) json += unit;
    else json += `\\u${random.below(2) === 0 ? hex : hex.toUpperCase()}`;
  }
  return `"${json}"`;
}

/** Times in ISO 8601, most of them near now or at the edges of what is taken; some are none. */
export function isoTime(random: SeededRandom): string {
  const around = pick(random, [NOW_MS, NOW_MS, RANGE.earliestMs, RANGE.latestMs, RANGE.expiredBeforeMs, 0]);
  const at = new Date(around + pick(random, [0, -1, 1, -1000, -random.below(YEAR_MS)]));
  const [day, rest] = at.toISOString().split("T") as [string, string];
  const clock = pick(random, [rest.slice(0, 5), rest.slice(0, 8), rest.slice(0, 12), "24:00:00", "23:59:60", "9:00"]);
  const fraction = clock.length === 8 ? pick(random, ["", "", ".5", ",123456", ".123456789", ".", ".x"]) : "";
  const zone = pick(random, ["Z", "Z", "z", "+00:00", "-0930", "+09", "+24:00", "", " Z", "+9"]);
  const date = pick(random, [day, day, day, day, "2025-02-29", "2024-02-29", "2026-13-01", "0000-01-01", "9999-12-31"]);
  return `${date}${pick(random, ["T", "T", "T", "t", " "])}${clock}${fraction}${zone}`;
}

/** Numbers as no serialiser writes them, and now and then none. */
export function numberText(random: SeededRandom): string {
  const digits = (most: number): string =>
    Array.from({ length: 1 + random.below(most) }, () => random.below(10)).join("");
  const seconds = NOW_MS / 1000 - random.below(YEAR_MS / 1000);
  switch (random.below(8)) {
    case 0:
      return pick(random, ["0", "-0", "1e400", "-1e-400", "18446744073709551616", "01", "1.", ".5", "+1", "1e", "- 1"]);
    case 1:
      return `${pick(random, ["", "-"])}${digits(22).replace(/^0+(?=\d)/, "")}.${digits(20)}`;
    case 2:
      return `${1 + random.below(9)}.${digits(12)}${pick(random, ["e", "E"])}${pick(random, ["", "+", "-"])}${digits(2)}`;
    case 3:
      return `${seconds}.${digits(7)}`;
    case 4:
      return `${(seconds / 1e9).toFixed(9)}${pick(random, ["e9", "E+9", "e12", "E0012"])}`;
    case 5:
      return String(pick(random, [RANGE.earliestMs, RANGE.latestMs, RANGE.expiredBeforeMs]) + random.below(3) - 1);
    case 6:
      return String(seconds * pick(random, [1, 1000, 1e6]));
    default:
      return String((random.unit() - 0.5) * 10 ** random.below(40));
  }
}

function playerId(random: SeededRandom, oddity: Oddity): string {
  const id = randomHex(random, 4);
  const odd = [id.slice(1), `${id}0`, `g${id.slice(1)}`, `${id.slice(2)}é`, id.repeat(7), ""];
  if (random.below(16) === 0) return pick(random, ["7", "null", "{}", `["${id}"]`, "true"]);
  const text = random.below(12) === 0 ? pick(random, odd) : id;
  return spelled(random, random.below(3) === 0 ? text.toUpperCase() : text, oddity.escapes);
}

function time(random: SeededRandom, oddity: Oddity): string {
  if (oddity.time !== undefined) return oddity.time();
  if (random.below(16) === 0) return pick(random, ["null", "true", "{}", "[1]", '""']);
  if (random.below(4) === 0) return String(NOW_MS - random.below(YEAR_MS));
  const near = new Date(NOW_MS - random.below(YEAR_MS)).toISOString();
  return spelled(random, random.below(6) === 0 ? isoTime(random) : near, oddity.escapes);
}

function event(random: SeededRandom, oddity: Oddity): string {
  if (oddity.unicode === true) return unicode(random);
  if (random.below(10) === 0) return value(random, oddity, 0);
  return spelled(random, pick(random, EVENTS), oddity.escapes);
}

function value(random: SeededRandom, oddity: Oddity, depth: number): string {
  if (oddity.value !== undefined) return oddity.value();
  const choice = random.below(depth > 3 ? 4 : 6);
  if (choice === 0) return pick(random, ["true", "false", "null", '"\\/\\b\\f\\n\\r\\t\\\\\\""']);
  if (choice === 1) return String(random.below(1e6));
  if (choice < 4) return oddity.unicode === true ? unicode(random) : spelled(random, "value", oddity.escapes);
  const inner = value(random, oddity, depth + 1);
  return choice === 4 ? `[${inner},{}]` : `{"${FIELDS.event}":${inner},"${FIELDS.playerId}":[${inner}]}`;
}

function unicode(random: SeededRandom): string {
  // prettier-ignore
  const parts = ["a", "é", "日本", "😀", "\u007f", "\u2028", "\ufffd", "\ufeff", "\\ud83d\\ude00", "\\ud800", "\\udc00\\ud800", "\\u0000", "\\u00E9"];
  return `"${Array.from({ length: random.below(6) }, () => pick(random, parts)).join("")}"`;
}

function blank(random: SeededRandom): string {
  if (random.below(3) > 0) return "";
  return random.below(60) === 0
    ? pick(random, ["\f", "\u00a0", "\0", "\v"])
    : pick(random, [" ", "\t", "\n", "\r\n", "\r", "  \n "]);
}

/** Shuffles from an index on. */
function shuffle(random: SeededRandom, list: [string, string][], from: number): void {
  for (let at = list.length - 1; at > from; at--) {
    const other = from + random.below(at - from + 1);
    [list[at], list[other]] = [list[other]!, list[at]!];
  }
}
