import fc from "fast-check";
import { parsed } from "../../../bench/decoder/reference-json.ts";
import { JsonScanner } from "../../../functions/shared/json-scanner.ts";

const scanner = new JsonScanner(["a", "naïve", "c"]);

/** Whether the whole of the bytes is one JSON text to the scanner. */
function scans(bytes: Buffer): boolean {
  return scanner.scan(bytes, 0, bytes.length) === bytes.length;
}

/** Whether it is to Node: valid UTF-8, taken by JSON.parse, no blanks around. */
function parses(bytes: Buffer): boolean {
  return parsed(bytes) !== undefined;
}

// prettier-ignore
const TRICKY = [
  "", "{}", "[]", '""', "0", "-0", "-", "00", "01", "1.", ".1", "1.5e+3", "1e", "1E-2", "+1", "tru", "true", "falsey", "null",
  "nul", '"\\u00e9"', '"\\u00g9"', '"\\x"', '"\\', '"\n"', '"\u007f"', '"\u2028"', "[1,]", "[,1]", "{,}", '{"a"}', '{"a":}',
  '{"a":1,}', '{"a":1 "b":2}', "{1:2}", "[1 2]", '{"a":[{"b":[]}]}', "NaN", "Infinity", "'a'", "/**/1", "\ufeff1", "[\f]",
  '{"__proto__":1}', '"\\ud800"', '{"a":1}}', "[[]", '{"\\u0061":1}', "\u00a01", '{"":0}', "-1.0E+10", "1e999",
];

describe("the JSON scanner", () => {
  test.each(TRICKY)("takes %j exactly when JSON.parse does", (text) => {
    expect(scans(Buffer.from(text))).toBe(parses(Buffer.from(text)));
  });

  test("takes what JSON.parse takes, whatever the text", () => {
    const json = fc.json({ maxDepth: 5 }).map((text) => Buffer.from(text));
    const pretty = fc.jsonValue().map((value) => Buffer.from(JSON.stringify(value, null, 1)));
    const alphabet = fc.constantFrom(...'{}[]",:\\u0019eE+-. \ttrufalsn', "\u00e9", "😀", '"a"', '{"a":');
    const noise = fc.array(alphabet, { maxLength: 12 }).map((parts) => Buffer.from(parts.join("")));
    const bytes = fc.uint8Array({ maxLength: 8 }).map((array) => Buffer.from(array));
    fc.assert(
      fc.property(fc.oneof(json, pretty, noise, bytes), (text) => {
        expect(scans(text)).toBe(parses(text));
      }),
      { numRuns: 3000 },
    );
  });

  test("takes what JSON.parse takes of a text with one byte changed", () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 3 }), fc.nat(), fc.integer({ min: 0, max: 255 }), (text, where, byte) => {
        const bytes = Buffer.from(text);
        bytes[where % bytes.length] = byte;
        expect(scans(bytes)).toBe(parses(bytes));
      }),
      { numRuns: 2000 },
    );
  });

  test("finds the wanted members' values as JSON.parse does, of equal names the first", () => {
    const name = fc.constantFrom("a", "naïve", "c", "d", "A", "", "aa", "\\");
    const member = fc.tuple(name, fc.boolean(), fc.jsonValue({ maxDepth: 2 }));
    fc.assert(
      fc.property(fc.array(member, { maxLength: 6 }), fc.boolean(), (members, spaced) => {
        const blank = spaced ? " \n" : "";
        const key = (text: string, escaped: boolean): string =>
          escaped
            ? `"${[...text].map((c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`).join("")}"`
            : JSON.stringify(text);
        const text = `{${members.map(([n, e, v]) => `${blank}${key(n, e)}${blank}:${blank}${JSON.stringify(v)}${blank}`).join(",")}}`;
        const bytes = Buffer.from(text);

        expect(scanner.scan(bytes, 0, bytes.length)).toBe(bytes.length);

        for (const [index, wanted] of ["a", "naïve", "c"].entries()) {
          const first = members.find(([n]) => n === wanted);
          const start = scanner.valueStart[index]!;
          const value = start < 0 ? undefined : bytes.toString("utf8", start, scanner.valueEnd[index]!);
          expect(value).toBe(first === undefined ? undefined : JSON.stringify(first[2]));
        }
      }),
      { numRuns: 1000 },
    );
  });

  test("does not take members of nested objects for the record's own", () => {
    const bytes = Buffer.from('{"x":{"a":1},"y":[{"a":2}],"a":{"a":3,"c":4},"c":5}');

    scanner.scan(bytes, 0, bytes.length);

    expect([0, 2].map((i) => bytes.toString("utf8", scanner.valueStart[i]!, scanner.valueEnd[i]!))).toEqual([
      '{"a":3,"c":4}',
      "5",
    ]);
  });

  test("takes a million brackets in either direction without failing", () => {
    const open = Buffer.alloc(1_000_000, "[");
    expect(scans(open)).toBe(false);
    expect(scans(Buffer.concat([open, Buffer.alloc(1_000_000, "]")]))).toBe(true);
    expect(scans(Buffer.from("{}"))).toBe(true);
  });

  test("reads nothing behind the end that it is given", () => {
    const bytes = Buffer.from('{"a":1}');
    for (let end = 0; end < bytes.length; end++) expect(scanner.scan(bytes, 0, end)).toBe(-1);
    expect(scanner.scan(Buffer.from("12345"), 0, 3)).toBe(3);
    expect(scanner.scan(Buffer.from("true"), 0, 3)).toBe(-1);
  });
});
