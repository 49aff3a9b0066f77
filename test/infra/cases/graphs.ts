import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { INVARIANTS } from "../invariants/index.ts";
import { renderGraph } from "../support/render-graph.ts";
import type { Json } from "../support/render-graph.ts";
import { STACKS, declared, expectedPath, graphOf } from "../support/stacks.ts";

/**
 * Writes a reviewed graph, only when asked to by `UPDATE_EXPECTED=1 npm test -- test/infra/program`; its difference is to be read
 * before it is committed. A CI run never writes what it is judged by.
 */
function writeExpected(stack: string, rendered: Json): void {
  if (process.env["CI"] !== undefined) throw new Error("UPDATE_EXPECTED is not for CI");
  const path = expectedPath(stack);
  writeFileSync(path, JSON.stringify(rendered));
  execFileSync(process.execPath, ["bin/run.mjs", "prettier", "--write", path]);
}

/** The declared stacks: as reviewed, and sound. */
export function describeGraphs(): void {
  describe.each(STACKS)("stack %s", (stack) => {
    const run = declared(stack);

    test("declares exactly the reviewed graph", async () => {
      const rendered = renderGraph((await run).graph);
      if (process.env["UPDATE_EXPECTED"] === "1") writeExpected(stack, rendered);
      expect(rendered).toEqual(JSON.parse(readFileSync(expectedPath(stack), "utf8")));
    });

    test.each(Object.keys(INVARIANTS))("%s", async (title) => {
      expect(INVARIANTS[title]!(await run)).toEqual([]);
    });

    test("is the same when run again, in a preview too", async () => {
      const first = JSON.stringify((await run).graph);
      expect(JSON.stringify((await graphOf(stack)).graph)).toBe(first);
      expect(renderGraph((await graphOf(stack, { mode: "preview" })).graph)).toEqual(renderGraph((await run).graph));
    });
  });
}
