import { NOTHING, added, compareGenerated, comparePayloads, difference } from "../../bench/decoder/compare.ts";
import { compareFixtures, fixtureFiles } from "../../bench/decoder/fixtures.ts";
import { functionsDecoder } from "../../bench/decoder/functions-decoder.ts";
import { PAYLOAD_KINDS, payloadOf } from "../../bench/decoder/generate.ts";
import { referencePieces } from "../../bench/decoder/reference.ts";
import { firstMembers } from "../../bench/decoder/reference-json.ts";
import { referenceTime } from "../../bench/decoder/reference-time.ts";

const ID = "0123456789abcdef0123456789ABCDEF";
const TIME = "2026-06-15T11:59:59.123456Z";
const VERDICTS = [
  ...["NOT_JSON_OBJECT", "PLAYER_ID_INVALID", "PLAYER_ID_MISSING", "TIME_EXPIRED"],
  ...["TIME_INVALID", "TIME_MISSING", "TIME_OUT_OF_RANGE", "row"],
];

describe("the functions' decoder and JSON.parse", () => {
  test("agree on 3,000 generated payloads of every kind, which have every verdict", () => {
    const { disagreements, smallest, verdicts, kinds } = compareGenerated(functionsDecoder(), 7, 0, 3_000);
    expect([disagreements, smallest]).toEqual([0, undefined]);
    expect(Object.keys(verdicts).sort()).toEqual(VERDICTS);
    expect(Object.keys(kinds).sort()).toEqual([...PAYLOAD_KINDS].sort());
  });

  test("agree on every text of every fixture", () => {
    const files = fixtureFiles();
    const { disagreements, smallest, payloads } = compareFixtures(files);
    expect([disagreements, smallest]).toEqual([0, undefined]);
    expect(files.length).toBeGreaterThanOrEqual(21);
    expect(payloads).toBeGreaterThan(1_000);
  });
});

describe("the comparison", () => {
  const row = `{"player_id":"${ID}","timestamp":"${TIME}","event":"jump"}`;

  test("finds a decoder that takes the last of two names, and says the smallest payload without its contents", () => {
    const decode = functionsDecoder();
    const lastEvent = (payloads: readonly Buffer[]): ReturnType<typeof decode> =>
      decode(payloads).map((pieces, index) => {
        const text = payloads[index]!.toString();
        return pieces.map((piece) => ({ ...piece, event: /.*"event":"(\w*)"/s.exec(text)?.[1] ?? null }));
      });
    const payloads = [row, `${row.slice(0, -1)},"event":"fly"}`, `${row.slice(0, -1)},"event":"walk"}`];
    const batch = payloads.map((text) => ({ kind: "by hand", bytes: Buffer.from(text) }));
    expect(comparePayloads(lastEvent, batch, (index) => `payload ${index}`)).toEqual({
      ...{ payloads: 3, kinds: { "by hand": 3 }, verdicts: { row: 3 }, disagreements: 2 },
      smallest: { where: "payload 1 (by hand)", bytes: row.length + 14, what: "piece 0: event differs" },
    });
  });

  test("tells verdicts, numbers of pieces and offsets", () => {
    const [piece] = referencePieces(Buffer.from(row));
    expect(difference([piece!], [piece!])).toBeUndefined();
    expect(difference([], [piece!])).toBe("0 pieces in place of 1");
    expect(difference([{ ...piece!, verdict: "TIME_INVALID" }], [piece!])).toBe(
      "piece 0: verdict is TIME_INVALID in place of row",
    );
    expect(difference([{ ...piece!, end: 3 }], [piece!])).toBe(`piece 0: end is 3 in place of ${row.length}`);
  });

  test("adds up, and keeps the smallest", () => {
    const one = { ...NOTHING, payloads: 2, kinds: { a: 2 }, disagreements: 1 };
    const sum = added(
      { ...one, smallest: { where: "one", bytes: 9, what: "x" } },
      { ...one, smallest: { where: "other", bytes: 8, what: "y" } },
    );
    expect(sum).toMatchObject({ payloads: 4, kinds: { a: 4 }, disagreements: 2, smallest: { where: "other" } });
    expect(added(sum, NOTHING)).toEqual(sum);
  });
});

test("a payload is made from its seed and index alone", () => {
  expect(payloadOf(3, 41)).toEqual(payloadOf(3, 41));
  expect(payloadOf(3, 41).bytes).not.toEqual(payloadOf(4, 41).bytes);
});

describe("the reference", () => {
  const verdicts = (text: string): unknown => referencePieces(Buffer.from(text)).map(({ verdict }) => verdict);

  test("splits as DESIGN 3.2 says", () => {
    const row = `{"player_id":"${ID}","timestamp":"${TIME}"}`;
    expect(verdicts(`${row}\r\n\n ${row}`)).toEqual(["row", "row"]);
    expect(verdicts(`${row} ${row}`)).toEqual(["row", "row"]);
    expect(verdicts(`${row}${row}x`)).toEqual(["NOT_JSON_OBJECT"]);
    expect(verdicts(`[\n1\n]`)).toEqual(["NOT_JSON_OBJECT"]);
    expect(verdicts("")).toEqual(["NOT_JSON_OBJECT"]);
  });

  test("takes the first of equal names, however they are spelled", () => {
    const text = '{"\\\\":0,"e":{"e":1},"\\u0065":2,"n":["e"]}';
    expect([...firstMembers(text, JSON.parse(text) as Record<string, unknown>, ["e", "n"])]).toEqual([
      ["e", { e: 1 }],
      ["n", ["e"]],
    ]);
  });

  test.each<[unknown, bigint | undefined]>([
    ["1970-01-01T00:00:00.123456999Z", 123456n],
    ["1970-01-01T09:00+09:00", 0n],
    ["2016-12-31T23:59:60Z", BigInt(Date.UTC(2017, 0, 1)) * 1000n],
    ["2025-02-29T00:00:00Z", undefined],
    ["2026-06-15T12:00:00", undefined],
    [1781524799.25, 1781524799250000n],
    [-1, -1000000n],
    [Infinity, undefined],
    [true, undefined],
  ])("reads the time %j", (value, micros) => {
    expect(referenceTime(value)).toBe(micros);
  });
});
