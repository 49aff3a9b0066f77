import Table from "cli-table3";
import { grouped } from "../../cli/grouped.ts";
import type { Machine } from "../machine.ts";
import type { Comparison } from "./compare.ts";

/** One run. */
export interface DecoderResult {
  readonly version: 1;
  readonly command: string;
  readonly machine: Machine;
  readonly seed: number;
  readonly seconds: number;
  readonly generated: Comparison;
  /** The texts of the records under `test/fixtures/`. */
  readonly fixtures: Comparison & { readonly files: number };
}

/** Whether decoder and JSON.parse agree on everything. */
export function agrees({ generated, fixtures }: DecoderResult): boolean {
  return generated.disagreements + fixtures.disagreements === 0;
}

/** What came of it in a sentence. */
export function summary({ seed, generated, fixtures }: DecoderResult): string {
  const all = generated.disagreements + fixtures.disagreements;
  return (
    `The functions' decoder and JSON.parse ${all === 0 ? "agree" : "do not agree"} on ${grouped(generated.payloads)} generated ` +
    `payloads (seed ${seed}) and ${grouped(fixtures.payloads)} texts of ${fixtures.files} fixture files: ` +
    `${grouped(all)} ${all === 1 ? "disagreement" : "disagreements"}.`
  );
}

/** For the terminal; ends with a line break. */
export function renderDecoder(result: DecoderResult): string {
  const { generated, fixtures } = result;
  const kinds = new Table({
    head: ["payloads", "number"],
    style: { head: [], border: [] },
    colAligns: ["left", "right"],
  });
  for (const [kind, count] of Object.entries(generated.kinds).sort(([a], [b]) => (a < b ? -1 : 1))) {
    kinds.push([kind, grouped(count)]);
  }
  kinds.push(["fixtures", grouped(fixtures.payloads)]);
  const verdicts = new Table({
    head: ["pieces by verdict", "generated", "fixtures"],
    style: { head: [], border: [] },
    colAligns: ["left", "right", "right"],
  });
  for (const verdict of new Set([...Object.keys(generated.verdicts), ...Object.keys(fixtures.verdicts)].sort())) {
    verdicts.push([verdict, grouped(generated.verdicts[verdict] ?? 0), grouped(fixtures.verdicts[verdict] ?? 0)]);
  }
  return `${kinds.toString()}\n${verdicts.toString()}\n${summary(result)}\n`;
}

/** The smallest disagreement of each side, a line each. */
export function findings({ generated, fixtures }: DecoderResult): string[] {
  return [generated.smallest, fixtures.smallest]
    .filter((smallest) => smallest !== undefined)
    .map(({ where, bytes, what }) => `the smallest disagreement, ${grouped(bytes)} bytes, is ${where}: ${what}`);
}
