import { stripVTControlCharacters } from "node:util";
import { previewOf } from "../../preview/preview.ts";
import { MAX_COMMENT_CHARACTERS, renderMarkdown } from "../../preview/markdown.ts";
import { renderHtml } from "../../preview/html.ts";
import { renderJson } from "../../preview/json.ts";
import { renderTerminal } from "../../preview/terminal.ts";
import { previewWith } from "./preview-with.ts";
import { BUCKET, STREAM, TABLE, graph, resource } from "./support.ts";

describe("the comment", () => {
  test("keeps what loses data first when it is cut, and says that it is cut", () => {
    const comment = renderMarkdown(previewWith(300, "x".repeat(300)));
    expect(comment.length).toBeLessThan(MAX_COMMENT_CHARACTERS);
    expect(comment.indexOf("[!CAUTION]")).toBeLessThan(2500);
    expect(comment).toContain("`sluice preview --format html` shows all of it.");
  });

  test("what is declared is no markup, and mentions nobody", () => {
    const comment = renderMarkdown(previewWith(3, "@team <script> **x** [a](b)\n# h"));
    expect(comment).not.toMatch(/(?<!`[^`\n]*)@team/);
    expect(comment.replace(/`[^`\n]*`/g, "")).not.toMatch(/<script>|\*\*x\*\*|\[a\]\(b\)/);
    expect(comment).not.toMatch(/^# h/m);
  });

  test("a code span is fenced by more backticks than it holds", () => {
    const before = { graph: graph(resource(BUCKET, "b", { bucket: "a" })) };
    const after = { graph: graph(resource(BUCKET, "b", { bucket: "``" })) };
    const environments = [previewOf({ stack: "dev", before, after })];
    expect(renderMarkdown({ base: "a", head: "b", environments })).toContain(
      '``` bucket: "a" → "``" — replaces it ```',
    );
  });
});

describe("the HTML file", () => {
  const html = renderHtml(previewWith(5, '<script>alert("x")</script>'));

  test("is one file that loads nothing and runs nothing", () => {
    expect(html).not.toMatch(/<script|<link|<img|<iframe|url\(|@import|\son\w+=/i);
    expect(html).toContain("default-src 'none'");
  });

  test("draws each resource once, in the colour of what happens to it", () => {
    expect(html.match(/<svg /g)).toHaveLength(1);
    expect(html.match(/<rect /g)).toHaveLength(5);
    expect(html).toContain('<g class="replaced">');
  });

  test("a graph of nothing is drawn as nothing", () => {
    const before = { graph: graph(resource(BUCKET, "b", { bucket: "a" })) };
    const environments = [previewOf({ stack: "dev", before, after: { graph: graph() } })];
    expect(renderHtml({ base: "a", head: "b", environments })).not.toContain("NaN");
    expect(renderHtml({ base: "a", head: "b", environments })).not.toContain("Infinity");
  });
});

describe("the terminal", () => {
  const preview = previewWith(3, "\u001b[31mred\u0007");

  test("without colours there is no control character but line breaks", () => {
    expect(renderTerminal(preview, { colours: false })).not.toMatch(/[^\P{Cc}\n]/u);
  });

  test("with colours it says the same, and what is declared adds none", () => {
    const coloured = renderTerminal(preview, { colours: true });
    expect(stripVTControlCharacters(coloured)).toBe(renderTerminal(preview, { colours: false }));
    expect(coloured).toContain("\u001b[31mLOSES DATA\u001b[39m");
    expect(coloured).not.toContain("\u0007");
  });
});

test("the table at the head counts what is lost, what is refused and what may be lost, in every format that has one", () => {
  const side = (suffix: string) => ({
    graph: graph(
      resource(STREAM, "log", { name: `log-${suffix}` }),
      ...["a", "b"].map((name) => resource(BUCKET, name, { bucket: `${name}-${suffix}` })),
      resource(STREAM, "other", { invented: suffix }),
    ),
  });
  const environments = [previewOf({ stack: "dev", before: side("1"), after: side("2") })];
  const preview = { base: "a", head: "b", environments };
  const word = "1 lost, 2 refused, 1 may be lost";
  expect(renderMarkdown(preview)).toContain(`**${word}**`);
  expect(renderTerminal(preview, { colours: false })).toContain(word);
  expect(renderHtml(preview)).toContain(`<strong>${word}</strong>`);
});

test("tables of one family that get another name are one line, and one of another family is another", () => {
  const side = (prefix: string) => ({
    graph: graph(
      ..."0123456789abcdef"
        .split("")
        .map((digit) => resource(TABLE, `warehouse-data-${digit}`, { tableId: `${prefix}_${digit}` })),
      resource(TABLE, "warehouse-ids", { tableId: `${prefix}_ids` }),
    ),
  });
  const environments = [previewOf({ stack: "dev", before: side("log"), after: side("event") })];
  const lines = renderMarkdown({ base: "a", head: "b", environments }).split("\n");
  expect(lines.slice(lines.indexOf("<summary>Replaced: 17</summary>")).filter((line) => /^ *-/.test(line))).toEqual([
    "- `warehouse-data-0 … warehouse-data-f (16)` gcp:bigquery/table:Table (the new one comes first)",
    '  - `tableId: "log_*" → "event_*" — replaces it`',
    "- `warehouse-ids` gcp:bigquery/table:Table (the new one comes first)",
    '  - `tableId: "log_ids" → "event_ids" — replaces it`',
  ]);
});

test("the JSON form has a version, and is the same as the preview", () => {
  const preview = previewWith(2, "x");
  const json = JSON.parse(renderJson(preview)) as Record<string, unknown>;
  expect(json).toMatchObject({ version: 1, base: "main", head: "the change", losesData: true, violatesPolicy: true });
  expect((json["environments"] as { counts: object }[])[0]!.counts).toEqual({
    added: 0,
    changed: 0,
    replaced: 2,
    deleted: 0,
  });
});
