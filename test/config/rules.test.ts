import { resolveConfig } from "../../infra/config/resolve.ts";
import { RULES } from "../../infra/config/rules/index.ts";
import { BACKEND_VIOLATIONS } from "./backend-violations.ts";
import { OTHER_VIOLATIONS } from "./other-violations.ts";
import { SHORTEST, type Settings, backendsWith, configErrorOf, problemsOf, rawConfig, resolve } from "./support.ts";

const VIOLATIONS = { ...BACKEND_VIOLATIONS, ...OTHER_VIOLATIONS };

describe.each(Object.entries(VIOLATIONS))("%s", (_text, violations) => {
  test.each(violations)("refuses $fact, and says nothing else", ({ settings, stack, problems }) => {
    expect(problemsOf(settings, stack)).toEqual(problems);
  });
});

test("each documented rule has an example here that violates it", () => {
  const texts = RULES.map((rule) => rule.text);
  const uncovered = texts.filter((text) => !Object.keys(VIOLATIONS).some((start) => text.startsWith(start)));
  expect(uncovered).toEqual([]);
  expect(texts).toHaveLength(Object.keys(VIOLATIONS).length);
});

describe("what the rules allow", () => {
  test("a backend's folder is asked for by name", () => {
    const asked: string[] = [];
    const error = configErrorOf(() =>
      resolveConfig(rawConfig(SHORTEST), { hasFunction: (name) => (asked.push(name), name === "archive") }),
    );
    expect(asked).toEqual(["archive", "warehouse"]);
    expect(error.problems).toEqual([
      {
        field: "sluice:backends.warehouse",
        value: '"warehouse"',
        rule: "a backend's code is in functions/warehouse/, and there is no such folder",
        fix: "make functions/warehouse/ with a handler, or remove the entry",
      },
    ]);
  });

  test("fan-out follows its switches: created without, switched on, switched off, switched on", () => {
    const times = ["2026-11-01T00:00:00Z", "2026-11-02T00:00:00Z", "2026-11-03T00:00:00Z"];
    for (const count of [0, 1, 2, 3]) {
      const fanOut = count % 2 === 1;
      const config = resolve(backendsWith({ fanOut, fanOutSwitches: times.slice(0, count) }));
      expect(config.backends.map((backend) => [backend.fanOut, backend.fanOutSwitches.length])).toEqual([
        [fanOut, count],
        [fanOut, count],
      ]);
    }
  });

  test("a third backend without grants needs nothing but its entry", () => {
    const { backends } = resolve({ backends: { ...(SHORTEST["backends"] as Settings), "third-one": {} } });
    expect(backends.map((backend) => backend.name)).toEqual(["archive", "third-one", "warehouse"]);
    expect(backends[1]).toMatchObject({ grants: [], bisectOnError: true });
  });

  test("a rule is silent where one of its fields has a problem of its own", () => {
    const problems = problemsOf({
      stream: { retentionHours: 23 },
      toleratedOutageHours: 100,
      warehouse: { recentDays: 0, partitionExpiryDays: 2 },
    });
    expect(problems.map((problem) => problem.field)).toEqual([
      "sluice:stream.retentionHours",
      "sluice:warehouse.recentDays",
    ]);
  });
});
