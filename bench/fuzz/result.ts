/** What a run came to, as it is stored, printed and published in docs/hostile-input.md. Pure. */
import { markdownTable } from "../../infra/config/markdown-table.ts";
import type { Machine } from "../machine.ts";
import type { FuzzTarget, TargetGroup } from "./target.ts";

export interface TargetResult {
  readonly target: string;
  readonly group: TargetGroup;
  readonly claim: string;
  readonly executions: number;
  readonly finds: number;
}

export interface FuzzResult {
  readonly version: 1;
  readonly command: string;
  /** UTC day of the run. */
  readonly date: string;
  readonly machine: Machine;
  /** Version of fast-check. */
  readonly fastCheck: string;
  readonly seed: number;
  readonly seconds: number;
  readonly targets: readonly TargetResult[];
}

/** Results by target, in the order of the targets; those that were not executed are left out. */
export function targetResults(
  targets: readonly FuzzTarget[],
  executions: ReadonlyMap<string, number>,
  finds: readonly { readonly target: string }[],
): TargetResult[] {
  return targets.map(({ name, group, claim }) => ({
    target: name,
    group,
    claim,
    executions: executions.get(name) ?? 0,
    finds: finds.filter(({ target }) => target === name).length,
  }));
}

/** Sum of the executions of a group. */
function executionsOf(result: FuzzResult, group: TargetGroup): number {
  return result.targets.filter((each) => each.group === group).reduce((sum, { executions }) => sum + executions, 0);
}

function grouped(count: number): string {
  return count.toLocaleString("en-US");
}

const HEAD = ["target", "part", "executions", "finds", "what is claimed"];

function rows({ targets }: FuzzResult): string[][] {
  return targets.map(({ target, group, executions, finds, claim }) => {
    return [target, group, grouped(executions), String(finds), claim];
  });
}

/** One sentence: what ran, where, and what came of it. */
export function summary(result: FuzzResult): string {
  const { machine, targets, seconds, date } = result;
  const all = targets.reduce((sum, { executions }) => sum + executions, 0);
  const finds = targets.reduce((sum, each) => sum + each.finds, 0);
  return (
    `${date}: ${grouped(executionsOf(result, "decoder"))} executions over the decoders, ${grouped(all)} in all, in ` +
    `${grouped(seconds)} s; ${finds} finds. Node ${machine.node}, fast-check ${result.fastCheck}, ${machine.platform}, ` +
    `${machine.cores} cores of ${machine.processor}; seed ${result.seed}.`
  );
}

/** For the terminal. Ends with a line break. */
export function report(result: FuzzResult): string {
  const lines = rows(result).map(([target, , executions, finds]) => {
    return `${target!.padEnd(24)}${executions!.padStart(12)} executions  ${finds} finds`;
  });
  return `${lines.join("\n")}\n${summary(result)}\n`;
}

const BEGIN = "<!-- fuzz: written by npm run bench -- fuzz --publish -->";
const END = "<!-- /fuzz -->";

/** docs/hostile-input.md with the result in its place; an Error if it has none. */
export function withResult(page: string, result: FuzzResult): string {
  const from = page.indexOf(BEGIN);
  const to = page.indexOf(END);
  if (from === -1 || to < from) throw new Error("docs/hostile-input.md has no place for the result");
  const parts = [`\`${result.command}\``, summary(result), markdownTable([HEAD, ...rows(result)])];
  return `${page.slice(0, from)}${BEGIN}\n\n${parts.join("\n\n")}\n\n${page.slice(to)}`;
}
