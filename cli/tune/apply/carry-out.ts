/** Carries out a plan, step by step, on a stream that others may look at, kill us over, or change meanwhile. */
import { type Clock, sleep } from "../../../contract/clock.ts";
import type { Plan, Step } from "../../../model/resharding/plan.ts";
import { nextChangeMs } from "../../../model/resharding/rules.ts";
import { CommandError } from "../../errors.ts";
import { type PlanMark, formatMark } from "./plan-tag.ts";
import type { StreamControl, StreamView } from "./stream-control.ts";

/** How often a stream that is UPDATING is asked for, in milliseconds. */
const POLL_MS = 1000;
/** A step that would wait longer than this, in milliseconds, is for another run of the command. */
const PATIENCE_MS = 60_000;

/** What it needs. */
export interface CarryOutOptions {
  readonly control: StreamControl;
  readonly clock: Clock;
  readonly plan: Plan;
  /** As it is on the stream already, or is to be. */
  readonly mark: PlanMark;
  readonly signal: AbortSignal;
  /** Told before each call. */
  readonly onBegin: (step: Step) => void;
}

/**
 * Sets the mark, then makes each step and waits until the stream is ACTIVE again. The mark stays: whoever has seen to the
 * declared count takes it away. Resolves with the steps that were made, fewer than all when the signal aborts. Throws a
 * CommandError, with the mark left, where a step must wait for hours or the shards are not those of the plan.
 */
export async function carryOut(options: CarryOutOptions): Promise<number> {
  const { control, clock, plan, signal, onBegin } = options;
  let { mark } = options;
  await control.setMark(formatMark(mark));
  for (const [index, step] of plan.steps.entries()) {
    for (;;) {
      const view = await whenActive(control, clock, signal);
      if (view === undefined) return index;
      if (isDone(step, view)) break;
      checkShards(step, view, plan);
      if (step.kind === "update-shard-count") {
        const waitMs = waitForCall(mark, options);
        if (waitMs > 0) {
          await sleep(clock, Math.min(waitMs, POLL_MS));
          continue;
        }
      }
      onBegin(step);
      mark = await begin(step, view, mark, options);
    }
  }
  return plan.steps.length;
}

/**
 * Milliseconds until Kinesis allows one more UpdateShardCount, by the calls that were made; not by the plan's times, which rest on estimates of how
 * long changes take.
 */
function waitForCall({ changesMs }: PlanMark, { clock, plan }: CarryOutOptions): number {
  const nowMs = clock.now();
  const atMs = nextChangeMs(changesMs, nowMs);
  if (atMs - nowMs <= PATIENCE_MS) return atMs - nowMs;
  throw new CommandError("Kinesis changes a stream's shard count ten times in 24 hours, and these are used up", {
    hint: `Run the same command again after ${new Date(atMs).toISOString()}; the plan to ${plan.target} shards stands.`,
  });
}

/** Waits out UPDATING; `undefined` when the signal aborts first. Throws a CommandError for a stream that is neither. */
export async function whenActive(
  control: StreamControl,
  clock: Clock,
  signal: AbortSignal,
): Promise<StreamView | undefined> {
  for (;;) {
    if (signal.aborted) return undefined;
    const view = await control.view();
    if (view.status === "ACTIVE") return view;
    if (view.status !== "UPDATING") throw new CommandError(`stream ${control.name} is ${view.status}`);
    await sleep(clock, POLL_MS);
  }
}

/** Whether the shards are as the step leaves them: a call whose answer was lost is not made twice. */
function isDone(step: Step, { open }: StreamView): boolean {
  if (open.length !== step.toShards) return false;
  const has = (first: bigint): boolean => open.some((shard) => shard.first === first);
  if (step.kind === "split") return has(step.at);
  return step.kind === "merge" ? !has(step.shards[1].first) : true;
}

function checkShards(step: Step, { open }: StreamView, plan: Plan): void {
  const has = ({ first, last }: { first: bigint; last: bigint }): boolean =>
    open.some((shard) => shard.first === first && shard.last === last);
  const wanted = step.kind === "split" ? [step.shard] : step.kind === "merge" ? step.shards : [];
  if (open.length === step.fromShards && wanted.every(has)) return;
  throw new CommandError(
    `the stream has other shards (${open.length}) than the plan reckoned with (${step.fromShards}): somebody else changes them`,
    { hint: `Run the same command again: it plans to ${plan.target} from what there is.` },
  );
}

/** Makes the call; the mark with it, which is on the stream before, for whoever goes on if we are killed now. */
async function begin(
  step: Step,
  { open }: StreamView,
  mark: PlanMark,
  { clock, control, plan }: CarryOutOptions,
): Promise<PlanMark> {
  const counted = step.kind === "update-shard-count";
  const marked = counted ? { ...mark, changesMs: [...mark.changesMs, clock.now()] } : mark;
  if (counted) await control.setMark(formatMark(marked));
  try {
    await control.begin(step, open);
  } catch (error) {
    const code = error instanceof Error ? error.name : "";
    // Somebody else's change, or our own whose answer was lost: it is waited for, and the shards are looked at again.
    if (code === "ResourceInUseException" || isDone(step, await control.view())) return marked;
    if (code !== "LimitExceededException") throw error;
    // It has changed nothing: Kinesis does not count it either.
    if (counted) await control.setMark(formatMark(mark));
    throw new CommandError(`Kinesis refuses ${step.kind} to ${step.toShards} shards: ${(error as Error).message}`, {
      cause: error,
      hint:
        "A stream's count changes ten times in 24 hours, whoever asks, within the account's shards.\n" +
        `The plan to ${plan.target} shards stands: run the same command again later.`,
    });
  }
  return marked;
}
