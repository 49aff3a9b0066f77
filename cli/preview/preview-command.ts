/** Compares what two revisions declare, stack by stack, without a cloud. */
import type { Failure, Preview, Side } from "../../preview/preview.ts";
import { failedPreview, previewOf } from "../../preview/preview.ts";
import type { PolicyFinding } from "../../preview/finding.ts";
import type { DeclaredLoad } from "../../infra/stack-config.ts";
import type { Graph } from "../../local/graph.ts";
import { UsageError } from "../errors.ts";
import { declaredBy } from "./declare.ts";
import { ProgramError } from "./program-error.ts";
import { type Project, projectIn, stackOf, stacksOf } from "./project.ts";
import { type Install, checkOut } from "./worktree.ts";

/** What is compared. */
export interface PreviewRequest {
  /** Folder of Pulumi.yaml. */
  readonly projectRoot: string;
  /** One stack; all but `local`, which is in no cloud, unless given. */
  readonly stack?: string;
  /** Any name that git knows a commit by. */
  readonly base: string;
  readonly install?: Install;
  /** None unless given. */
  readonly findings?: Policies;
  /** Told what is under way, a line each. */
  readonly onStep?: (step: string) => void;
}

/** What policies say of a graph. */
export type Policies = (graph: Graph, stack: string, load: DeclaredLoad | undefined) => readonly PolicyFinding[];

/** Programs that run at the same time. */
const AT_ONCE = 2;

/** The stack of the embedded cloud. */
const LOCAL = "local";

/**
 * Previews the working tree against a base. A stack for which the working tree's program cannot be run is an environment with a `failure`. Rejects with
 * a `UsageError` for a stack or a revision that is not there, and with a `ProgramError` for a base whose program cannot be run; the base's work tree is
 * gone then, too.
 */
export async function previewRevisions(request: PreviewRequest, signal: AbortSignal): Promise<Preview> {
  const head = projectIn(request.projectRoot);
  if (head === undefined) throw new UsageError(`there is no Pulumi.yaml in ${request.projectRoot}`);
  const revision = await checkOut({ ...request, ref: request.base }, signal);
  try {
    const base = projectIn(revision.root);
    const names = stackNames(request.stack, head, base);
    const [headName, baseName] = ["the working tree", `${request.base} (${revision.commit})`];
    let ended = 0;
    const told = async (what: string, outcome: Promise<Outcome>): Promise<Outcome> => {
      const result = await outcome;
      ended += 1;
      const how = result.failure === undefined ? "done" : "failed";
      request.onStep?.(`${what} ${how} (${ended} of ${2 * names.length})`);
      return result;
    };
    const sides = names.flatMap((name): (() => Promise<Outcome>)[] => [
      () => told(`${name}: base`, outcomeOf(sideOf(base, name, `the base ${baseName}`, request, signal))),
      () => told(`${name}: working tree`, orFailure(sideOf(head, name, headName, request, signal))),
    ]);
    request.onStep?.(`running the programs of ${baseName} and ${headName} for ${names.join(", ")} …`);
    const done = await inTurn(sides, AT_ONCE);
    const environments = names.map((stack, index) => {
      const before = done[2 * index]!.side;
      const { side: after, failure } = done[2 * index + 1]!;
      return failure === undefined ? previewOf({ stack, before, after }) : failedPreview(stack, before, failure);
    });
    return { base: baseName, head: headName, environments };
  } finally {
    await revision.remove();
  }
}

/** The stacks that are previewed: the one that is wanted, or all but `local`. A `UsageError` for one that there is not. */
export function stackNames(wanted: string | undefined, head: Project, base: Project | undefined): readonly string[] {
  const known = [...new Set([...stacksOf(head), ...(base === undefined ? [] : stacksOf(base))])].sort();
  if (wanted === undefined) return known.filter((name) => name !== LOCAL);
  if (!known.includes(wanted)) throw new UsageError(`there is no stack ${wanted}; there are ${known.join(", ")}`);
  return [wanted];
}

/** A side; `undefined` for one that does not have the stack. */
interface Outcome {
  readonly side: Side | undefined;
  readonly failure?: Failure;
}

async function outcomeOf(side: Promise<Side | undefined>): Promise<Outcome> {
  return { side: await side };
}

/** One bad stack file must not cost the preview of the others. */
async function orFailure(side: Promise<Side | undefined>): Promise<Outcome> {
  try {
    return await outcomeOf(side);
  } catch (error) {
    if (!(error instanceof ProgramError)) throw error;
    return { side: undefined, failure: error.failure };
  }
}

async function sideOf(
  project: Project | undefined,
  name: string,
  revision: string,
  { findings }: PreviewRequest,
  signal: AbortSignal,
): Promise<Side | undefined> {
  const stack = project && readStack(project, name, revision);
  if (project === undefined || stack === undefined) return undefined;
  const graph = await declaredBy({ project, stack, revision }, signal);
  return {
    graph,
    ...(stack.load !== undefined && { load: stack.load }),
    ...(findings !== undefined && { findings: findings(graph, name, stack.load) }),
  };
}

/** A stack of a project; a `ProgramError` for a file that cannot be read. */
export function readStack(project: Project, name: string, revision: string) {
  try {
    return stackOf(project, name);
  } catch (error) {
    throw new ProgramError(`${revision} has a stack file that cannot be read:`, String(error), { cause: error });
  }
}

/** Runs tasks, so many at once, and gives their results in order. The first failure ends it, when those under way have ended. */
async function inTurn<T>(tasks: readonly (() => Promise<T>)[], atOnce: number): Promise<readonly T[]> {
  const results: T[] = [];
  const left = [...tasks.entries()];
  const failures: unknown[] = [];
  const worker = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      const [index, task] = next;
      try {
        results[index] = await task();
      } catch (error) {
        failures.push(error);
        left.length = 0;
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  if (failures.length > 0) throw failures[0];
  return results;
}
