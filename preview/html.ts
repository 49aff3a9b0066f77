/** A preview as one file that needs no other: the page, and each environment's resource graph. Pure. */
import { graphSvg } from "./graph-svg.ts";
import { escapeHtml } from "./html-text.ts";
import type { Block, Inline } from "./page-blocks.ts";
import { pageOf } from "./page.ts";
import type { Preview } from "./preview.ts";

const STYLE = `
:root { color-scheme: light dark; --line: #8886; --red: #c62828; --amber: #b26a00; --green: #2e7d32; --blue: #1565c0; }
@media (prefers-color-scheme: dark) { :root { --red: #ff8a80; --amber: #ffcc80; --green: #a5d6a7; --blue: #90caf9; } }
body { font: 15px/1.5 system-ui, sans-serif; overflow-wrap: anywhere; max-width: 72rem; margin: 2rem auto; padding: 0 1rem; }
code { font: 13px ui-monospace, monospace; }
table { overflow-wrap: normal; border-collapse: collapse; margin: 1rem 0; }
.wide { overflow-x: auto; }
th, td { border: 1px solid var(--line); padding: .25rem .6rem; text-align: left; }
.right { text-align: right; font-variant-numeric: tabular-nums; }
.danger, .warning { border-left: 4px solid var(--red); padding: .1rem 1rem; margin: 1rem 0; }
.danger strong:first-child { color: var(--red); }
.warning { border-color: var(--amber); }
.graph { overflow: auto; border: 1px solid var(--line); margin: 1rem 0; }
svg text { font: 12px system-ui, sans-serif; fill: currentColor; }
svg .type { font-size: 10.5px; opacity: .7; }
svg rect { fill: transparent; stroke: var(--line); stroke-width: 1.5; }
svg .edge { fill: none; stroke: var(--line); }
svg .added rect { stroke: var(--green); }
svg .changed rect { stroke: var(--blue); }
svg .replaced rect, svg .deleted rect { stroke: var(--red); stroke-width: 2.5; }
svg .deleted rect { stroke-dasharray: 5 4; }
`;

/** The whole file. It loads nothing and runs nothing. */
export function renderHtml(preview: Preview): string {
  const graphs = new Map(
    preview.environments.map(({ stack, graph, changes }) => [stack, graph && graphSvg(graph, changes)]),
  );
  const body = withGraphs(pageOf(preview), graphs);
  const policy = "default-src 'none'; style-src 'unsafe-inline'";
  return [
    "<!doctype html>",
    '<html lang="en">',
    `<head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}">`,
    `<meta name="viewport" content="width=device-width"><title>Sluice preview: ${escapeHtml(preview.base)}</title><style>${STYLE}</style></head>`,
    "<body>",
    ...body,
    "</body>",
    "</html>",
    "",
  ].join("\n");
}

/** The blocks, and each environment's drawing at its end: what loses data comes first. */
function withGraphs(blocks: readonly Block[], graphs: ReadonlyMap<string, string | undefined>): string[] {
  const parts: string[] = [];
  let drawn: string | undefined;
  const draw = (): void => {
    if (drawn !== undefined)
      parts.push(`<details><summary>Resource graph</summary><div class="graph">${drawn}</div></details>`);
    drawn = undefined;
  };
  for (const block of blocks) {
    if (block.kind === "heading" && block.level <= 3) {
      draw();
      drawn = graphs.get(block.environment ?? "");
    }
    parts.push(renderBlock(block));
  }
  draw();
  return parts;
}

function renderBlock(block: Block): string {
  switch (block.kind) {
    case "heading": {
      const level = block.level - 1;
      return `<h${level}>${inline(block.text)}</h${level}>`;
    }
    case "paragraph":
      return `<p>${inline(block.text)}</p>`;
    case "list":
      return list(block.items.map(inline));
    case "alert":
      return `<div class="${block.tone}"><p><strong>${escapeHtml(block.title)}</strong></p>${list(block.items.map(inline))}</div>`;
    case "table":
      return table(block);
    case "resources":
      return [
        `<details><summary>${escapeHtml(block.title)}</summary>`,
        list(
          block.items.map(({ text, lines }) => {
            const properties = lines.map((line) => `<code>${escapeHtml(line)}</code>`);
            return inline(text) + (properties.length === 0 ? "" : list(properties));
          }),
        ),
        "</details>",
      ].join("\n");
  }
}

function list(items: readonly string[]): string {
  return `<ul>${items.map((item) => `<li>${item}</li>`).join("")}</ul>`;
}

function table({ head, align, rows }: Extract<Block, { kind: "table" }>): string {
  const cells = (tag: "th" | "td", texts: readonly string[]) =>
    `<tr>${texts.map((text, index) => `<${tag}${align[index] === "right" ? ' class="right"' : ""}>${text}</${tag}>`).join("")}</tr>`;
  return `<div class="wide"><table>${cells("th", head.map(escapeHtml))}${rows.map((row) => cells("td", row.map(inline))).join("")}</table></div>`;
}

function inline(text: Inline): string {
  return text
    .map((span) => {
      if (typeof span === "string") return linked(span);
      return "code" in span ? `<code>${escapeHtml(span.code)}</code>` : `<strong>${escapeHtml(span.strong)}</strong>`;
    })
    .join("");
}

/** A span that is an address is a link. */
function linked(text: string): string {
  const safe = escapeHtml(text);
  return /^https:\/\/\S+$/.test(text) ? `<a href="${safe}" rel="noreferrer">${safe}</a>` : safe;
}
