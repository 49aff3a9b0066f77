/** A preview for a terminal. Pure. */
import { stripVTControlCharacters, styleText } from "node:util";
import Table from "cli-table3";
import { type Block, type Inline, plain } from "./page-blocks.ts";
import { pageOf } from "./page.ts";
import type { Preview } from "./preview.ts";

type Style = Parameters<typeof styleText>[0];
type Paint = (style: Style, text: string) => string;

/** Signs and colours of what happens to a resource. */
const SIGNS = {
  added: ["+", "green"],
  changed: ["~", "yellow"],
  replaced: ["±", "red"],
  deleted: ["-", "red"],
} as const;

/** The whole preview. Without colours there is no control character in it. */
export function renderTerminal(preview: Preview, { colours }: { readonly colours: boolean }): string {
  const paint: Paint = (style, text) => (colours ? styleText(style, text, { validateStream: false }) : text);
  return `${pageOf(preview)
    .map((block) => renderBlock(block, paint))
    .join("\n\n")}\n`;
}

function renderBlock(block: Block, paint: Paint): string {
  switch (block.kind) {
    case "heading":
      return paint(block.level === 4 ? "bold" : ["bold", "underline"], words(block.text));
    case "paragraph":
      return words(block.text);
    case "list":
      return block.items.map((item) => `  - ${words(item)}`).join("\n");
    case "alert": {
      const style = block.tone === "danger" ? "red" : "yellow";
      const lines = [block.title.toUpperCase(), ...block.items.map((item) => `  - ${words(item)}`)];
      return lines.map((line) => paint(style, line)).join("\n");
    }
    case "table": {
      const table = new Table({
        head: [...block.head],
        colAligns: [...block.align],
        style: { head: [], border: [], compact: true },
      });
      for (const row of block.rows) table.push(row.map(words));
      return table.toString();
    }
    case "resources": {
      const [sign, style] = SIGNS[block.sign];
      const lines = block.items.flatMap(({ text, lines }) => [
        paint(style, `  ${sign} ${words(text)}`),
        ...lines.map((line) => `      ${clean(line)}`),
      ]);
      return [paint("bold", block.title), ...lines].join("\n");
    }
  }
}

function words(text: Inline): string {
  return clean(plain(text));
}

/** Nothing that is declared may steer the terminal. */
function clean(text: string): string {
  return stripVTControlCharacters(text).replace(/\p{Cc}+/gu, " ");
}
