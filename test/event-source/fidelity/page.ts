/** The list of behaviours as docs/local-cloud.md has it. Pure. */
import { SOURCES, type Behaviour, type Section, type Source } from "./behaviour.ts";
import { DELIVERY } from "./delivery.ts";
import { TROUBLE } from "./trouble.ts";

export const SECTIONS: readonly Section[] = [...DELIVERY, ...TROUBLE];

const BEGIN = "<!-- behaviours: written by test/event-source/fidelity/write-docs.ts -->";
const END = "<!-- /behaviours -->";

/** The page with the list in its place; an Error if it has none. */
export function withBehaviours(page: string): string {
  const from = page.indexOf(BEGIN);
  const to = page.indexOf(END);
  if (from === -1 || to < from) throw new Error("docs/local-cloud.md has no place for the list of behaviours");
  return `${page.slice(0, from)}${BEGIN}\n\n${behaviourList()}\n\n${page.slice(to)}`;
}

function behaviourList(): string {
  const links = Object.entries(SOURCES).map(([key, [, url]]) => `[${key}]: ${url}`);
  const named = (Object.keys(SOURCES) as Source[]).map((key) => `[${SOURCES[key][0]}][${key}]`);
  const sections = SECTIONS.map(({ title, behaviours }) => `### ${title}\n\n${behaviours.map(entry).join("\n")}`);
  return [`Sources: ${named.join(",\n")}.`, ...sections, links.join("\n")].join("\n\n");
}

function entry({ documented, sources, shownBy, ours }: Behaviour): string {
  const said = `- ${documented} ${sources.map((key) => `[[${key}]]`).join(" ")}`;
  const differs = ours === undefined ? [] : [`  - Ours: ${ours}`];
  const tests = Object.entries(shownBy).map(([file, titles]) => `  - ${link(file)}: ${titles.map(quoted).join("; ")}`);
  return [said, ...differs, ...tests].join("\n");
}

function link(file: string): string {
  return `[${file}](../test/${file})`;
}

function quoted(title: string): string {
  return `\`${title}\``;
}
