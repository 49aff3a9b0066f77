/** The README's parts on end-to-end, start-up and the decoder. Pure. */
import { grouped } from "../../cli/grouped.ts";
import { markdownTable } from "../../infra/config/markdown-table.ts";
import { SLUICE } from "../cage/contender.ts";
import { type DecoderResult, summary } from "../decoder/result.ts";
import type { EndToEndResult } from "../end-to-end/result.ts";
import { describeMachine } from "../machine.ts";
import type { StartUpResult } from "../start-up/result.ts";
import { HEAD, caption, cells } from "../start-up/table.ts";

export function endToEndSection({ runs, target, command, machine }: EndToEndResult): string {
  const rows = runs.map(({ name, shards, limits, putsPerSecond, delivery, audit, wallSeconds }) => [
    name,
    String(shards),
    limits ? "held" : "lifted",
    rate(putsPerSecond),
    rate(delivery["archive"]?.recordsPerSecond),
    rate(delivery["warehouse"]?.recordsPerSecond),
    Object.values(audit).every(({ holds }) => holds) ? "holds" : "does not hold",
    `${wallSeconds.toFixed(1)} s`,
  ]);
  const head = ["run", "shards", "limits", "puts/s", "archive/s", "warehouse/s", "audit", "wall"];
  return [
    markdownTable([head, ...rows]),
    `**Target**, ${grouped(target.recordsPerSecond)} records/s through both backends: ${target.met ? "met" : "missed"}, ${rate(target.reached)}.`,
    `\`${command}\`, ${describeMachine(machine)}; producer, clouds, functions and audit on the same machine.`,
  ].join("\n\n");
}

export function endToEndHeadline({ target }: EndToEndResult): string {
  return `${rate(target.reached)} records/s through both backends; target ${target.met ? "met" : "missed"}`;
}

export function startUpSection(result: StartUpResult): string {
  return [
    markdownTable([HEAD, ...cells(result)]),
    caption(result),
    `\`${result.command}\`, ${describeMachine(result.machine)}.`,
  ].join("\n\n");
}

export function startUpHeadline({ rows }: StartUpResult): string {
  return rows
    .filter(({ name }) => name === SLUICE)
    .map(({ backend, totalMedianMs }) => `${backend} ${Math.round(totalMedianMs)} ms`)
    .join(", ");
}

export function decoderSection(result: DecoderResult): string {
  return `${summary(result)} \`${result.command}\`, ${describeMachine(result.machine)}.`;
}

export function decoderHeadline({ generated, fixtures }: DecoderResult): string {
  const all = generated.disagreements + fixtures.disagreements;
  return `${grouped(all)} disagreements on ${grouped(generated.payloads + fixtures.payloads)} payloads`;
}

function rate(value: number | null | undefined): string {
  return value === null || value === undefined ? "–" : grouped(Math.round(value));
}
