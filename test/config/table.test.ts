import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readStackFile } from "../../infra/config/stack-file.ts";
import { configurationPage, configurationTable, settings, withSettings } from "../../infra/config/table.ts";
import { resolveConfig } from "../../infra/config/resolve.ts";
import { ALL_FUNCTIONS } from "./support.ts";

test("docs/configuration.md is what the validator writes: node infra/config/write-docs.ts", () => {
  expect(readFileSync(join(__dirname, "../../docs/configuration.md"), "utf8")).toBe(configurationPage());
});

test("the README's table of settings is what the validator says", () => {
  const readme = readFileSync(join(__dirname, "../../README.md"), "utf8");
  expect(withSettings(readme)).toBe(readme);
  expect(() => withSettings("# Sluice\n")).toThrow("README.md has no place for the table of settings");
});

test("the table has a row for each setting, and five columns", () => {
  const [head, line, ...rows] = configurationTable().split("\n");
  expect(head!.split("|").map((cell) => cell.trim())).toEqual([
    "",
    "setting",
    "type",
    "default",
    "rule",
    "meaning",
    "",
  ]);
  expect(line).toMatch(/^\|(?: -+ \|){5}$/);
  expect(rows.map((row) => row.split("|")[1]!.trim())).toEqual(settings().map((setting) => `\`${setting.key}\``));
});

test("every setting says what it is for, and what it takes", () => {
  for (const setting of settings()) {
    expect(setting.meaning).toMatch(/\.$/);
    expect(setting.rule.length).toBeGreaterThan(0);
    expect(setting.default.length).toBeGreaterThan(0);
  }
});

test("the page's shortest file resolves", () => {
  const [, yaml] = /```yaml\n([\s\S]*?)```/.exec(configurationPage())!;
  const { values } = readStackFile(yaml!, { name: "docs" });
  expect(resolveConfig({ project: "sluice", stack: "dev", values }, ALL_FUNCTIONS).backends).toHaveLength(2);
});
