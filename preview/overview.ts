/** The table at the head of a page. Pure. */
import { countsOf } from "./change.ts";
import type { DataFinding } from "./data.ts";
import { type Block, type Inline, code, strong } from "./page-blocks.ts";
import type { EnvironmentPreview } from "./preview.ts";
import { usd } from "./words.ts";

const NOTHING = "–";

/** What happens to each environment, a row each. */
export function overview(environments: readonly EnvironmentPreview[]): Block {
  return {
    kind: "table",
    head: ["environment", "added", "changed", "replaced", "deleted", "data", "a month"],
    align: ["left", "right", "right", "right", "right", "left", "right"],
    rows: environments.map(({ stack, changes, data, cost, failure }) => {
      const { added, changed, replaced, deleted } = countsOf(changes);
      const numbers = [added, changed, replaced, deleted].map((number) => [number === 0 ? NOTHING : String(number)]);
      const known =
        failure === undefined ? [[dataWord(data)], [costWord(cost)]] : [[strong("not deployable")], [NOTHING]];
      return [[code(stack)], ...numbers, ...known];
    }),
  };
}

/** How many of what is, would be and may be lost, worst first. */
function dataWord(data: readonly DataFinding[]): Inline[number] {
  const number = (severity: DataFinding["severity"]) => data.filter((finding) => finding.severity === severity).length;
  const counted = (["lost", "refused", "may be lost"] as const).filter((severity) => number(severity) > 0);
  if (counted.length > 0) return strong(counted.map((severity) => `${number(severity)} ${severity}`).join(", "));
  return number("unguarded") > 0 ? "less guarded" : "kept";
}

function costWord({ before, after }: EnvironmentPreview["cost"]): string {
  if (before === undefined || after === undefined) return usd((after ?? before)?.usd);
  return before.usd.toFixed(2) === after.usd.toFixed(2) ? usd(after.usd) : `${usd(before.usd)} → ${usd(after.usd)}`;
}
