import { readFailure } from "../../cli/preview/program-error.ts";
import { failureLines } from "../../cli/preview/verdict.ts";
import { ConfigError } from "../../infra/config/error.ts";
import { failedPreview, losesData, previewOf } from "../../preview/preview.ts";
import { renderHtml } from "../../preview/html.ts";
import { renderJson } from "../../preview/json.ts";
import { renderMarkdown } from "../../preview/markdown.ts";
import { renderTerminal } from "../../preview/terminal.ts";
import { STREAM, graph, resource } from "./support.ts";

const problem = (backend: string) => ({
  field: `sluice:backends.${backend}.reservedConcurrency`,
  value: "16",
  rule: "24 shards × parallelizationFactor 1 need 24",
  fix: "set reservedConcurrency to at least 24, or leave it out",
});
const refused = new ConfigError('The configuration of stack "production"', [problem("archive"), problem("warehouse")]);
/** As the SDK's runner writes it: coloured, with the call stack and the error's own fields. */
const SAID = [
  "Running program '/project/infra/index.ts' failed with an unhandled exception:",
  String(refused),
  "    at resolveConfig \u001b[90m(file:///project/\u001b[39minfra/config/resolve.ts:99:29\u001b[90m)\u001b[39m",
  "    at Stack.initialize (/project/node_modules/\u001b[4m@pulumi/runtime\u001b[24m/stack.ts:79:28) {",
  "  problems: [",
  "    {",
].join("\n");

describe("what a program that fails says", () => {
  test("of a refused configuration the problems alone are said, each with its rule and cure", () => {
    const { hint, failure } = readFailure(SAID);
    expect(hint).toBe(refused.message);
    expect(failure).toEqual({
      problems: ["archive", "warehouse"].map((backend) => ({
        where: problem(backend).field,
        what: `value: 16; rule: ${problem(backend).rule}; fix: ${problem(backend).fix}`,
      })),
    });
  });

  test("every problem is said, however many there are", () => {
    const many = Array.from({ length: 30 }, (_, index) => problem(String(index)));
    const { hint, failure } = readFailure(`${String(new ConfigError("It", many))}\n    at x (y.ts:1:1)`);
    expect(failure.problems).toHaveLength(30);
    expect(hint.match(/fix: /g)).toHaveLength(30);
  });

  test("a stack file that cannot be read is named", () => {
    const notYaml = { field: "file", value: "(not YAML)", rule: "no end", fix: "correct the line" };
    expect(readFailure(String(new ConfigError("Pulumi.dev.yaml", [notYaml]))).failure.problems).toEqual([
      { where: "Pulumi.dev.yaml", what: "value: (not YAML); rule: no end; fix: correct the line" },
    ]);
  });

  test("of any other error message and stack are said, without escapes", () => {
    const said =
      "Running program 'a.ts' failed with an unhandled exception:\nError: broken\n    at \u001b[90mx (a.ts:1:1)\u001b[39m";
    expect(readFailure(said)).toEqual({
      hint: "Running program 'a.ts' failed with an unhandled exception:\nError: broken\n    at x (a.ts:1:1)",
      failure: {
        problems: [{ what: "Error: broken" }],
        trace: "Running program 'a.ts' failed with an unhandled exception:\nError: broken\n    at x (a.ts:1:1)",
      },
    });
  });
});

describe("an environment that cannot be deployed", () => {
  const stream = (shardCount: number) => ({ graph: graph(resource(STREAM, "log", { shardCount })) });
  const preview = {
    base: "main",
    head: "the change",
    environments: [
      previewOf({ stack: "dev", before: stream(1), after: stream(2) }),
      failedPreview("production", stream(8), readFailure(SAID).failure),
      failedPreview("test", undefined, readFailure("Error: broken\n    at x (a.ts:1:1)").failure),
    ],
  };

  test("comes first in the comment, in red, and the others are shown", () => {
    const comment = renderMarkdown(preview);
    expect(comment).toMatch(/\| `dev` .*\| kept /);
    expect(comment).toMatch(/\| `production` .*\| \*\*not deployable\*\* +\| – +\|/);
    expect(comment.indexOf("### production")).toBeLessThan(comment.indexOf("### dev"));
    expect(comment).toContain(
      [
        "### production",
        "",
        "> [!CAUTION]",
        "> **Cannot be deployed**",
        ">",
        "> - **sluice:backends.archive.reservedConcurrency**: value: 16; rule: 24 shards × parallelizationFactor 1 need 24; fix: set reservedConcurrency to at least 24, or leave it out",
      ].join("\n"),
    );
    expect(comment).toContain("> - Error: broken");
  });

  test("is said in every format, and nothing is lost by it", () => {
    expect(renderTerminal(preview, { colours: false })).toContain("CANNOT BE DEPLOYED");
    expect(renderHtml(preview)).toContain("<strong>Cannot be deployed</strong>");
    const { environments } = JSON.parse(renderJson(preview)) as { environments: Record<string, unknown>[] };
    expect(environments.map(({ failure }) => failure)).toEqual([
      undefined,
      readFailure(SAID).failure,
      preview.environments[2]!.failure,
    ]);
    expect(losesData(preview)).toBe(false);
  });

  test("is named in the last lines, with the call stack only where the program fails", () => {
    expect(failureLines(preview)).toEqual([
      "sluice: production cannot be deployed: 2 problems of its configuration\n",
      "sluice: test cannot be deployed: its program fails\n  Error: broken\n      at x (a.ts:1:1)\n",
    ]);
  });
});
