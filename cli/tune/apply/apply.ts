/** Plans, shows, carries out, and sees to the declared count: all of `sluice tune apply` but its process. */
import type { Clock, Random } from "../../../contract/clock.ts";
import { planByLoad } from "../../../model/resharding/plan-load.ts";
import { planCount } from "../../../model/resharding/plan-count.ts";
import { shardUsdPerMonth } from "../../../model/resharding/price.ts";
import type { Terminal } from "../../command.ts";
import type { Connection } from "../../connect/connection.ts";
import { CommandError } from "../../errors.ts";
import { carryOut, whenActive } from "./carry-out.ts";
import { sureMetrics } from "../sure-metrics.ts";
import { type PlanMark, parseMark } from "./plan-tag.ts";
import { APPLY_VERSION, type PricedPlan, obstacleText, planJson, renderPlan, shardsText, stepText } from "./render.ts";
import { shardLoads } from "./shard-loads.ts";
import { StreamControl, type StreamView } from "./stream-control.ts";

/** What is asked for. */
export interface ApplyRequest {
  readonly target: number;
  readonly hot?: boolean;
  readonly dryRun?: boolean;
  readonly abandon?: boolean;
  readonly json?: boolean;
}

/** A stack file, as far as the count goes. */
export interface DeclaredCount {
  readonly stack: string;
  readonly shards: number;
  /** Whether the auto-scaler acts on the stream: it would take back what is applied. */
  readonly autoscaled: boolean;
  /** Writes another count; absent where the file is to be left alone. */
  readonly write?: (shards: number) => void;
}

/** What it works on. */
export interface ApplySurroundings {
  readonly connection: Pick<Connection, "kinesis" | "cloudwatch" | "label"> & {
    readonly facts: Pick<Connection["facts"], "streamName">;
  };
  /** `undefined` for a local run, which has no stack file of its own. */
  readonly declared: DeclaredCount | undefined;
  readonly clock: Clock;
  readonly random: Random;
  /** Ends it in good order after the call under way. */
  readonly signal: AbortSignal;
}

/**
 * Throws a CommandError: before anything is changed, or with the plan's mark left on the stream, so that the same request goes
 * on with it.
 */
export async function apply(
  request: ApplyRequest,
  surroundings: ApplySurroundings,
  { stdout, stderr }: Terminal,
): Promise<void> {
  const { target, dryRun = false, json = false } = request;
  const { connection, declared, clock, signal } = surroundings;
  if (connection.kinesis === undefined) throw new CommandError(`${connection.label} has ended: its stream is gone`);
  const control = new StreamControl(connection.kinesis, connection.facts.streamName);
  const view = await control.view();
  if (view.onDemand) {
    throw new CommandError(`stream ${control.name} is on-demand: Kinesis itself sets its shards`, {
      hint: "Set sluice:stream.mode to provisioned and deploy that first.",
    });
  }
  if (declared?.autoscaled === true && !dryRun) {
    throw new CommandError(`the auto-scaler owns the shards of stack ${declared.stack}, and would change them again`, {
      hint: "Set sluice:autoscaling.mode to report and deploy that first; --dry-run shows the plan.",
    });
  }
  const unfinished = unfinishedPlan(await control.mark(), request, control.name);
  // A call of a run that was killed may be under way: its shards are planned from once it is done.
  const settled = dryRun ? undefined : await whenActive(control, clock, signal);
  const priced = await planOf(request, settled ?? view, unfinished, control, surroundings);
  const { plan } = priced;
  if (!json) stdout.write(renderPlan(priced));
  let stepsDone = 0;
  if (!dryRun) {
    const mark = unfinished ?? { target, fromShards: plan.fromShards, sinceMs: clock.now(), changesMs: [] };
    stepsDone = await carryOut({
      ...{ control, clock, plan, mark, signal },
      onBegin: (step) => stderr.write(`${stepText(step)}\n`),
    });
  }
  const done = !dryRun && stepsDone === plan.steps.length;
  const write = done && declared?.shards !== target ? declared?.write : undefined;
  write?.(target);
  // Last: whoever is killed before goes on with what is left.
  if (done) await control.removeMark();
  const declaredNow = write === undefined ? declared?.shards : target;
  if (json) {
    const result = { version: APPLY_VERSION, dryRun, ...planJson(priced), stepsDone, done, declared: declaredNow };
    stdout.write(`${JSON.stringify(result, undefined, 2)}\n`);
  } else if (!dryRun) {
    const now = await control.view();
    stdout.write(done ? conclusion(now.open.length, declared, write !== undefined) : interrupted(now, target));
  }
}

