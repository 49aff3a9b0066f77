import type { Graph, GraphResource } from "../../../local/graph.ts";
import type { StackConfig } from "../../../infra/stack-config.ts";

/** What an invariant is checked on. */
export interface Declared {
  readonly config: StackConfig;
  readonly graph: Graph;
}

/** Every place where it does not hold, in words; none where it does. */
export type Invariant = (declared: Declared) => readonly string[];

/** A value of nested properties, `undefined` where one is missing. */
export function at(value: unknown, ...keys: readonly (string | number)[]): unknown {
  return keys.reduce<unknown>(
    (inner, key) => (inner as Record<string | number, unknown> | null | undefined)?.[key],
    value,
  );
}

/** Problems of all resources of a type; an error message if there is none of the type. */
export function each(
  graph: Graph,
  type: string,
  problemsOf: (resource: GraphResource) => readonly (string | false)[],
): readonly string[] {
  const resources = graph.resources.filter((resource) => resource.type === type);
  if (resources.length === 0) return [`there is no ${type}`];
  return resources.flatMap((resource) =>
    problemsOf(resource).flatMap((problem) => (problem === false ? [] : [`${resource.name}: ${problem}`])),
  );
}
