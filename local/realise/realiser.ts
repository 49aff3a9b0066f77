/** How one resource type of the program is realised on this machine. */
import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import type { Services } from "../services.ts";

/** Facts of the clouds that computed outputs are made of. */
export interface CloudFacts {
  readonly accountId: string;
  readonly region: string;
  readonly googleProject: string;
  readonly googleProjectNumber: string;
}

/** Where a resource is declared. */
export interface RealiseContext extends CloudFacts {
  /** Logical name. */
  readonly name: string;
  readonly project: string;
  readonly stack: string;
}

/** Inputs of a resource, as plain data. */
export type Inputs = Readonly<Record<string, unknown>>;

/** A resource with its inputs and what {@link Realiser.outputs} computed for it. */
export interface Realised {
  readonly id: string;
  readonly inputs: Inputs;
  readonly outputs: Inputs;
}

/** What every resource type has. */
interface ResourceType {
  /** Type token: `aws:kinesis/stream:Stream`. */
  readonly type: string;
  /** What a cloud computes, `id` among it; the inputs come back unasked. Pure: the same inputs give the same outputs. */
  outputs(inputs: Inputs, context: RealiseContext): Readonly<Record<string, unknown>> & { readonly id: string };
}

/** A type that has no effect on a laptop, such as an encryption key: making, changing and deleting it does nothing. */
export interface WithoutBehaviour extends ResourceType {
  readonly behaviour: "none";
}

/** A type that does something in the running cloud. Errors say what is wrong; whoever asked knows the resource. */
export interface WithBehaviour extends ResourceType {
  readonly behaviour: "real";
  /** Inputs, by dotted path, that no cloud changes in place: with another value the resource is another one. */
  readonly fixed: readonly string[];
  /**
   * Why the running cloud would not take it so, `undefined` if it would: asked before anything is made or changed. `before`: the inputs
   * that it was deployed with last, empty for what is new.
   */
  readonly refusal?: (id: string, inputs: Inputs, services: Services, before: Inputs) => string | undefined;
  /** Makes it. Everything that it depends on is there. */
  readonly create: (resource: Realised, services: Services) => void | Promise<void>;
  /** Changes what `old` made into `resource`, in place. Rejects, with nothing changed, if a fixed input differs. */
  readonly update: (old: Realised, resource: Realised, services: Services) => Promise<void>;
  /** Deletes it. Nothing depends on it any more. */
  readonly delete: (resource: Realised, services: Services) => void | Promise<void>;
  /** What the running cloud has under this id, in the form of those inputs that matter here; `undefined` if it is not there. */
  readonly read: (id: string, services: Services) => Inputs | undefined;
}

/** One resource type. */
export type Realiser = WithBehaviour | WithoutBehaviour;

/** How a type with behaviour is written down: without `update`, nothing that may change matters here. */
type Definition = Omit<WithBehaviour, "behaviour" | "update"> & {
  readonly update?: (old: Realised, resource: Realised, services: Services) => void | Promise<void>;
};

/** A realiser of a type with behaviour. */
export function withBehaviour(definition: Definition): WithBehaviour {
  return {
    ...definition,
    behaviour: "real",
    async update(old, resource, services) {
      const changed = definition.fixed.filter((path) => differs(old, resource, path));
      if (changed.length > 0) throw new Error(`${changed.join(", ")} cannot change in place`);
      await definition.update?.(old, resource, services);
    },
  };
}

/** A realiser of a type without behaviour. */
export function withoutBehaviour(type: string, outputs: Realiser["outputs"]): WithoutBehaviour {
  return { type, behaviour: "none", outputs };
}

/** Whether two states of a resource differ in an input, given by its dotted path. */
export function differs(old: Realised, resource: Realised, path: string): boolean {
  return !isDeepStrictEqual(inputAt(old.inputs, path), inputAt(resource.inputs, path));
}

function inputAt(inputs: Inputs, path: string): unknown {
  return path.split(".").reduce<unknown>((value, key) => (value as Inputs | undefined)?.[key], inputs);
}

/** A text among the inputs; an error that names it if it is missing. */
export function textOf(inputs: Inputs, key: string): string {
  const value = inputs[key];
  if (typeof value !== "string") throw new Error(`input ${key} is ${JSON.stringify(value)}, not a text`);
  return value;
}

/** A text among the inputs, or `undefined`; an error that names it if it is anything else. */
export function optionalTextOf(inputs: Inputs, key: string): string | undefined {
  return inputs[key] === undefined ? undefined : textOf(inputs, key);
}

/** A whole number among the inputs, or `undefined`; an error that names it if it is anything else. */
export function numberOf(inputs: Inputs, key: string): number | undefined {
  const value = inputs[key];
  if (value === undefined) return undefined;
  if (!Number.isInteger(value)) throw new Error(`input ${key} is ${JSON.stringify(value)}, not a whole number`);
  return value as number;
}

/** Texts by name among the inputs; empty if there are none. */
export function textsOf(inputs: Inputs, key: string): Readonly<Record<string, string>> {
  const value = inputs[key] ?? {};
  if (typeof value !== "object" || value === null || Object.values(value).some((each) => typeof each !== "string")) {
    throw new Error(`input ${key} is ${JSON.stringify(value)}, not texts by name`);
  }
  return value as Readonly<Record<string, string>>;
}

/** A UUID that follows from a text. */
export function uuidOf(text: string): string {
  const hex = createHash("sha256").update(text).digest("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `a${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    "-",
  );
}

/** UUID of a resource of a stack. */
export function ownUuid(type: string, context: RealiseContext): string {
  return uuidOf([context.project, context.stack, type, context.name].join("/"));
}
