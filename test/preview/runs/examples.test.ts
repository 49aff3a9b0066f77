/**
 * Example changes and the comments that they are to have, as reviewed. Rewritten only when asked to, by
 * `UPDATE_EXPECTED=1 npm run test:preview -- examples`; what differs is to be read before it is committed.
 */
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { renderMarkdown } from "../../../preview/markdown.ts";
import { EXAMPLES, previewOfExample } from "./examples.ts";

jest.setTimeout(60_000);

const FOLDER = join(__dirname, "../examples");

test.each(Object.entries(EXAMPLES))("%s: the comment is the reviewed one", async (name, { stack }) => {
  const preview = { base: "main", head: `the change`, environments: [await previewOfExample(name)] };
  expect(preview.environments[0]!.stack).toBe(stack);
  const path = join(FOLDER, `${name}.md`);
  const comment = renderMarkdown(preview);
  if (process.env["UPDATE_EXPECTED"] === "1") {
    if (process.env["CI"] !== undefined) throw new Error("UPDATE_EXPECTED is not for CI");
    writeFileSync(path, comment);
  }
  expect(comment).toBe(readFileSync(path, "utf8"));
});

test("every reviewed comment has its example", () => {
  expect(readdirSync(FOLDER).sort()).toEqual(
    Object.keys(EXAMPLES)
      .map((name) => `${name}.md`)
      .sort(),
  );
});
