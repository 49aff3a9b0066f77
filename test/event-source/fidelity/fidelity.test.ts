import { readFileSync } from "node:fs";
import { join } from "node:path";
import { SOURCES } from "./behaviour.ts";
import { SECTIONS, withBehaviours } from "./page.ts";
import { testTitles } from "./titles.ts";

const BEHAVIOURS = SECTIONS.flatMap(({ behaviours }) => behaviours);
const TESTS = join(__dirname, "../..");

test("every behaviour names a page of the documentation and a test, and every test named is there under that title", () => {
  const titles = new Map<string, ReadonlySet<string>>();
  const missing: string[] = [];
  for (const { documented, sources, shownBy } of BEHAVIOURS) {
    if (sources.length === 0 || Object.keys(shownBy).length === 0) missing.push(documented);
    for (const [file, named] of Object.entries(shownBy)) {
      const known = titles.get(file) ?? testTitles(readFileSync(join(TESTS, file), "utf8"));
      titles.set(file, known);
      for (const title of named) if (!known.has(title)) missing.push(`${file}: ${title}`);
    }
  }
  expect(missing).toEqual([]);
});

test("every page is named by a behaviour, and no behaviour is there twice", () => {
  const named = new Set(BEHAVIOURS.flatMap(({ sources }) => sources));
  expect([...named].sort()).toEqual(Object.keys(SOURCES).sort());
  expect(new Set(BEHAVIOURS.map(({ documented }) => documented)).size).toBe(BEHAVIOURS.length);
});

test("docs/local-cloud.md has the list as it is written: node test/event-source/fidelity/write-docs.ts", () => {
  const page = readFileSync(join(TESTS, "../docs/local-cloud.md"), "utf8");
  expect(withBehaviours(page)).toBe(page);
  expect(() => withBehaviours("# The local cloud\n")).toThrow("docs/local-cloud.md has no place for the list");
});

test("a file's titles are its tests' with their groups', tests of a table included", () => {
  const source = [
    'describe("a lane", () => {',
    '  test("waits", () => {',
    "    work();",
    "  });",
    "",
    "  test.each([",
    '    ["once", 1],',
    '  ])("waits %s", (_, count) => {',
    "});",
    'test("alone", async () => {',
    "test.each([",
    "  [1],",
    '] as const)("%j is one", (value) => {',
  ];
  expect([...testTitles(source.join("\n"))]).toEqual(["a lane waits", "a lane waits %s", "alone", "%j is one"]);
});
