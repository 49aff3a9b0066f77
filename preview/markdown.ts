/** A preview as a comment on a pull request: GitHub's Markdown, folded where it is long, under the length that a comment may have. Pure. */
import { markdownTable } from "../infra/config/markdown-table.ts";
import type { Block, Inline, ResourceItem } from "./page-blocks.ts";
import { type PageLimits, UNLIMITED, pageOf } from "./page.ts";
import type { Preview } from "./preview.ts";

/** First line of the comment, by which it is found and written over. */
export const COMMENT_MARKER = "<!-- sluice-preview -->";

/** GitHub refuses comments above 65,536 characters. */
export const MAX_COMMENT_CHARACTERS = 65_000;

/** From all to the least; the first that fits is taken. */
const LIMITS: readonly PageLimits[] = [
  UNLIMITED,
  { items: 200, resources: 100, properties: 40, characters: 400, environments: 100 },
  { items: 40, resources: 40, properties: 15, characters: 200, environments: 50 },
  { items: 20, resources: 15, properties: 8, characters: 100, environments: 20 },
  { items: 10, resources: 5, properties: 4, characters: 60, environments: 10 },
  { items: 5, resources: 3, properties: 2, characters: 40, environments: 5 },
];

const CUT =
  "\n\nThis preview was too long for a comment and is cut here. `sluice preview --format html` shows all of it.\n";

/** The comment, at most {@link MAX_COMMENT_CHARACTERS} long whatever the change. */
export function renderMarkdown(preview: Preview): string {
  for (const limits of LIMITS) {
    const blocks = pageOf(preview, limits).map(renderBlock);
    const note =
      limits === UNLIMITED ? [] : ["Shortened to fit a comment: `sluice preview --format html` shows all of it."];
    const text = `${[COMMENT_MARKER, ...blocks, ...note].join("\n\n")}\n`;
    if (text.length < MAX_COMMENT_CHARACTERS) return text;
  }
  return cutOff(pageOf(preview, LIMITS.at(-1)!).map(renderBlock));
}

/** Whole blocks as long as there is room. */
function cutOff(blocks: readonly string[]): string {
  let text = COMMENT_MARKER;
  for (const block of blocks) {
    if (text.length + block.length + 2 + CUT.length >= MAX_COMMENT_CHARACTERS) break;
    text += `\n\n${block}`;
  }
  return text + CUT;
}

function renderBlock(block: Block): string {
  switch (block.kind) {
    case "heading":
      return `${"#".repeat(block.level)} ${inline(block.text)}`;
    case "paragraph":
      return inline(block.text);
    case "list":
      return block.items.map((item) => `- ${inline(item)}`).join("\n");
    case "alert":
      return [
        `> [!${block.tone === "danger" ? "CAUTION" : "WARNING"}]`,
        `> **${block.title}**`,
        ">",
        ...block.items.map((item) => `> - ${inline(item)}`),
      ].join("\n");
    case "table":
      return table(block);
    case "resources":
      return [
        "<details>",
        `<summary>${escape(block.title)}</summary>`,
        "",
        ...block.items.flatMap(resource),
        "",
        "</details>",
      ].join("\n");
  }
}

function table({ head, align, rows }: Extract<Block, { kind: "table" }>): string {
  const [first, , ...rest] = markdownTable([head, ...rows.map((row) => row.map(inline))]).split("\n");
  return [first!, `|${align.map((side) => (side === "right" ? " ---: |" : " --- |")).join("")}`, ...rest].join("\n");
}

function resource({ text, lines }: ResourceItem): readonly string[] {
  return [`- ${inline(text)}`, ...lines.map((line) => `  - ${codeSpan(line)}`)];
}

function inline(text: Inline): string {
  return text
    .map((span) => {
      if (typeof span === "string") return escape(span);
      return "code" in span ? codeSpan(span.code) : `**${escape(span.strong)}**`;
    })
    .join("");
}

/** Text that Markdown leaves as it is: no markup, no mention of anybody, no line break. */
function escape(text: string): string {
  return oneLine(text)
    .replace(/[\\`*_{}[\]<>#|~$]/g, (character) =>
      character === "<" ? "&lt;" : character === ">" ? "&gt;" : `\\${character}`,
    )
    .replaceAll("@", "&#64;");
}

/** https://spec.commonmark.org/0.31.2/#code-spans: fenced by more backticks than it holds. */
function codeSpan(text: string): string {
  const line = oneLine(text);
  const longest = Math.max(0, ...[...line.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  const pad = longest > 0 || line.trim() === "" ? " " : "";
  return `${fence}${pad}${line}${pad}${fence}`;
}

function oneLine(text: string): string {
  return text.replace(/\s*[\r\n\u2028\u2029]+\s*/g, " ⏎ ");
}
