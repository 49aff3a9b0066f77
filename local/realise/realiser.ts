/** How one resource type of the program is realised on this machine. */
import { createHash } from "node:crypto";
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

/** One resource type. */
export interface Realiser {
  /** Type token: `aws:kinesis/stream:Stream`. */
  readonly type: string;
  /** Whether it does something here; `"none"` for what has no effect on a laptop, such as an alarm. */
  readonly behaviour: "real" | "none";
  /** What a cloud computes, `id` among it; the inputs come back unasked. Pure: the same inputs give the same outputs. */
  outputs(inputs: Inputs, context: RealiseContext): Readonly<Record<string, unknown>> & { readonly id: string };
  /** Makes it in the running cloud. Everything that it depends on is there. Not there for a type without behaviour. */
  readonly create?: (resource: Realised, services: Services) => void | Promise<void>;
}

/** A realiser of a type without behaviour. */
export function withoutBehaviour(type: string, outputs: Realiser["outputs"]): Realiser {
  return { type, behaviour: "none", outputs };
}

/** A text among the inputs; an error that names it if it is missing. */
export function textOf(inputs: Inputs, key: string): string {
  const value = inputs[key];
  if (typeof value !== "string") throw new Error(`input ${key} is ${JSON.stringify(value)}, not a text`);
  return value;
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
