/** From a request's target and body to its answer; knows nothing of sockets. */
import type { Clock } from "../../contract/clock.ts";
import { KinesisError } from "./errors.ts";
import { OPERATIONS } from "./operations/index.ts";
import { subscribeToShard, subscribeToShardMembers } from "./operations/subscribe.ts";
import type { Subscription } from "./operations/subscribe.ts";
import type { StreamRegistry } from "./registry.ts";
import { checkInput } from "./shape.ts";
import type { Input, Members } from "./shape.ts";
import type { Wire } from "./wire.ts";

/** An answer, whole or over time. */
export type Answer =
  | { readonly kind: "body"; readonly status: number; readonly body: Buffer }
  | { readonly kind: "events"; readonly subscription: Subscription };

const SERVICE = "Kinesis_20131202.";
const EMPTY = Buffer.alloc(0);

export class Dispatcher {
  readonly #clock: Clock;
  readonly #streams: StreamRegistry;
  /** Consumer and shard of each subscription that runs. */
  readonly #subscribed = new Set<string>();

  constructor(clock: Clock, streams: StreamRegistry) {
    this.#clock = clock;
    this.#streams = streams;
  }

  /** Answers one request; never throws. A failure that is no answer of the API is `InternalFailure`, status 500. */
  answer(target: string | undefined, wire: Wire, body: Buffer): Answer {
    try {
      return this.#run(operationOf(target), wire, body);
    } catch (error) {
      const failure = error instanceof KinesisError ? error : internalFailure(error);
      const message = { [failure.code === "SerializationException" ? "Message" : "message"]: failure.message };
      return { kind: "body", status: failure.status, body: wire.encode({ __type: failure.code, ...message }) };
    }
  }

  #run(name: string, wire: Wire, body: Buffer): Answer {
    const operation = Object.hasOwn(OPERATIONS, name) ? OPERATIONS[name]! : undefined;
    const context = { streams: this.#streams, clock: this.#clock, nowMs: this.#clock.now(), wire };
    if (name === "SubscribeToShard") {
      const input = toInput(body, subscribeToShardMembers, wire);
      return { kind: "events", subscription: subscribeToShard(input, context, this.#subscribed) };
    }
    if (operation === undefined) {
      throw new KinesisError("UnknownOperationException", `The operation ${name} is not known to the local Kinesis.`);
    }
    const output = operation.run(toInput(body, operation.members, wire), context);
    return { kind: "body", status: 200, body: output === undefined ? EMPTY : wire.encode(output) };
  }
}

function operationOf(target: string | undefined): string {
  if (target?.startsWith(SERVICE)) return target.slice(SERVICE.length);
  throw new KinesisError("UnknownOperationException", `The target ${target ?? "(none)"} is no operation of Kinesis.`);
}

function toInput(body: Buffer, members: Members, wire: Wire): Input {
  let decoded: unknown;
  try {
    decoded = wire.decode(body);
  } catch {
    decoded = undefined;
  }
  if (typeof decoded !== "object" || decoded === null || Array.isArray(decoded)) {
    throw new KinesisError("SerializationException", "The body is not an object.");
  }
  return checkInput(named(decoded as Record<string, unknown>, members), members);
}

/** A stream may be named by its ARN wherever it may be named by its name. */
function named(input: Record<string, unknown>, members: Members): Record<string, unknown> {
  const { StreamName: name, StreamARN: arn } = input;
  if (!("StreamName" in members) || name !== undefined || typeof arn !== "string") return input;
  return { ...input, StreamName: arn.split(":stream/")[1] ?? arn };
}

function internalFailure(error: unknown): KinesisError {
  return new KinesisError("InternalFailure", error instanceof Error ? error.message : String(error), 500);
}
