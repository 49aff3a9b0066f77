import { isUtf8 } from "node:buffer";
import fc from "fast-check";
import { DEFAULT_LIMITS, Unpacker } from "../../../functions/shared/unpack.ts";
import { kinesisEvent } from "../../support/kinesis-event.ts";
import { listPieces } from "../../support/pieces.ts";
import type { Piece } from "../../support/pieces.ts";

function unpack(payloads: readonly (string | Uint8Array)[], unpacker = new Unpacker()): Piece[] {
  return listPieces(unpacker.unpack(kinesisEvent(payloads).Records));
}

/** Pieces of one payload as `KIND text`. */
function texts(payload: string): string[] {
  return unpack([payload]).map(({ kind, bytes }) => `${kind} ${bytes.toString()}`);
}

/** The rule of docs/data-path.md once more, slowly, on strings: what a payload of valid UTF-8 comes apart into. */
function expected(payload: string): string[] {
  if (isJson(payload)) return [payload.replace(/^[ \t\r\n]*\n/, "").replace(/\r?\n[ \t\r\n]*$/, "")];
  const pieces: string[] = [];
  for (const [index, line] of payload.split("\n").entries()) {
    const last = index === payload.split("\n").length - 1;
    const text = last ? line : line.replace(/\r$/, "");
    if (/^[ \t\r]*$/.test(text)) continue;
    const row = objectsInARow(text);
    pieces.push(...(row.length > 1 ? row : [text]));
  }
  return pieces.length === 0 ? [payload] : pieces;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function objectsInARow(line: string): string[] {
  const found: string[] = [];
  let from = 0;
  for (let to = 1; to <= line.length; to++) {
    const candidate = line.slice(from, to).trim();
    if (!candidate.startsWith("{") || !candidate.endsWith("}") || !isJson(candidate)) continue;
    found.push(candidate);
    from = to;
  }
  return line.slice(from).trim() === "" ? found : [];
}

describe("the unpack stage", () => {
  test.each([
    ["one object", '{"a":1}', ['OBJECT {"a":1}']],
    ["an object with its line break", '{"a":1}\r\n', ['OBJECT {"a":1}']],
    [
      "newline-separated objects",
      '{"a":1}\n{"b":2}\r\n{"c":3}\n',
      ['OBJECT {"a":1}', 'OBJECT {"b":2}', 'OBJECT {"c":3}'],
    ],
    ["blank lines between objects", '\n \t\n{"a":1}\n\r\n{"b":2}', ['OBJECT {"a":1}', 'OBJECT {"b":2}']],
    ["an object over several lines", '\n{\n"a": 1\n}\n', ['OBJECT_WITH_BREAK {\n"a": 1\n}']],
    ["objects in a row", '{"a":1}{"b":"}{"} {"c":{}}', ['OBJECT {"a":1}', 'OBJECT {"b":"}{"}', 'OBJECT {"c":{}}']],
    ["objects in a row, then something else", '{"a":1}{"b":2}x', ['OTHER {"a":1}{"b":2}x']],
    ["an object, then an array", '{"a":1}[2]', ['OTHER {"a":1}[2]']],
    [
      "lines of which one holds objects in a row",
      'x\n{"a":1}{"b":2}\ny',
      ["OTHER x", 'OBJECT {"a":1}', 'OBJECT {"b":2}', "OTHER y"],
    ],
    ["an array of objects", '[{"a":1},\n{"b":2}]', ['OTHER [{"a":1},\n{"b":2}]']],
    ["a number on each line", "1\n2", ["OTHER 1", "OTHER 2"]],
    ["no JSON at all", "plain text", ["OTHER plain text"]],
    ["blanks around an object", '  {"a":1}\t', ['OBJECT   {"a":1}\t']],
    ["a lone carriage return", '{"a":1}\r', ['OBJECT_WITH_BREAK {"a":1}\r']],
    ["a lone carriage return within a line", '{"a":\r1}\n{"b":2}', ['OBJECT_WITH_BREAK {"a":\r1}', 'OBJECT {"b":2}']],
    ["nothing", "", ["OTHER "]],
    ["nothing but blanks", " \n\r\n", ["OTHER  \n\r\n"]],
    ["a byte order mark", '\ufeff{"a":1}', ['OTHER \ufeff{"a":1}']],
  ])("%s", (_name, payload, pieces) => {
    expect(texts(payload)).toEqual(pieces);
  });

  test("positions count all pieces of a Kinesis record, good or bad, from 0", () => {
    expect(unpack(['{"a":1}\nbad\n\n{"b":2}', "{}"]).map(({ source, position }) => [source, position])).toEqual([
      [0, 0],
      [0, 1],
      [0, 2],
      [1, 0],
    ]);
  });

  test("bytes that are not UTF-8 stay as they are, their neighbours in the record are objects still", () => {
    const broken = Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]);
    const payload = Buffer.concat([Buffer.from('{"a":1}\n'), broken, Buffer.from('\n{"b":2}')]);

    expect(unpack([payload]).map(({ kind, bytes }) => [kind, bytes])).toEqual([
      ["OBJECT", Buffer.from('{"a":1}')],
      ["OTHER", broken],
      ["OBJECT", Buffer.from('{"b":2}')],
    ]);
  });

  test("more pieces than the limit are one piece, whole; as many as the limit are not", () => {
    const unpacker = new Unpacker([], { ...DEFAULT_LIMITS, maxPieces: 3 });
    const kinds = (payload: string): string[] => unpack([payload], unpacker).map(({ kind }) => kind);

    expect(kinds("1\n2\n3")).toEqual(["OTHER", "OTHER", "OTHER"]);
    expect(unpack(["1\n2\n3\n4"], unpacker)).toEqual([
      { source: 0, position: 0, kind: "OVER_LIMIT", bytes: Buffer.from("1\n2\n3\n4"), detail: "more than 3 pieces" },
    ]);
    expect(kinds("{}{}{}{}")).toEqual(["OVER_LIMIT"]);
  });

  test("a stage used again does not mind what it held before", () => {
    const unpacker = new Unpacker();
    unpack(["x\n".repeat(5000), '{"a":1}\n'], unpacker);

    expect(unpack(['{"a":1}\r', "y"], unpacker).map(({ bytes }) => bytes.toString())).toEqual(['{"a":1}\r', "y"]);
  });

  test("takes payloads apart as the rule says, whatever they hold", () => {
    const part = fc.constantFrom(
      "{",
      "}",
      '{"a":1}',
      '{"b":"}{"}',
      "[1]",
      "\n",
      "\r\n",
      " ",
      "\r",
      "x",
      '"',
      "é",
      ",",
      "1",
    );
    const payloads = fc.array(
      fc.array(part, { maxLength: 10 }).map((parts) => parts.join("")),
      { minLength: 1, maxLength: 3 },
    );
    const unpacker = new Unpacker();
    fc.assert(
      fc.property(payloads, (batch) => {
        const found = unpack(batch, unpacker);
        for (const [source, payload] of batch.entries()) {
          const own = found.filter((piece) => piece.source === source);
          expect(own.map(({ bytes }) => bytes.toString())).toEqual(expected(payload));
          expect(own.map(({ position }) => position)).toEqual(own.map((_, index) => index));
        }
      }),
      { numRuns: 1500 },
    );
  });

  test("any bytes give at least one piece, and an object only where JSON.parse agrees", () => {
    const unpacker = new Unpacker(["a"]);
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { minLength: 1, maxLength: 4 }), (batch) => {
        const found = unpack(batch, unpacker);
        expect(new Set(found.map(({ source }) => source)).size).toBe(batch.length);
        for (const { kind, bytes } of found) {
          if (kind.startsWith("OBJECT")) expect(isUtf8(bytes) && isJson(bytes.toString())).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });
});
