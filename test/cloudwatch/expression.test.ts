import fc from "fast-check";
import { CloudWatchError } from "../../local/cloudwatch/errors.ts";
import { type MathValue, parseExpression } from "../../local/cloudwatch/expression.ts";

const TIMES = [0, 60_000, 120_000];

function evaluate(text: string, series: Readonly<Record<string, readonly (number | undefined)[]>> = {}): unknown {
  const valueOf = (id: string): MathValue =>
    new Map(series[id]!.flatMap((value, index) => (value === undefined ? [] : [[TIMES[index]!, value]])));
  const value = parseExpression(text)({ timestamps: TIMES, valueOf });
  return typeof value === "number" ? value : TIMES.map((at) => value.get(at));
}

test.each([
  ["1 + 2 * 3 - 4 / 2", 5],
  ["(1 + 2) * -3", -9],
  ["2 > 1 AND 1 >= 1 OR 0", 1],
  ["1 == 2 || 3 != 3 && 1", 0],
  ["1 < 2 == 1", 1],
])("%s is %d", (text, value) => expect(evaluate(text)).toBe(value));

test("operators give a value where both sides have one, and none where they divide by 0", () => {
  const series = { a: [1, 2, undefined], b: [4, undefined, 6], zero: [0, 1, 0] };
  expect(evaluate("a + b", series)).toEqual([5, undefined, undefined]);
  expect(evaluate("b - 1", series)).toEqual([3, undefined, 5]);
  expect(evaluate("8 / zero", series)).toEqual([undefined, 8, undefined]);
});

test("FILL gives what is missing a value, and IF takes one of two by the value of the first", () => {
  const series = { a: [undefined, 0, 7] };
  expect(evaluate("FILL(a, 0)", series)).toEqual([0, 0, 7]);
  expect(evaluate("IF(a, a * 10, -1)", series)).toEqual([undefined, -1, 70]);
  expect(evaluate("IF(1 > 0, 5, a)", series)).toBe(5);
});

test("the alarm for a mapping that polls nothing rings where records come in and none are polled", () => {
  const text = "IF(incoming > 0 AND FILL(polled, 0) == 0, 1, 0)";
  expect(evaluate(text, { incoming: [5, 5, undefined], polled: [5, undefined, undefined] })).toEqual([0, 1, undefined]);
});

test.each([
  ["RATE(a)", 'The function RATE of 1 arguments in "RATE(a)" is not supported locally.'],
  ["FILL(a, REPEAT)", 'The expression "FILL(a, REPEAT)" has "REPEAT" where a value belongs.'],
  ["FILL(a, b)", 'FILL in "FILL(a, b)" takes a number here.'],
  ["1 +", 'The expression "1 +" has nothing where a value belongs.'],
  ["(1", 'The expression "(1" has nothing where ) belongs.'],
  ["1 2", 'The expression "1 2" has "2" behind the expression\'s end.'],
  ["a ^ 2", 'The expression "a ^ 2" has "^" that is no part of metric math here.'],
])("%s is refused by name", (text, message) => {
  expect(() => evaluate(text, { a: [1], b: [1] })).toThrow(message);
});

test("any text gives an expression or a CloudWatchError", () => {
  const parts = fc.constantFrom("1", "a", "IF", "FILL", "(", ")", ",", "+", "-", "AND", "==", " ", "é", ".5");
  const texts = fc.oneof(
    fc.string(),
    fc.array(parts).map((all) => all.join(" ")),
  );
  fc.assert(
    fc.property(texts, (text) => {
      try {
        parseExpression(text);
      } catch (error) {
        expect(error).toBeInstanceOf(CloudWatchError);
      }
    }),
  );
});

test("arithmetic agrees with JavaScript's, whatever the expression", () => {
  const { tree } = fc.letrec<{ tree: string }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4 },
      fc.integer({ min: 0, max: 99 }).map(String),
      fc.tuple(tie("tree"), fc.constantFrom("+", "-", "*"), tie("tree")).map(([a, op, b]) => `(${a} ${op} ${b})`),
      fc
        .tuple(tie("tree"), fc.constantFrom("+", "-", "*"), fc.integer({ min: 0, max: 9 }))
        .map(([a, op, b]) => `${a} ${op} ${b}`),
    ),
  }));
  fc.assert(
    fc.property(tree, (text) => {
      expect(evaluate(text)).toBeCloseTo(new Function(`return ${text};`)() as number, 5);
    }),
  );
});
