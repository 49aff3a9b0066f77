import { execFileSync } from "node:child_process";
import { join } from "node:path";

const HANDED_IN = "Time is an argument: take a Clock or Random of contract/clock.ts instead.";

interface Snippet {
  readonly filePath: string;
  readonly code: string;
  /** What lint says of it, in part; none for nothing. */
  readonly says: readonly string[];
}

const importing = (from: string, path: string) => ({ filePath: `${from}/probe.ts`, code: `import "../${path}";` });
const no = (from: string, to: string) => [`${from} may not import ${to}: see docs/architecture.md.`];

const SNIPPETS: Snippet[] = [
  { ...importing("functions", "contract/keys.ts"), says: [] },
  { ...importing("functions", "model/stream/types.ts"), says: no("functions", "model") },
  { filePath: "functions/scaler/probe.ts", code: 'import "../../model/random.ts";', says: [] },
  {
    filePath: "functions/scaler/probe.ts",
    code: 'import "../../infra/names.ts";',
    says: no("functions/scaler", "infra"),
  },
  { ...importing("functions", "infra/names.ts"), says: no("functions", "infra") },
  { ...importing("model", "infra/names.ts"), says: no("model", "infra") },
  { ...importing("contract", "model/stream/types.ts"), says: no("contract", "model") },
  { ...importing("infra", "local/listen.ts"), says: no("infra", "local") },
  { ...importing("infra", "functions/archive/handler.ts"), says: no("infra", "functions") },
  { ...importing("local", "infra/names.ts"), says: [] },
  { ...importing("local", "functions/archive/handler.ts"), says: no("local", "functions") },
  { ...importing("local", "cli/errors.ts"), says: no("local", "cli") },
  { ...importing("preview", "local/graph.ts"), says: [] },
  { ...importing("preview", "cli/errors.ts"), says: no("preview", "cli") },
  { ...importing("cli", "preview/preview.ts"), says: [] },
  { ...importing("local", "preview/preview.ts"), says: no("local", "preview") },
  { ...importing("cli", "local/listen.ts"), says: [] },
  { ...importing("cli", "test/support/manual-clock.ts"), says: no("cli", "test") },
  { ...importing("test", "cli/errors.ts"), says: [] },
  { filePath: "test/infra/probe.ts", code: 'import "../support/manual-clock.ts";', says: [] },
  { filePath: "model/probe.ts", code: 'await import("../local/listen.ts");', says: no("model", "local") },
  { filePath: "model/probe.ts", code: 'export * from "../local/listen.ts";', says: no("model", "local") },
  { filePath: "infra/probe.ts", code: 'import "@pulumi/pulumi"; import "node:fs";', says: [] },
  { filePath: "local/probe.ts", code: "Date.now(); new Date();", says: [HANDED_IN, HANDED_IN] },
  { filePath: "local/probe.ts", code: "setTimeout(() => {}, 1); Math.random();", says: [HANDED_IN, HANDED_IN] },
  { filePath: "simulation/probe.ts", code: "performance.now();", says: [HANDED_IN] },
  { filePath: "model/probe.ts", code: 'import { systemClock } from "../contract/clock.ts";', says: [HANDED_IN] },
  { filePath: "model/probe.ts", code: 'import type { Clock } from "../contract/clock.ts"; new Date(0);', says: [] },
  { filePath: "functions/archive/handler.ts", code: "Date.now();", says: [] },
  { filePath: "cli/probe.ts", code: "Date.now();", says: [] },
];

test("each room imports what it may and nothing else, and time is handed in", () => {
  const said = JSON.parse(
    execFileSync(process.execPath, [join(__dirname, "lint-snippets.mjs")], {
      input: JSON.stringify(SNIPPETS),
      encoding: "utf8",
    }),
  ) as string[][];
  expect(said).toHaveLength(SNIPPETS.length);
  SNIPPETS.forEach(({ filePath, code, says }, index) => {
    const expected = says.map((part) => expect.stringContaining(part) as string);
    expect({ filePath, code, says: said[index] }).toEqual({ filePath, code, says: expected });
  });
});
