import type { Clock } from "../../../contract/clock.ts";
import { notFound } from "../errors.ts";
import type { StreamEntry, StreamRegistry } from "../registry.ts";
import type { Input, Members, Shape } from "../shape.ts";
import type { Wire } from "../wire.ts";

/** What an operation works with. */
export interface CallContext {
  readonly streams: StreamRegistry;
  readonly nowMs: number;
  readonly wire: Wire;
}

/** What a call that answers over time works with. */
export interface SubscriptionContext extends CallContext {
  readonly clock: Clock;
}

/** One operation: the shape of its request, and what it does. `undefined` answers with an empty body. */
export interface Operation {
  readonly members: Members;
  readonly run: (input: Input, context: CallContext) => object | undefined;
}

const NAME = "[a-zA-Z0-9_.-]+";

export const nameShape: Shape = { type: "String", pattern: NAME, length: [1, 128] };
export const requiredName: Shape = { ...nameShape, required: true };
export const arnShape: Shape = {
  type: "String",
  pattern: "arn:aws.*:kinesis:.*:\\d{12}:.*stream/\\S+",
  length: [1, 2048],
};
export const hashKeyPattern = "0|([1-9]\\d{0,38})";
export const sequencePattern = "0|([1-9]\\d{0,128})";
export const pageSize: Shape = { type: "Integer", range: [1, 10_000] };
export const timestamp: Shape = { type: "Timestamp" };

/** How messages name a stream. */
export function streamText(name: string, context: CallContext): string {
  return `${name} under account ${context.streams.accountId}`;
}

/** The stream that a request names; an ARN has been turned into a name by then. Throws a `ResourceNotFoundException`. */
export function streamOf(input: Input, context: CallContext): StreamEntry {
  const name = input.StreamName as string;
  const entry = context.streams.get(name, context.nowMs);
  if (entry === undefined) throw notFound(`Stream ${streamText(name, context)} not found.`);
  return entry;
}

/** The status that DescribeStream shows. */
export function statusOf(entry: StreamEntry, nowMs: number): string {
  return entry.deletedAtMs === undefined ? entry.model.status(nowMs) : "DELETING";
}
