import { join, normalize, sep } from "node:path";
import fc from "fast-check";
import { keySegments } from "../../local/s3/key-path.ts";
import { S3Error } from "../../local/s3/errors.ts";
import { listPage } from "../../local/s3/list-objects.ts";

const key = fc.oneof(
  fc.string({ unit: "binary", maxLength: 60 }),
  fc.array(fc.constantFrom("a", "b", "..", ".", "", "logs", "%2e", "\\", "\0")).map((parts) => parts.join("/")),
);

test("a key is a path inside its folder and comes back from it, or is an S3Error", () => {
  fc.assert(
    fc.property(key, (text) => {
      let segments: readonly string[];
      try {
        segments = keySegments(text);
      } catch (error) {
        expect(error).toBeInstanceOf(S3Error);
        return;
      }
      const path = join("/srv/bucket", ...segments);
      expect(path.startsWith("/srv/bucket/")).toBe(true);
      expect(normalize(path)).toBe(path);
      expect(path.slice("/srv/bucket/".length).split(sep).join("/")).toBe(text);
    }),
    { numRuns: 1000 },
  );
});

test("the keys of the pipeline are paths", () => {
  const archive =
    "logs/dt=2026-01-01/hour=00/7-49590338271490256608559692538361571095921575989136588898-4959-12.ndjson.gz";
  expect(keySegments(archive).join("/")).toBe(archive);
  expect(keySegments("aws/lambda/0b1c/shardId-000000000007/2026/01/01/a b.json")).toHaveLength(8);
});

test("pages of any size give every key once, in order, and each common prefix once", () => {
  const keys = fc.uniqueArray(
    fc.string({ unit: fc.constantFrom("a", "b", "/", "é", "\u{1F600}"), minLength: 1, maxLength: 5 }),
  );
  fc.assert(
    fc.property(
      keys,
      fc.integer({ min: 1, max: 4 }),
      fc.constantFrom("", "a", "a/"),
      fc.constantFrom("", "/"),
      (all, maxKeys, prefix, delimiter) => {
        const sorted = all
          .map((text) => Buffer.from(text))
          .sort((a, b) => Buffer.compare(a, b))
          .map(String);
        const listed: string[] = [];
        const rolled: string[] = [];
        let after: string | undefined = "";
        while (after !== undefined) {
          const page = listPage(sorted, { prefix, delimiter, after, maxKeys });
          expect(page.keys.length + page.commonPrefixes.length).toBeLessThanOrEqual(maxKeys);
          listed.push(...page.keys);
          rolled.push(...page.commonPrefixes);
          after = page.next;
        }
        const matching = sorted.filter((text) => text.startsWith(prefix));
        const isRolled = (text: string) => delimiter !== "" && text.includes(delimiter, prefix.length);
        const upTo = (text: string) => text.slice(0, text.indexOf(delimiter, prefix.length) + 1);
        expect(listed).toEqual(matching.filter((text) => !isRolled(text)));
        expect(rolled).toEqual([...new Set(matching.filter(isRolled).map(upTo))]);
      },
    ),
  );
});
