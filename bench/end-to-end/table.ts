import Table from "cli-table3";
import { grouped } from "../../cli/grouped.ts";
import type { EndToEndResult, EndToEndRun } from "./result.ts";

/** The runs as tables for a terminal, and the target's sentence. */
export function renderEndToEnd({ runs, target }: EndToEndResult): string {
  const rates = new Table({
    head: ["run", "shards", "limits", "puts/s", "archive/s", "warehouse/s", "audit", "wall", "other programs"],
    style: { head: [], border: [] },
  });
  for (const run of runs) {
    const { name, shards, limits, putsPerSecond, delivery, wallSeconds, othersShare } = run;
    rates.push([
      name,
      shards,
      limits ? "held" : "lifted",
      rate(putsPerSecond),
      rate(delivery["archive"]?.recordsPerSecond),
      rate(delivery["warehouse"]?.recordsPerSecond),
      holds(run) ? "holds" : "BROKEN",
      `${wallSeconds.toFixed(1)} s`,
      othersShare === undefined ? "–" : `${Math.round(othersShare * 100)} %`,
    ]);
  }
  const verdict = target.met ? "met" : "missed";
  const sentence = `Target, ${grouped(target.recordsPerSecond)} records/s through both backends: ${verdict}, ${rate(target.reached)}.`;
  return `${rates.toString()}\n${renderProcessorTime(runs)}${sentence}\n`;
}

function renderProcessorTime(runs: readonly EndToEndRun[]): string {
  const measured = runs.filter(({ processorTime }) => processorTime !== undefined);
  if (measured.length === 0) return "";
  const roles = [...new Set(measured.flatMap(({ processorTime }) => processorTime!.map(({ role }) => role)))].sort();
  const table = new Table({ head: ["processor seconds", ...roles, "all"], style: { head: [], border: [] } });
  for (const { name, processorTime } of measured) {
    const cells = roles.map((role) => {
      const found = processorTime!.find((each) => each.role === role);
      return found === undefined ? "" : `${found.seconds.toFixed(1)} (${found.processes})`;
    });
    const all = processorTime!.reduce((sum, { seconds }) => sum + seconds, 0);
    table.push([name, ...cells, all.toFixed(1)]);
  }
  return `${table.toString()}\n(in brackets: processes; start and audit included. Other programs: their share of the processors meanwhile.)\n`;
}

function holds({ exitCode, audit }: EndToEndRun): boolean {
  return exitCode === 0 && Object.values(audit).every((each) => each.holds);
}

function rate(value: number | null | undefined): string {
  return value === null || value === undefined ? "–" : grouped(Math.round(value));
}
