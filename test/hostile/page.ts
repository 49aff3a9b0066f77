/** docs/hostile-input.md's list of classes, as the tests have them. Pure. */
import { markdownTable } from "../../infra/config/markdown-table.ts";
import { CLASSES } from "./classes.ts";
import type { Archived, Stored } from "./outcome.ts";

const BEGIN = "<!-- classes: written by test/hostile/write-docs.ts -->";
const END = "<!-- /classes -->";

/** The page with the list in its place; an Error if it has none. */
export function withClasses(page: string): string {
  const from = page.indexOf(BEGIN);
  const to = page.indexOf(END);
  if (from === -1 || to < from) throw new Error("docs/hostile-input.md has no place for the list of classes");
  return `${page.slice(0, from)}${BEGIN}\n\n${classList()}\n\n${page.slice(to)}`;
}

function classList(): string {
  const sections = CLASSES.map(({ title, classes }) => {
    const rows = classes.map(({ title: name, outcome }) => {
      // Where a record goes is the same whatever it holds of its class.
      const { archive, warehouse } = outcome(Buffer.alloc(0));
      return [name, ends(archive), ends(warehouse)];
    });
    return `### ${title}\n\n${markdownTable([["input", "archive", "warehouse"], ...rows])}`;
  });
  return sections.join("\n\n");
}

/** Where the pieces end, in their order, each place once. */
function ends(pieces: readonly (Archived | Stored)[]): string {
  return [...new Set(pieces.map(end))].join(", ");
}

function end(piece: Archived | Stored): string {
  if ("reason" in piece) return `quarantine, \`${piece.reason}\``;
  if ("raw" in piece) return "`raw`";
  return "logText" in piece ? "`log_text`" : "`log`";
}
