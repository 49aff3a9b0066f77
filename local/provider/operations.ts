/**
 * What Pulumi's engine asks of a provider, answered by the realisers on a running local cloud: the same code that the in-process
 * runner uses. https://github.com/pulumi/pulumi/blob/master/proto/pulumi/provider.proto
 */
import { rulesOf } from "../../infra/replacing-properties.ts";
import { UNKNOWN, plainObject } from "../pulumi-values.ts";
import { realiserOf } from "../realise/index.ts";
import type { CloudFacts, RealiseContext, Realised, Realiser } from "../realise/realiser.ts";
import type { Services } from "../services.ts";
import { diffInputs } from "./diff.ts";
import type { ResourceDiff } from "./diff.ts";
import { seenState } from "./refresh.ts";
import { type Properties, type ResourceState, unknownIfMadeOfUnknown, withContents } from "./values.ts";

/** What the local cloud does not do: said to the engine, which names the resource. */
export class ProviderError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "ProviderError";
  }
}

/** The operations of every resource type, on one running cloud. */
export class Operations {
  readonly #facts: CloudFacts;
  readonly #services: Services;
  /** What was made here, by type and id. */
  readonly #made = new Map<string, { readonly urn: string; readonly resource: Realised }>();

  constructor(facts: CloudFacts, services: Services) {
    this.#facts = facts;
    this.#services = services;
  }

  /** Why a resource cannot be declared like this, `undefined` if it can. `before`: its last inputs, empty for a new one. */
  check(urn: string, before: Properties, inputs: Properties): string | undefined {
    try {
      const realiser = realiserFor(urn);
      const { id, inputs: plain } = this.#realised(realiser, urn, inputs);
      return realiser.behaviour === "real"
        ? realiser.refusal?.(id, plain, this.#services, plainObject(before))
        : undefined;
    } catch (error) {
      return (error as Error).message;
    }
  }

  diff(urn: string, before: Properties, after: Properties): ResourceDiff {
    return diffInputs(rulesOf(partsOf(urn).type), before, after);
  }

  /**
   * Makes a resource. In a preview nothing is made, and all that a cloud would compute is unknown. One that is there already is
   * refused, unless it was made for the same URN: by an update that was killed before it could take that down.
   */
  async create(urn: string, inputs: Properties, preview: boolean): Promise<Omit<ResourceState, "inputs">> {
    const realiser = realiserFor(urn);
    const resource = this.#realised(realiser, urn, inputs);
    if (preview) return { id: "", properties: { ...unknownValues(resource.outputs), ...inputs } };
    if (realiser.behaviour === "real") {
      const key = keyOf(realiser, resource.id);
      const known = this.#made.get(key);
      if (realiser.read(resource.id, this.#services) === undefined) await realiser.create(resource, this.#services);
      else if (known?.urn === urn) await realiser.update(known.resource, resource, this.#services);
      else throw new ProviderError(`${resource.id} already exists`);
      this.#made.set(key, { urn, resource });
    }
    return { id: resource.id, properties: { ...resource.outputs, ...inputs } };
  }

  /** Changes a resource in place; gives its properties. */
  async update(urn: string, id: string, before: Properties, after: Properties, preview: boolean): Promise<Properties> {
    const realiser = realiserFor(urn);
    const resource = { ...this.#realised(realiser, urn, after), id };
    if (preview) return { ...(unknownIfMadeOfUnknown(resource.outputs) as Properties), ...after };
    if (realiser.behaviour === "real") {
      const old = { ...this.#realised(realiser, urn, withContents(before, after) as Properties), id };
      await realiser.update(old, resource, this.#services);
      this.#made.set(keyOf(realiser, id), { urn, resource });
    }
    return { ...resource.outputs, ...after };
  }

  async delete(urn: string, { id, inputs }: Omit<ResourceState, "properties">): Promise<void> {
    const realiser = realiserFor(urn);
    if (realiser.behaviour === "real") {
      const resource = this.#realised(realiser, urn, withContents(inputs) as Properties);
      await realiser.delete({ ...resource, id }, this.#services);
      this.#made.delete(keyOf(realiser, id));
    }
  }

  /** What there is of a resource, `undefined` if it is gone. What the local cloud does not keep is as it was declared. */
  read(urn: string, state: ResourceState): ResourceState | undefined {
    const realiser = realiserFor(urn);
    if (realiser.behaviour === "none") return state;
    const found = realiser.read(state.id, this.#services);
    return found === undefined ? undefined : seenState(state, found);
  }

  #realised(realiser: Realiser, urn: string, properties: Properties): Realised {
    const inputs = plainObject(properties);
    const { id, ...outputs } = realiser.outputs(inputs, this.#context(urn));
    return { id, inputs, outputs };
  }

  #context(urn: string): RealiseContext {
    const { name, project, stack } = partsOf(urn);
    return { ...this.#facts, name, project, stack };
  }
}

/** What a URN says: `urn:pulumi:<stack>::<project>::<parents' types>$<type>::<name>`. */
function partsOf(urn: string): {
  readonly stack: string;
  readonly project: string;
  readonly type: string;
  readonly name: string;
} {
  const [stack = "", project = "", types = "", ...name] = urn.replace(/^urn:pulumi:/, "").split("::");
  return { stack, project, type: types.slice(types.lastIndexOf("$") + 1), name: name.join("::") };
}

function keyOf({ type }: Realiser, id: string): string {
  return `${type} ${id}`;
}

function realiserFor(urn: string): Realiser {
  const { type } = partsOf(urn);
  const realiser = realiserOf(type);
  if (realiser === undefined) throw new ProviderError(`the local cloud does not know ${type}`);
  return realiser;
}

function unknownValues(outputs: Properties): Properties {
  return Object.fromEntries(Object.keys(outputs).map((key) => [key, UNKNOWN]));
}
