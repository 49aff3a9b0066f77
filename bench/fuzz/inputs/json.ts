import fc from "fast-check";
import type { Arbitrary } from "fast-check";

/** A log record that every part of the pipeline takes. */
export const GOOD_RECORD =
  '{"player_id":"00c1a1bd4e31dd9ba2e9a0e7e55d5d4f","timestamp":"2026-01-01T11:59:58.123Z","event":"jump","level":7}';

/** Texts, and bytes that are no text, that JSON parsers have stumbled over. */
export const JSON_SEEDS: readonly (string | Uint8Array)[] = [
  GOOD_RECORD,
  `${GOOD_RECORD}\n${GOOD_RECORD}\r\n`,
  `${GOOD_RECORD}${GOOD_RECORD}`,
  `\ufeff${GOOD_RECORD}`,
  '{\n  "player_id": "00C1A1BD4E31DD9BA2E9A0E7E55D5D4F",\n  "timestamp": 1767268798123,\n  "event": null\n}\n',
  '{"player_id":"\\u0030\\u0030c1a1bd4e31dd9ba2e9a0e7e55d5d4f","timestamp":1767268798.5,"event":"\\ud83d\\ude00"}',
  '{"__proto__":{"player_id":"x"},"constructor":1,"player_id":"a","player_id":"b"}',
  '{"player\\u005fid":"a","event":"\\ud800","timestamp":"2026-01-01T00:00:00+09:00"}',
  '{"n":[0,-0,1e400,-1e-400,18446744073709551616,9007199254740993,0.1,1E+2]}',
  '{"s":"\\"\\\\\\/\\b\\f\\n\\r\\t\\u0000\u007f\u2028é😀"}',
  `${"[".repeat(600)}${"]".repeat(600)}`,
  '{"a":'.repeat(300),
  '""',
  "{}",
  "[1,2]",
  "null",
  " \t\r\n",
  "",
  Buffer.from([0x7b, 0x22, 0xed, 0xa0, 0x80, 0x22, 0x3a, 0x31, 0x7d]),
  Buffer.from([0x22, 0xc0, 0x80, 0x22]),
  Buffer.from([0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00]),
];

// prettier-ignore
export const JSON_TOKENS: readonly string[] = [
  "{", "}", "[", "]", ",", ":", '"', "\\", "\\u", "\\ud800", "\\udc00", "0", "-", "1", "9", ".", "e", "E+", "true", "false", "null",
  " ", "\t", "\n", "\r\n", "\r", "a", "é", "\u2028", "\0", "\ufeff", '"a"', '{"a":', "1e999", "18446744073709551616", "[[[[[[[[",
  '"player_id":', '"timestamp":', '"event":', '"00c1a1bd4e31dd9ba2e9a0e7e55d5d4f"', '"2026-01-01T00:00:00Z"', "1767268798123", "{}",
];

const blank = fc.constantFrom("", "", "", " ", "\n", "\t \r\n");
const escaped = fc.constantFrom(
  '\\"',
  "\\\\",
  "\\/",
  "\\n",
  "\\u0000",
  "\\ud83d\\ude00",
  "\\ud800",
  "\\u00e9",
  "\\u0061",
);
const plain = fc.constantFrom("a", "event", "é", "😀", "\u007f", "\u2028", "00c1a1bd", "x".repeat(40), " ");
const content = fc.array(fc.oneof(plain, escaped), { maxLength: 4 }).map((parts) => parts.join(""));
const string = content.map((text) => `"${text}"`);
const key = fc.oneof(
  fc.constantFrom('"player_id"', '"timestamp"', '"event"', '"a"', '""', '"__proto__"', '"\\u0061"', '"event\\u0000"'),
  string,
);
const digits = fc.stringMatching(/^\d{1,22}$/);
const number = fc.oneof(
  fc.constantFrom("0", "-0", "1e400", "-1.5E-3", "9007199254740993", "18446744073709551616", "0.1", "1767268798123"),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => JSON.stringify(value)),
  fc.tuple(digits, digits).map(([whole, fraction]) => `${whole.replace(/^0+(?=\d)/, "")}.${fraction}`),
);
const scalar = fc.oneof(string, number, fc.constantFrom("true", "false", "null"));

const { value } = fc.letrec<{ value: string }>((tie) => {
  const spaced = fc.tuple(blank, tie("value"), blank).map((parts) => parts.join(""));
  const member = fc
    .tuple(blank, key, blank, spaced)
    .map(([before, name, after, item]) => `${before}${name}${after}:${item}`);
  return {
    value: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      scalar,
      fc.array(spaced, { maxLength: 3 }).map((items) => `[${items.join(",")}]`),
      fc.array(member, { maxLength: 4 }).map((members) => `{${members.join(",")}}`),
    ),
  };
});

/** JSON texts: blanks, escapes, equal keys and numbers as no serialiser writes them. */
export const jsonText: Arbitrary<string> = value;

const time = fc.oneof(
  fc.constantFrom(
    '"2026-01-01T11:59:58Z"',
    "1767268798",
    "1767268798123.75",
    '"2026-01-01 00:00:00"',
    '"2015-02-29T00:00:00Z"',
  ),
  scalar,
);
const player = fc.oneof(
  fc.stringMatching(/^[0-9a-fA-F]{32}$/).map((id) => `"${id}"`),
  fc.constantFrom('"\\u0061bcdef0123456789abcdef0123456789"', '"00c1a1bd4e31dd9ba2e9a0e7e55d5d4"', "7", '"é"'),
);

/** Log records, most of them with the three fields, in which anything else may stand. */
export const logRecord: Arbitrary<string> = fc
  .record({ player, time, event: scalar, more: fc.array(fc.tuple(key, value), { maxLength: 2 }) })
  .map(({ player: id, time: at, event, more }) => {
    const members = [`"player_id":${id}`, `"timestamp":${at}`, `"event":${event}`];
    return `{${[...members, ...more.map(([name, item]) => `${name}:${item}`)].join(",")}}`;
  });

/** A text's bytes. */
export function utf8(text: Arbitrary<string>): Arbitrary<Buffer> {
  return text.map((each) => Buffer.from(each));
}
