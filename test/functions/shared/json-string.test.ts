import fc from "fast-check";
import { decodeInto, decodedSize } from "../../../functions/shared/json-string.ts";

/** What the text between a JSON string's quotes decodes to, and the size foretold. */
function decoded(text: string): { bytes: Buffer; size: number } {
  const bytes = Buffer.from(`"${text}"`);
  const size = decodedSize(bytes, 1, bytes.length - 1);
  const out = Buffer.alloc(size + 2, 0xff);
  const end = decodeInto(bytes, 1, bytes.length - 1, out, 1);
  expect([end, out[0], out[size + 1]]).toEqual([size + 1, 0xff, 0xff]);
  return { bytes: out.subarray(1, end), size };
}

test.each([
  ["", ""],
  ["plain é 中 😀", "plain é 中 😀"],
  ['\\"\\\\\\/\\b\\f\\n\\r\\t', '"\\/\b\f\n\r\t'],
  ["\\u0041\\u00e9\\u00E9\\u4e2d", "Aéé中"],
  ["\\u0000\\u007f\\u0080\\u07ff\\u0800\\uffff", "\u0000\u007f\u0080\u07ff\u0800\uffff"],
  ["\\ud83d\\ude00", "😀"],
  ["\\udbff\\udfff", "\u{10ffff}"],
  ["a\\ud800", "a\ufffd"],
  ["\\udc00\\ud800", "\ufffd\ufffd"],
  ["\\ud800\\ud83d\\ude00", "\ufffd😀"],
  ["\\ud800\\n", "\ufffd\n"],
])("%j is %j", (text, meant) => {
  expect(decoded(text)).toEqual({ bytes: Buffer.from(meant), size: Buffer.byteLength(meant) });
});

test("any JSON string decodes as JSON.parse and Buffer decode it", () => {
  const unit = fc.constantFrom(
    "\\ud800",
    "\\uDBFF",
    "\\udc00",
    "\\uDfFf",
    "\\u0000",
    "\\u00e9",
    "\\n",
    '\\"',
    "\\\\",
    "\\/",
  );
  const text = fc
    .array(
      fc.oneof(
        unit,
        fc.string({ unit: "binary", maxLength: 6 }).map((plain) => JSON.stringify(plain).slice(1, -1)),
      ),
    )
    .map((parts) => parts.join(""));
  fc.assert(
    fc.property(text, (each) => {
      const meant = Buffer.from(JSON.parse(`"${each}"`) as string);
      expect(decoded(each).bytes.toString("hex")).toBe(meant.toString("hex"));
    }),
  );
});
