import fc from "fast-check";
import { canonicalNumber } from "../../local/bigquery/json-number.ts";
import { canonicalJson, MAX_JSON_NESTING } from "../../local/bigquery/json.ts";

describe("BigQuery's JSON", () => {
  test.each([
    ["white space goes", ' { "a" : [ 1 , 2 ] }\n', '{"a":[1,2]}'],
    ["keys come out sorted", '{"b":1,"a":2,"B":3}', '{"B":3,"a":2,"b":1}'],
    ["the first of two equal keys wins", '{"a":1,"b":2,"a":3}', '{"a":1,"b":2}'],
    ["equal keys are told by what they mean, not by their escapes", '{"a":1,"\\u0061":2}', '{"a":1}'],
    [
      "the first of two equal keys wins in a large object",
      `{${[..."abcdefghijk", "c"].map((key, index) => `"${key}":${index}`).join(",")}}`,
      '{"a":0,"b":1,"c":2,"d":3,"e":4,"f":5,"g":6,"h":7,"i":8,"j":9,"k":10}',
    ],
    [
      "int64 and uint64 stay",
      "[9223372036854775807,18446744073709551615,-9223372036854775808]",
      "[9223372036854775807,18446744073709551615,-9223372036854775808]",
    ],
    ["a float keeps its point", "[1.0,1e2,1.50,-0.0]", "[1.0,100.0,1.5,-0.0]"],
    ["a large float gets an exponent", "[1e20,1E-7]", "[1e+20,1e-07]"],
    ["escapes that are not needed go", '"\\u0041\\/\\u00e9"', '"A/é"'],
    ["control characters stay escaped", '"\\u0000\\n\\u001f"', '"\\u0000\\n\\u001f"'],
    ["a pair of surrogates is one character", '"\\ud83d\\ude00"', '"😀"'],
    ["scalars and empty containers are JSON", "[null,true,false,{},[]]", "[null,true,false,{},[]]"],
    ["the deepest nesting is 500", "[".repeat(500) + "]".repeat(500), "[".repeat(500) + "]".repeat(500)],
  ])("%s", (_fact, text, canonical) => {
    expect(canonicalJson(text)).toEqual({ text: canonical });
  });

  test.each([
    ["an integer beyond uint64", "18446744073709551616"],
    ["an integer below int64", "-9223372036854775809"],
    ["a decimal with more digits than a double holds", "3.14159265358979323846"],
    ["a number beyond a double", "1e400"],
    ["a decimal that BigQuery's own printing gets wrong", "0.2002386475503002"],
    ["another one", "-0.707176497086"],
    ["nesting of 501", "[".repeat(MAX_JSON_NESTING + 1) + "]".repeat(MAX_JSON_NESTING + 1)],
    ["an unfinished object", '{"a":1'],
    ["an unfinished string", '"abc'],
    ["a trailing comma", "[1,]"],
    ["text after the value", "{} {}"],
    ["nothing", ""],
    ["a leading zero", "01"],
    ["NaN", "NaN"],
    ["single quotes", "{'a':1}"],
    ["a raw line break in a string", '"a\nb"'],
    ["an unknown escape", '"\\x41"'],
    ["half a surrogate pair", '"\\ud83d"'],
    ["a key that is no string", "{1:2}"],
  ])("refuses %s", (_what, text) => {
    expect(canonicalJson(text).error).toEqual(expect.any(String));
  });

  test("says why a number is refused without repeating it", () => {
    expect(canonicalJson('{"id":922337203685477580701}')).toEqual({
      error: "the number at character 6 cannot round-trip through string representation",
    });
  });

  test("keeps every value whose numbers are integers, and keeps it when done again", () => {
    const values = fc
      .jsonValue({ maxDepth: 4, noUnicodeString: false })
      .map((value) =>
        JSON.stringify(value, (_key, item: unknown) =>
          typeof item === "number" ? Math.trunc(item) % 1e15 || 0 : item,
        ),
      );
    fc.assert(
      fc.property(values, (text) => {
        const first = canonicalJson(text);
        expect(JSON.parse(first.text!)).toEqual(JSON.parse(text));
        expect(canonicalJson(first.text!)).toEqual(first);
      }),
      { numRuns: 300 },
    );
  });

  test("a double that is kept keeps its value", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const { text } = canonicalJson(JSON.stringify(value));
        expect(text === undefined || Number(text) === value).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  test("a number is what BigQuery's own way through a double makes of it, however it is written", () => {
    const digits = fc.integer({ min: 0, max: 17 }).chain((length) => fc.stringMatching(new RegExp(`^\\d{${length}}$`)));
    const number = fc
      .tuple(fc.constantFrom("", "-"), digits, fc.constantFrom("", "."), digits, fc.constantFrom("", "e2", "E-7"))
      .map((parts) => parts.join(""))
      .filter((text) => /^-?(0|[1-9]\d*)(\.\d+)?(e2|E-7)?$/.test(text));
    const thousandths = fc.tuple(fc.maxSafeInteger(), fc.integer({ min: 1, max: 3 })).map(([value, places]) => {
      const text = String(Math.abs(value) % 1e15).padStart(places + 1, "0");
      return `${value < 0 ? "-" : ""}${text.slice(0, -places)}.${text.slice(-places)}`;
    });
    fc.assert(
      fc.property(fc.oneof(number, thousandths), (text) => {
        expect(canonicalJson(text).text).toBe(canonicalNumber(text));
        expect(canonicalJson(`[${text}]`).text).toBe(
          canonicalNumber(text) === undefined ? undefined : `[${canonicalNumber(text)}]`,
        );
      }),
      { numRuns: 3000 },
    );
  });

  test("objects are read alike whatever was read before: many keys, many orders, some twice", () => {
    const keys = fc.array(fc.integer({ min: 0, max: 99 }), { minLength: 1, maxLength: 130 });
    fc.assert(
      fc.property(keys, (numbers) => {
        const text = `{${numbers.map((key, index) => `"k${key}":${index}`).join(",")}}`;
        const firsts = new Map(numbers.map((key, index) => [`k${key}`, index] as const).toReversed());
        const sorted = [...firsts].sort(([a], [b]) => (a < b ? -1 : 1));
        expect(canonicalJson(text).text).toBe(`{${sorted.map(([key, index]) => `"${key}":${index}`).join(",")}}`);
      }),
      { numRuns: 300 },
    );
  });

  test("agrees with JSON.parse on what is JSON, but for numbers and nesting", () => {
    const pieces = fc.array(
      fc.constantFrom("{", "}", "[", "]", ",", ":", '"', '"a"', "1", "-", "true", "null", " ", "\\", "\\u00"),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(pieces, (parts) => {
        const text = parts.join("");
        let valid = true;
        try {
          JSON.parse(text);
        } catch {
          valid = false;
        }
        if (!/\d{16}/.test(text)) expect(canonicalJson(text).error === undefined).toBe(valid);
      }),
      { numRuns: 2000 },
    );
  });
});
