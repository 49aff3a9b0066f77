import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import type { WireFormat } from "../../../model/cost/load.ts";
import type { Clock } from "../../../contract/clock.ts";
import { ConfigError } from "../../../infra/config/error.ts";
import { resolveConfig } from "../../../infra/config/resolve.ts";
import { readStackFile } from "../../../infra/config/stack-file.ts";
import type { StackConfig } from "../../../infra/stack-config.ts";
import { type Advice, advise } from "../../../model/tuning/advise.ts";
import { demandOf } from "../../../model/tuning/demand.ts";
import { DEFAULT_GRID, type Design } from "../../../model/tuning/design.ts";
import { type Problem, defaultStack } from "../../../model/tuning/problem.ts";
import type { Trace } from "../../../model/tuning/trace.ts";
import { configOfStack } from "../../connect/facts-of-stack.ts";
import type { CommandContext } from "../../command.ts";
import { UsageError } from "../../errors.ts";
import { checkOutputs } from "../../local/check-outputs.ts";
import { EXIT } from "../../exit-codes.ts";
import { readTrace } from "../read-trace.ts";
import { renderAdviceJson } from "./json.ts";
import { Progress } from "./progress.ts";
import { renderAdvice } from "./render.ts";
import { declaredDesign, tunedStack } from "./tuned-stack.ts";
import { changeStackFile } from "./write-stack.ts";

/** What the command line says. */
export interface AdviseFlags {
  readonly trace: string;
  readonly format: WireFormat;
  readonly sloAge: number;
  readonly headroom: number;
  readonly maxCost?: number;
  readonly growth: number;
  readonly stack?: string;
  readonly seed: number;
  readonly json: boolean;
  readonly html?: string;
  readonly write: boolean;
}

/** Objectives of the frontier beside the one asked for, as parts and times of it. */
const FRONTIER = [0.1, 0.25, 0.5, 2, 5] as const;
const MINUTE_MS = 60_000;

/** Where and when the command runs. */
export interface AdviseSurroundings {
  readonly clock: Pick<Clock, "now">;
  readonly projectRoot: string;
}

/** Advises on a trace, prints it, and writes what is asked for. Throws a UsageError. */
export async function runAdvise(
  flags: AdviseFlags,
  { clock, projectRoot }: AdviseSurroundings,
  context: CommandContext,
): Promise<void> {
  if (flags.write && flags.stack === undefined) throw new UsageError("--write needs --stack: the file that is changed");
  checkOutputs({ "--html": flags.html });
  const now = new Date(clock.now());
  const trace = readTrace(flags.trace, flags.format);
  const config = flags.stack === undefined ? undefined : configOfStack(flags.stack, projectRoot);
  if (flags.write && config?.stream.mode === "on-demand") {
    throw new UsageError(
      `the stream of ${flags.stack} is in on-demand mode, which sizes itself: there is no shard count to write`,
    );
  }
  const problem: Problem = {
    demand: demandOf(trace),
    stack: config === undefined ? defaultStack() : tunedStack(config),
    objective: { maxAgeSeconds: flags.sloAge, headroom: flags.headroom },
    grid: DEFAULT_GRID,
    seed: flags.seed,
  };
  if (problem.demand.peakPerSecond === 0)
    throw new UsageError(`${flags.trace} has no records: there is nothing to advise on`);
  const current = config === undefined ? undefined : declaredDesign(config);
  const progress = new Progress(context.stderr, clock);
  const advice = advise(problem, {
    ...{ growthPerWeek: flags.growth, now },
    ...(current === undefined ? {} : { current }),
    frontierAges: flags.html === undefined ? [] : FRONTIER.map((part) => Math.max(2, Math.round(part * flags.sloAge))),
    told: (text) => progress.begin(text),
  });
  progress.end(`advised after ${advice.simulations} simulations`);
  const view = { problem, now, maxCostUsd: flags.maxCost };
  context.stdout.write(flags.json ? renderAdviceJson(advice, view) : renderAdvice(advice, view));
  if (flags.html !== undefined) {
    // Loaded only here: the library takes a second.
    const { renderReport } = await import("../report/report.ts");
    writeFileSync(flags.html, await renderReport(advice, view));
    context.stderr.write(`${flags.html}: the report\n`);
  }
  if (advice.best === undefined || advice.best.usd > (flags.maxCost ?? Infinity)) context.exitCode = EXIT.refused;
  else if (flags.write) writeStack({ stack: flags.stack!, projectRoot, now }, config!, advice, trace, context);
}

function writeStack(
  { now, projectRoot, stack }: { stack: string; projectRoot: string; now: Date },
  config: StackConfig,
  { best }: Advice,
  trace: Trace,
  context: CommandContext,
): void {
  const name = `stacks/Pulumi.${stack}.yaml`;
  const path = join(projectRoot, name);
  const switchedAt = new Date(now.getTime() - ageNow(trace));
  const change = changeStackFile(readFileSync(path, "utf8"), config, best!.design as Design, switchedAt);
  if (change.changes.length === 0) {
    context.stderr.write(`${name} says all of it already\n`);
    return;
  }
  checkChanged(change.text, name, stack, projectRoot);
  writeFileSync(path, change.text);
  context.stderr.write(`${name}:\n${change.changes.map((line) => `  ${line}\n`).join("")}`);
  for (const note of change.notes) context.stderr.write(`Note: ${note}\n`);
}

/** The largest iterator age of the trace's last minutes: what the backends were behind when it was taken. */
function ageNow({ backends = [] }: Trace): number {
  const ages = backends.flatMap(({ iteratorAgeMs = [] }) => iteratorAgeMs.slice(-10).map((age) => age ?? 0));
  return Math.max(MINUTE_MS, ...ages);
}

/** The changed file is held to the rules before it is written. */
function checkChanged(text: string, name: string, stack: string, projectRoot: string): void {
  const { name: project } = parse(readFileSync(join(projectRoot, "Pulumi.yaml"), "utf8")) as { name: string };
  try {
    const { values } = readStackFile(text, { name });
    resolveConfig({ project, stack, values }, { hasFunction: () => true });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new UsageError(`the advice does not fit the rest of ${name}, which is left as it is: ${error.message}`, {
      cause: error,
    });
  }
}
