import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DEFECTS } from "../../simulation/defects/catalogue.ts";
import { INVARIANTS } from "../../simulation/world/violations.ts";

const DOCUMENT = readFileSync("docs/simulation.md", "utf8");

/** Rows of the document's tables, cells without padding. */
const ROWS = DOCUMENT.split("\n")
  .filter((line) => line.startsWith("|"))
  .map((line) =>
    line
      .slice(1, -1)
      .split("|")
      .map((cell) => cell.trim()),
  );

test("there are at least 20 planted defects, each with a name of its own", () => {
  expect(DEFECTS.length).toBeGreaterThanOrEqual(20);
  expect(new Set(DEFECTS.map(({ name }) => name)).size).toBe(DEFECTS.length);
});

test.each(DEFECTS)("$name stands exactly once in $file", ({ file, find, replace }) => {
  expect(readFileSync(file, "utf8").split(find)).toHaveLength(2);
  expect(replace).not.toBe(find);
});

test("the document lists every planted defect, and no other", () => {
  const expected = DEFECTS.map(({ name, what, file, by }) => [`\`${name}\``, what, `\`${file}\``, `\`${by}\``]);
  expect(ROWS.filter((cells) => cells.length === 4 && cells[2]!.endsWith(".ts`"))).toEqual(expected);
});

test("the document lists every invariant, and no other", () => {
  const expected = Object.entries(INVARIANTS).map(([name, text]) => [`\`${name}\``, text]);
  expect(ROWS.filter((cells) => cells.length === 2 && cells[0]!.startsWith("`"))).toEqual(expected);
});

test("planted defects are found by the invariants that must find them", () => {
  const names = ["one-too-far", "checkpoint-one-too-far"];
  const command = [join(process.cwd(), "bin", "simulate.mjs"), "--defects", names.join(","), "--json"];
  const results = JSON.parse(execFileSync(process.execPath, command, { encoding: "utf8" })) as object[];
  expect(results).toEqual([
    { name: "one-too-far", seed: 0, caughtBy: expect.arrayContaining(["acknowledged"]) as string[] },
    { name: "checkpoint-one-too-far", seed: 0, caughtBy: expect.arrayContaining(["order"]) as string[] },
  ]);
});
