import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { withResult } from "../../bench/fuzz/result.ts";
import type { FuzzResult } from "../../bench/fuzz/result.ts";
import { CLASSES } from "./classes.ts";
import { withClasses } from "./page.ts";

const ROOT = join(__dirname, "../..");
const page = readFileSync(join(ROOT, "docs/hostile-input.md"), "utf8");

test("docs/hostile-input.md has the classes as the tests have them: node test/hostile/write-docs.ts", () => {
  expect(withClasses(page)).toBe(page);
  expect(() => withClasses("# Hostile input\n")).toThrow("docs/hostile-input.md has no place for the list of classes");
});

test("docs/hostile-input.md has the published fuzzing run: npm run bench -- fuzz --publish", () => {
  const result = JSON.parse(readFileSync(join(ROOT, "bench/published/fuzz.json"), "utf8")) as FuzzResult;
  expect(withResult(page, result)).toBe(page);
  expect(() => withResult("# Hostile input\n", result)).toThrow("docs/hostile-input.md has no place for the result");
});

test("no class is there twice, and every test that the page names is there", () => {
  const titles = CLASSES.flatMap(({ classes }) => classes.map(({ title }) => title));
  expect(new Set(titles).size).toBe(titles.length);
  const named = [...page.matchAll(/`(test\/[\w./-]+\.test\.ts)`/g)].map(([, file]) => file!);
  expect(named.filter((file) => !existsSync(join(ROOT, file)))).toEqual([]);
});
