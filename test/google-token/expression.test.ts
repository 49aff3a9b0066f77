import fc from "fast-check";
import { checkProvider } from "../../local/google-token/exchange.ts";
import { ExpressionError, compileCondition, compileMapping } from "../../local/google-token/expression.ts";
import { ExtractTemplateError, extract } from "../../local/google-token/extract.ts";

const ARN = "arn:aws:sts::000000000000:assumed-role/writer/session";
const caller = new Map([
  ["assertion.arn", ARN],
  ["assertion.account", "000000000000"],
  ["attribute.aws_role", "writer"],
]);

describe("extract", () => {
  test.each([
    ["assumed-role/{role}/", "writer"],
    ["{account_arn}assumed-role/", "arn:aws:sts::000000000000:"],
    ["assumed-role/{rest}", "writer/session"],
    ["{all}", ARN],
    ["user/{name}", ""],
    ["assumed-role/{role}?", ""],
  ])("%s gives %j", (template, expected) => {
    expect(extract(ARN, template)).toBe(expected);
  });

  const plain = fc.string({ unit: fc.constantFrom("a", "b", "/", ":"), maxLength: 6 });

  test("finds what stands between a prefix and a suffix that occur nowhere else", () => {
    fc.assert(
      fc.property(plain, plain, plain, (before, inside, after) => {
        expect(extract(`${before}<${inside}>${after}`, "<{part}>")).toBe(inside);
      }),
    );
  });

  test("gives a piece of the text that lies after the first prefix and holds no suffix, or nothing", () => {
    fc.assert(
      fc.property(plain, plain, plain, (text, prefix, suffix) => {
        const found = extract(text, `${prefix}{part}${suffix}`);
        if (found !== "") expect(text).toContain(prefix + found + suffix);
        if (suffix !== "") expect(found).not.toContain(suffix);
        expect(found.length).toBeLessThanOrEqual(text.length);
      }),
    );
  });

  test("a template without exactly one name is refused", () => {
    for (const template of ["none", "{a}{b}", "{", "{}", "{a", "a}"]) {
      expect(() => extract(ARN, template)).toThrow(ExtractTemplateError);
    }
  });
});

describe("conditions", () => {
  test.each([
    ["attribute.aws_role in ['reader', 'writer']", true],
    ["attribute.aws_role in []", false],
    ['attribute.aws_role == "writer"', true],
    ["attribute.aws_role != 'writer'", false],
    ["assertion.account == '000000000000' && !(attribute.aws_role == 'reader')", true],
    ["attribute.aws_role == 'reader' || assertion.arn.startsWith('arn:aws:sts:')", true],
    ["assertion.arn.extract('assumed-role/{role}/') == 'it\\'s'", false],
    ["'a' == 'a' || 'a' == 'b' && 'a' == 'b'", true],
  ])("%s is %s", (source, expected) => {
    expect(compileCondition(source)(caller)).toBe(expected);
  });

  test.each([
    ["attribute.aws_role", "a condition gives true or false, and this gives a text: attribute.aws_role"],
    ["attribute.aws_role in 'writer'", "[ is needed, not 'writer'"],
    ["has(assertion.arn)", "neither a text nor assertion.…, attribute.… or google.…: has"],
    ["assertion.arn.matches('a')", "no method matches here"],
    ["assertion.arn ? 'a' : 'b'", "cannot read \" ? 'a' : 'b'\""],
    ["assertion.arn == 'a' 'b'", "unexpected 'b'"],
    ["'a' == '\\n'", "no escape \\n here"],
    ["assertion.arn == 'a' == 'a'", "unexpected =="],
    ["", "unexpected the end"],
  ])("%s is refused by name", (source, message) => {
    expect(() => compileCondition(source)).toThrow(ExpressionError);
    expect(() => compileCondition(source)).toThrow(message);
  });

  test("an attribute that the caller does not have is an error, not false", () => {
    expect(() => compileCondition("attribute.team == 'a'")(caller)).toThrow("the caller has no attribute.team");
  });

  test("any text is an expression or an ExpressionError", () => {
    const piece = fc.constantFrom(
      "assertion.arn",
      "'a'",
      "==",
      "in",
      "[",
      "]",
      "(",
      ")",
      "&&",
      "||",
      "!",
      ".extract('{a}')",
      ",",
      "?",
      "'",
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(piece).map((pieces) => pieces.join(" ")),
        ),
        (source) => {
          for (const compile of [compileCondition, compileMapping]) {
            try {
              compile(source)(caller);
            } catch (error) {
              expect(error).toBeInstanceOf(ExpressionError);
            }
          }
        },
      ),
      { numRuns: 1000 },
    );
  });
});

test("what the program declares can be applied, and what cannot is refused when it is declared", () => {
  const provider = { name: "p", awsAccountId: "000000000000", disabled: false, attributeCondition: undefined };
  const mapping = (expression: string) => ({ ...provider, attributeMapping: { "google.subject": expression } });
  expect(() => checkProvider(mapping("assertion.arn.extract('assumed-role/{role}/')"))).not.toThrow();
  expect(() => checkProvider(mapping("assertion.arn.extract('no name')"))).toThrow(
    "an extract template holds one {name}",
  );
  expect(() => checkProvider(mapping("assertion.arn.contains('x')"))).toThrow("a mapping gives a text");
});
