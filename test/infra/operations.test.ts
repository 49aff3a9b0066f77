import { readFileSync } from "node:fs";
import { settings } from "../../infra/config/table.ts";

const MANUAL = readFileSync("docs/operations.md", "utf8");
const { outputs } = JSON.parse(readFileSync("test/infra/expected/production.json", "utf8")) as {
  outputs: Record<string, unknown>;
};

describe("the operations manual", () => {
  test.each([
    "Pause and resume a backend",
    "A backend outage",
    "A flood of bad records",
    "A throttled stream",
    "Re-creating a stream",
    "Rolling back a function",
    "Tearing down",
  ])("has a runbook: %s", (title) => {
    expect(MANUAL).toContain(`\n## ${title}\n`);
  });

  test("names only settings and stack outputs that there are", () => {
    const known = new Set([...settings().flatMap(({ key }) => [key, key.split(".").at(-1)!]), ...Object.keys(outputs)]);
    const named = [...MANUAL.matchAll(/`([a-z]+[A-Z][A-Za-z]*|[a-z]\w*(?:\.\w+)+)(?:: \w+)?`/g)].map(
      ([, name]) => name!,
    );
    expect(named).toContain("toleratedOutageHours");
    expect(named.filter((name) => !known.has(name))).toEqual([]);
  });

  test("finds a mapping's id where the outputs have it", () => {
    expect(MANUAL).toContain("jq -r .mappings.BACKEND");
    expect(Object.keys(outputs["mappings"] as object)).toEqual(["archive", "warehouse"]);
  });
});
