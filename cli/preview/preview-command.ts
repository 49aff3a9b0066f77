/** Compares what two revisions declare, stack by stack, without a cloud. */
import type { Preview, Side } from "../../preview/preview.ts";
import { previewOf } from "../../preview/preview.ts";
import type { PolicyFinding } from "../../preview/finding.ts";
import type { DeclaredLoad } from "../../infra/stack-config.ts";
import type { Graph } from "../../local/graph.ts";
import { CommandError, UsageError } from "../errors.ts";
import { declaredBy } from "./declare.ts";
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
 * Previews the working tree against a base. Rejects with a `UsageError` for a stack or a revision that is not there, and with a `CommandError` for a
 * revision whose program cannot be run; the base's work tree is gone then, too.
 */
export async function previewRevisions(request: PreviewRequest, signal: AbortSignal): Promise<Preview> {
  const head = projectIn(request.projectRoot);
  if (head === undefined) throw new UsageError(`there is no Pulumi.yaml in ${request.projectRoot}`);
  const revision = await checkOut({ ...request, ref: request.base }, signal);
  try {
    const base = projectIn(revision.root);
    const names = stackNames(request.stack, head, base);
    const [headName, baseName] = ["the working tree", `${request.base} (${revision.commit})`];
    const sides = names.flatMap((name) => [
      () => sideOf(base, name, `the base ${baseName}`, request, signal),
      () => sideOf(head, name, headName, request, signal),
    ]);
    request.onStep?.(`running the programs of ${baseName} and ${headName} for ${names.join(", ")} …`);
    const done = await inTurn(sides, AT_ONCE);
    const environments = names.map((stack, index) =>
      previewOf({ stack, before: done[2 * index], after: done[2 * index + 1] }),
    );
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

/** A stack of a project; a `CommandError` for a file that cannot be read. */
export function readStack(project: Project, name: string, revision: string) {
  try {
    return stackOf(project, name);
  } catch (error) {
    throw new CommandError(`${revision} has a stack file that cannot be read:`, { hint: String(error), cause: error });
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
