/** Which benches have a part of the README, and what it says. Pure. */
import type { CageResult } from "../cage/result.ts";
import type { DecoderResult } from "../decoder/result.ts";
import type { EndToEndResult } from "../end-to-end/result.ts";
import type { StartUpResult } from "../start-up/result.ts";
import { cageHeadline, cageSection } from "./cage-section.ts";
import {
  decoderHeadline,
  decoderSection,
  endToEndHeadline,
  endToEndSection,
  startUpHeadline,
  startUpSection,
} from "./other-sections.ts";

interface Section {
  /** The text between the README's marks, from the text of the bench's JSON file. */
  readonly render: (json: string) => string;
  /** One line for a summary. */
  readonly headline: (json: string) => string;
}

function section<T>(render: (result: T) => string, headline: (result: T) => string): Section {
  return { render: (json) => render(JSON.parse(json) as T), headline: (json) => headline(JSON.parse(json) as T) };
}

const cage = section<CageResult>(cageSection, cageHeadline);

/** In the README's order. */
export const SECTIONS: ReadonlyMap<string, Section> = new Map([
  ["archive", cage],
  ["warehouse", cage],
  ["end-to-end", section<EndToEndResult>(endToEndSection, endToEndHeadline)],
  ["start-up", section<StartUpResult>(startUpSection, startUpHeadline)],
  ["decoder", section<DecoderResult>(decoderSection, decoderHeadline)],
]);

/** What a bench found, in one line; nothing for one without a part of the README. */
export function headlineOf(bench: string, json: string): string {
  return SECTIONS.get(bench)?.headline(json) ?? "";
}

/** The README's part of a bench; `undefined` for `json`: nothing is published yet. */
export function sectionText(bench: string, json: string | undefined): string {
  if (json === undefined) return `Not published yet: \`npm run bench -- ${bench} --publish\`.`;
  return SECTIONS.get(bench)!.render(json);
}

/** A page with a bench's part replaced. Throws an Error if the page has no place for it. */
export function withSection(page: string, bench: string, text: string): string {
  const [begin, end] = [`<!-- bench:${bench} -->`, `<!-- /bench:${bench} -->`];
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from === -1 || to < from) throw new Error(`the page has no place between ${begin} and ${end}`);
  return `${page.slice(0, from)}${begin}\n\n${text}\n\n${page.slice(to)}`;
}