/** The mark of the plan that is to be gone on with, if there is one. Throws a CommandError where it is to another count. */
function unfinishedPlan(
  tag: string | undefined,
  { target, abandon }: ApplyRequest,
  stream: string,
): PlanMark | undefined {
  if (tag === undefined) return undefined;
  const mark = parseMark(tag);
  if (mark?.target === target || abandon === true) return mark && { ...mark, target };
  const what =
    mark === undefined ? `"${tag}"` : `to ${shardsText(mark.target)} of ${new Date(mark.sinceMs).toISOString()}`;
  throw new CommandError(`the plan ${what} for ${stream} is unfinished`, {
    hint: `Finish it with --target ${mark?.target ?? "N"}, or give it up with --abandon: another plan begins from what there is now.`,
  });
}

async function planOf(
  { target, hot = false }: ApplyRequest,
  view: StreamView,
  unfinished: PlanMark | undefined,
  control: StreamControl,
  surroundings: ApplySurroundings,
): Promise<PricedPlan> {
  const account = await control.account();
  const nowMs = surroundings.clock.now();
  const input = { target, account, nowMs };
  const result = hot
    ? planByLoad({ ...input, open: await loadsOf(surroundings, nowMs) })
    : planCount({ ...input, open: view.open, changesMs: unfinished?.changesMs ?? [] });
  if (!result.ok) {
    const { message, hint } = obstacleText(result.obstacle);
    throw new CommandError(message, hint === undefined ? {} : { hint });
  }
  return { streamName: control.name, plan: result.plan, usdPerShardMonth: shardUsdPerMonth(view.terms) };
}

async function loadsOf({ connection, clock, random }: ApplySurroundings, nowMs: number) {
  const { kinesis, cloudwatch, facts, label } = connection;
  if (kinesis === undefined || cloudwatch === undefined)
    throw new CommandError(`${label} has no metrics: --hot cannot tell which shards are hot`);
  const sure = sureMetrics(await cloudwatch(), { clock, random });
  return shardLoads({ kinesis, cloudwatch: sure, streamName: facts.streamName, nowMs });
}

function interrupted({ status, open }: StreamView, target: number): string {
  const where = status === "ACTIVE" ? `at ${shardsText(open.length)}` : `while the stream is ${status}`;
  return `Interrupted ${where}: run the same command again to go on to ${target}.\n`;
}

/** What is so now, and what is left to be done so that declared and real state are one. */
function conclusion(now: number, declared: DeclaredCount | undefined, written: boolean): string {
  if (declared === undefined) return `The stream has ${shardsText(now)}.\n`;
  const { stack, shards } = declared;
  const file = `stacks/Pulumi.${stack}.yaml`;
  const lines = [`The stream has ${shardsText(now)}.`];
  if (written) lines.push(`${file} says so now.`);
  else if (shards !== now) {
    lines.push(
      `${file} declares ${shards}, to which the next pulumi up would lead back. Declare what is there:`,
      `  pulumi config set --stack ${stack} --path 'sluice:stream.shardCount' ${now}`,
    );
  }
  lines.push("Pulumi's state has the old count until it looks:", `  pulumi refresh --stack ${stack}`, "");
  return lines.join("\n");
}
