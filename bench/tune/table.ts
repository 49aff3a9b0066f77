/** The comparison as a table. Pure. */
import Table from "cli-table3";
import { grouped } from "../../cli/grouped.ts";
import { markdownTable } from "../../infra/config/markdown-table.ts";
import { describeMachine } from "../machine.ts";
import { FIGURES, type Figures } from "./figures.ts";
import { MAX_ERROR, type TuneResult } from "./result.ts";

const NAMES: Readonly<Record<keyof Figures, string>> = {
  throughput: "throughput, records/s",
  throttles: "records sent again",
  drainSeconds: "drain, s",
};

/** One line for each case and figure. */
export function rows({ cases }: Pick<TuneResult, "cases">): string[][] {
  return cases.flatMap(({ case: { name }, predicted, observed, error }) =>
    FIGURES.map((figure, index) => [
      index === 0 ? name : "",
      NAMES[figure],
      shown(figure, predicted[figure]),
      shown(figure, observed[figure]),
      `${(error[figure] * 100).toFixed(1)} %`,
    ]),
  );
}

export const HEAD = ["case", "figure", "predicted", "observed", "error"];

/** For a terminal. */
export function renderTune(result: TuneResult): string {
  const table = new Table({ head: HEAD, style: { head: [], border: [] } });
  table.push(...rows(result));
  return `${result.command}\n${describeMachine(result.machine)}\n${loadLine(result)}\n${table.toString()}\n${verdict(result)}\n`;
}

/** For docs/tuning.md. */
export function tuneSection(result: TuneResult): string {
  return [
    markdownTable([HEAD, ...rows(result)]),
    verdict(result),
    loadLine(result),
    `\`${result.command}\`, ${describeMachine(result.machine)}.`,
  ].join("\n\n");
}

/** What was sent, and where the functions' times come from. */
export function loadLine({ load, calibration }: TuneResult): string {
  const { recordsPerSecond, recordBytes, seconds } = load;
  const times = Object.entries(calibration.times)
    .map(
      ([name, { fixedMs, perRecordMs }]) => `${name} ${fixedMs.toFixed(0)} ms + ${perRecordMs.toFixed(3)} ms a record`,
    )
    .join(", ");
  return (
    `${grouped(recordsPerSecond)} records/s of ${grouped(recordBytes)} bytes for ${seconds} s; ` +
    `times of the functions from a run with ${calibration.case.shards} shards: ${times}.`
  );
}

/** The largest error against the documented one. */
export function verdict({ maxError }: Pick<TuneResult, "maxError">): string {
  const met = maxError <= MAX_ERROR ? "within" : "ABOVE";
  return `Largest error ${(maxError * 100).toFixed(1)} %: ${met} the documented ${MAX_ERROR * 100} %.`;
}

function shown(figure: keyof Figures, value: number): string {
  return figure === "drainSeconds" ? value.toFixed(1) : grouped(Math.round(value));
}
