import fc from "fast-check";
import { allReferences, mapTexts, reference, referencesIn, template } from "../../cli/terraform/references.ts";

/**
 * What Terraform makes of a template, by its own rules: `$${` and `%%{` are `${` and `%{`, `${"…"}` is a text, any other
 * interpolation is given here. test/terraform/provider holds the same against Terraform itself.
 */
function evaluate(text: string, values: Readonly<Record<string, string>>): string {
  const parts = /\$\$\{|%%\{|\$\{"([^"]*)"\}|\$\{([^}]*)\}|%\{/g;
  return text.replaceAll(parts, (whole, quoted: string | undefined, name: string | undefined) => {
    if (whole === "%{") throw new Error("a directive");
    return quoted ?? (name === undefined ? whole.slice(1) : values[name]!);
  });
}

const literal = fc.string({ unit: fc.constantFrom("$", "%", "{", "}", '"', "\\", "a", "é", "\n") });

test("a template says what the program meant, whatever stands around its references", () => {
  const part = fc.oneof(literal, fc.constantFrom("aws_sns_topic.a.arn", "aws_sns_topic.b.arn").map(reference));
  fc.assert(
    fc.property(fc.array(part), (parts) => {
      const text = parts.join("");
      const meant = text.replaceAll(/[\u{e000}\u{e001}]/gu, "|");
      const values = { "aws_sns_topic.a.arn": "|aws_sns_topic.a.arn|", "aws_sns_topic.b.arn": "|aws_sns_topic.b.arn|" };
      expect(evaluate(template(text), values)).toBe(meant);
    }),
  );
});

test.each([
  [reference("aws_sns_topic.a.arn"), "${aws_sns_topic.a.arn}"],
  [`${reference("aws_s3_bucket.a.arn")}/logs/*`, "${aws_s3_bucket.a.arn}/logs/*"],
  ["${aws:username}", "$${aws:username}"],
  ["%{if}", "%%{if}"],
  ["$5 and 10 %", "$5 and 10 %"],
  [`$$${reference("var.price")}$`, '${"$$"}${var.price}$'],
])("%j is %s", (text, expected) => {
  expect(template(text)).toBe(expected);
});

test("references outlive being encoded as JSON, and are found in order", () => {
  const policy = JSON.stringify({
    Resource: [reference("aws_s3_bucket.a.arn"), `${reference("aws_s3_bucket.b.arn")}/*`],
  });
  expect(referencesIn(policy)).toEqual(["aws_s3_bucket.a.arn", "aws_s3_bucket.b.arn"]);
  expect(template(policy)).toBe('{"Resource":["${aws_s3_bucket.a.arn}","${aws_s3_bucket.b.arn}/*"]}');
  expect(allReferences({ deep: [{ policy }, 1, null] })).toEqual(["aws_s3_bucket.a.arn", "aws_s3_bucket.b.arn"]);
});

test("a text that holds one of the two marks alone is refused", () => {
  expect(() => template("a\u{e000}b")).toThrow("a text holds U+E000 or U+E001, which the export keeps for itself");
  expect(() => template("a\u{e001}b")).toThrow("U+E000");
});

test("keys of maps are templates too", () => {
  expect(mapTexts({ "${a}": ["%{b}", 1, true, null] }, template)).toEqual({ "$${a}": ["%%{b}", 1, true, null] });
});
