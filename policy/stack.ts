/** A stack as the rules see it: the same from the in-process runner, from a preview and from Pulumi's engine. Pure. */
import type { Graph } from "../local/graph.ts";

/** Inputs of a resource. */
export type Inputs = Readonly<Record<string, unknown>>;

/** One resource. */
export interface PolicyResource {
  /** Type token: `aws:s3/bucket:Bucket`. */
  readonly type: string;
  /** Logical name. */
  readonly name: string;
  readonly inputs: Inputs;
  /** Whether Pulumi refuses to delete it. */
  readonly protect: boolean;
  /** Inputs of its provider, `undefined` where it has none of its own. */
  readonly providerInputs: Inputs | undefined;
}

/** A whole stack. */
export interface PolicyStack {
  /** Name of the stack: `production`. */
  readonly environment: string;
  readonly resources: readonly PolicyResource[];
  /** What a month of the declared load costs in US dollars, storage included; `undefined` where nobody priced it. */
  readonly monthlyUsd: number | undefined;
}

/** Takes what the program declares. */
export function policyStack(graph: Graph, environment: string, monthlyUsd: number | undefined): PolicyStack {
  const providers = new Map(graph.resources.map(({ urn, id, inputs }) => [`${urn}::${id}`, inputs]));
  return {
    environment,
    monthlyUsd,
    resources: graph.resources
      .filter(({ custom }) => custom)
      .map(({ type, name, inputs, protect, provider }) => ({
        ...{ type, name, inputs, protect },
        providerInputs: provider === undefined ? undefined : providers.get(provider),
      })),
  };
}

/** All resources of a type. */
export function ofType({ resources }: PolicyStack, type: string): readonly PolicyResource[] {
  return resources.filter((resource) => resource.type === type);
}

/** An object among the inputs; empty where there is none. */
export function objectAt(inputs: Inputs, key: string): Inputs {
  const value = inputs[key];
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Inputs) : {};
}

/** The objects of a list among the inputs; what is no object is left out. */
export function objectsAt(inputs: Inputs, key: string): readonly Inputs[] {
  return listAt(inputs, key).filter(
    (each): each is Inputs => typeof each === "object" && each !== null && !Array.isArray(each),
  );
}

/** The texts of a list among the inputs; what is no text is left out. */
export function textsAt(inputs: Inputs, key: string): readonly string[] {
  return listAt(inputs, key).filter((each) => typeof each === "string");
}

/** A list among the inputs; empty where there is none. */
export function listAt(inputs: Inputs, key: string): readonly unknown[] {
  const value = inputs[key];
  return Array.isArray(value) ? value : [];
}

/** A number among the inputs. */
export function numberAt(inputs: Inputs, key: string): number | undefined {
  const value = inputs[key];
  return typeof value === "number" ? value : undefined;
}

/** A text among the inputs; `""` where there is none. */
export function textAt(inputs: Inputs, key: string): string {
  const value = inputs[key];
  return typeof value === "string" ? value : "";
}
