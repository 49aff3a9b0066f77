/** What a refresh finds: the declared state, with what the running cloud has in its place. Pure. */
import { type Properties, type ResourceState, isStructure, sameValue, valueOf } from "./values.ts";

/**
 * A resource as it is. `found` is what a realiser has read: those inputs that matter here, in their form; what it leaves out is not kept
 * by the local cloud, and counts as declared. What was never declared is seen in the properties alone, as with the providers.
 */
export function seenState(state: ResourceState, found: Properties): ResourceState {
  return {
    id: state.id,
    inputs: overlaid(state.inputs, found, Object.keys(state.inputs)),
    properties: overlaid(state.properties, found, [...Object.keys(state.properties), ...Object.keys(found)]),
  };
}

function overlaid(declared: Properties, found: Properties, keys: readonly string[]): Properties {
  return Object.fromEntries(keys.map((key) => [key, seen(valueOf(declared, key), valueOf(found, key))]));
}

function seen(declared: unknown, found: unknown): unknown {
  if (found === undefined) return declared;
  if (isStructure(declared) && isStructure(found))
    return overlaid(declared, found, Object.keys({ ...declared, ...found }));
  return sameValue(declared, found) || sameJson(declared, found) ? declared : found;
}

/** Whether two texts are the same JSON: a table's schema may be written in another order. */
function sameJson(one: unknown, other: unknown): boolean {
  if (typeof one !== "string" || typeof other !== "string") return false;
  try {
    return sameValue(JSON.parse(one), JSON.parse(other));
  } catch {
    return false;
  }
}
