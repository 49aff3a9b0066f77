import { inUse, KinesisError, limitExceeded, notFound } from "../errors.ts";
import type { StreamConsumer, StreamEntry } from "../registry.ts";
import type { Input } from "../shape.ts";
import { arnShape, nameShape, requiredName, timestamp } from "./context.ts";
import type { CallContext, Operation } from "./context.ts";

/** Fan-out consumers of a stream. https://docs.aws.amazon.com/streams/latest/dev/enhanced-consumers.html */
const MOST_CONSUMERS = 20;

const requiredArn = { ...arnShape, required: true };
const consumerMembers = { StreamARN: arnShape, ConsumerName: nameShape, ConsumerARN: arnShape };

export const registerStreamConsumer: Operation = {
  members: { StreamARN: requiredArn, ConsumerName: requiredName },
  run(input, context) {
    const stream = streamByArn(input.StreamARN as string, context);
    const consumer = addConsumer(stream, input.ConsumerName as string, context.nowMs);
    return { Consumer: { ...toConsumer(consumer, context), ConsumerStatus: "CREATING" } };
  },
};

export const describeStreamConsumer: Operation = {
  members: consumerMembers,
  run(input, context) {
    const { stream, consumer } = consumerOf(input, context);
    return { ConsumerDescription: { ...toConsumer(consumer, context), StreamARN: stream.arn } };
  },
};

export const deregisterStreamConsumer: Operation = {
  members: consumerMembers,
  run(input, context) {
    const { stream, consumer } = consumerOf(input, context);
    stream.consumers.delete(consumer.name);
    return undefined;
  },
};

export const listStreamConsumers: Operation = {
  members: {
    StreamARN: requiredArn,
    NextToken: { type: "String", length: [1, 1_048_576] },
    MaxResults: { type: "Integer", range: [1, 100] },
    StreamCreationTimestamp: timestamp,
  },
  run(input, context) {
    const stream = streamByArn(input.StreamARN as string, context);
    const after = (input.NextToken as string | undefined) ?? "";
    const all = [...stream.consumers.values()]
      .filter((consumer) => consumer.name > after)
      .sort((a, b) => (a.name < b.name ? -1 : 1));
    const consumers = all.slice(0, (input.MaxResults as number | undefined) ?? 100);
    return {
      Consumers: consumers.map((consumer) => toConsumer(consumer, context)),
      ...(consumers.length < all.length && { NextToken: consumers.at(-1)!.name }),
    };
  },
};

/** Registers a consumer on a stream. Throws a `ResourceInUseException` for a name that is taken. */
export function addConsumer(stream: StreamEntry, name: string, nowMs: number): StreamConsumer {
  if (stream.consumers.has(name)) throw inUse(`Consumer ${name} of stream ${stream.name} already exists.`);
  if (stream.consumers.size >= MOST_CONSUMERS) {
    throw limitExceeded(`Stream ${stream.name} has ${MOST_CONSUMERS} consumers, which is the limit.`);
  }
  const arn = `${stream.arn}/consumer/${name}:${Math.floor(nowMs / 1000)}`;
  const consumer = { name, arn, createdAtMs: nowMs };
  stream.consumers.set(name, consumer);
  return consumer;
}

/** The stream and consumer that a request names, by the consumer's ARN or by the stream's ARN and the consumer's name. */
export function consumerOf(input: Input, context: CallContext): { stream: StreamEntry; consumer: StreamConsumer } {
  const { StreamARN, ConsumerName, ConsumerARN } = input as Record<string, string | undefined>;
  if (ConsumerARN === undefined && (StreamARN === undefined || ConsumerName === undefined)) {
    throw new KinesisError(
      "InvalidArgumentException",
      "Either ConsumerARN or StreamARN and ConsumerName should be provided.",
    );
  }
  const stream = streamByArn((ConsumerARN ?? StreamARN)!, context);
  const all = [...stream.consumers.values()];
  const consumer = all.find(({ name, arn }) =>
    ConsumerARN === undefined ? name === ConsumerName : arn === ConsumerARN,
  );
  if (consumer === undefined)
    throw notFound(`Consumer ${ConsumerARN ?? ConsumerName} of stream ${stream.name} not found.`);
  return { stream, consumer };
}

function streamByArn(arn: string, context: CallContext): StreamEntry {
  const stream = context.streams.byArn(arn, context.nowMs);
  if (stream === undefined) throw notFound(`Stream ${arn} under account ${context.streams.accountId} not found.`);
  return stream;
}

function toConsumer(consumer: StreamConsumer, { wire }: CallContext): object {
  return {
    ConsumerName: consumer.name,
    ConsumerARN: consumer.arn,
    ConsumerStatus: "ACTIVE",
    ConsumerCreationTimestamp: wire.time(consumer.createdAtMs),
  };
}
