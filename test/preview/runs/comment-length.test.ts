import fc from "fast-check";
import { COMMENT_MARKER, MAX_COMMENT_CHARACTERS, renderMarkdown } from "../../../preview/markdown.ts";
import { previewWith } from "../preview-with.ts";

jest.setTimeout(120_000);

test("the comment is shorter than a comment may be, whatever the change", () => {
  const change = fc.tuple(
    fc.integer({ min: 0, max: 60 }),
    fc.oneof(
      fc.string({ unit: "binary", maxLength: 400 }),
      fc.constant("`".repeat(500)),
      fc.constant("|<@\n".repeat(200)),
    ),
    fc.integer({ min: 1, max: 60 }),
  );
  fc.assert(
    fc.property(change, ([count, value, environments]) => {
      const comment = renderMarkdown(previewWith(count, value, environments));
      expect(comment.length).toBeLessThan(MAX_COMMENT_CHARACTERS);
      expect(comment.startsWith(`${COMMENT_MARKER}\n`)).toBe(true);
      expect(comment.isWellFormed()).toBe(true);
    }),
    { numRuns: 15 },
  );
});
