/** Whose the shard count is: the declared one's, or the auto-scaler's (`sluice:autoscaling`, mode `act`). Pure. */
import { ENVIRONMENT } from "../contract/environment.ts";
import type { Graph, GraphResource } from "../local/graph.ts";
import { ofType } from "../local/graph.ts";

/** The counts that the auto-scaler keeps to. */
interface Scaling {
  readonly minShards: string;
  readonly maxShards: string;
}

/**
 * What somebody who deploys has to know of the shard count's owner, in sentences. Told by the function's variables: a state, which the
 * engine's comparison begins with, does not say what is ignored.
 */
export function ownerNotes(
  stream: GraphResource | undefined,
  before: Graph | undefined,
  after: Graph | undefined,
  changed: boolean,
): readonly string[] {
  if (stream === undefined) return [];
  const [was, is] = [scalingOf(before), scalingOf(after)];
  const declared = String(stream.inputs["shardCount"]);
  if (is !== undefined) {
    const range = `from ${is.minShards} to ${is.maxShards}`;
    if (was === undefined) {
      return [
        `From now on the auto-scaler owns the shard count of ${stream.name}, ${range} (sluice:autoscaling): the declared ${declared} is only what a new stream begins with.`,
      ];
    }
    return changed
      ? [
          `The auto-scaler owns the shard count of ${stream.name}, ${range}: it stays as it is. Cost and capacity are those of the declared ${declared}.`,
        ]
      : [];
  }
  if (was === undefined || after === undefined) return [];
  return [
    `The auto-scaler owns the shard count of ${stream.name} no longer: the declared ${declared} holds again. Declare the count that the stream has first, or it goes to ${declared}.`,
  ];
}

function scalingOf(graph: Graph | undefined): Scaling | undefined {
  if (graph === undefined) return undefined;
  for (const { inputs } of ofType(graph, "aws:lambda/function:Function")) {
    const { variables } = (inputs["environment"] ?? {}) as { readonly variables?: Readonly<Record<string, string>> };
    if (variables?.[ENVIRONMENT.scalerMode] !== "act") continue;
    return {
      minShards: String(variables[ENVIRONMENT.minShards]),
      maxShards: String(variables[ENVIRONMENT.maxShards]),
    };
  }
  return undefined;
}
