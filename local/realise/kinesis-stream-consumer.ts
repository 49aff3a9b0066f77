import { textOf } from "./realiser.ts";
import type { Realiser } from "./realiser.ts";

/** Kinesis puts the time of registration, in seconds, at the end of a consumer's ARN; here it is always this one. */
const CREATED_SECONDS = 1_767_225_600;

/** A fan-out consumer: reads of its own. */
export const kinesisStreamConsumer: Realiser = {
  type: "aws:kinesis/streamConsumer:StreamConsumer",
  behaviour: "real",
  outputs(inputs) {
    const arn = `${textOf(inputs, "streamArn")}/consumer/${textOf(inputs, "name")}:${CREATED_SECONDS}`;
    return { id: arn, arn, creationTimestamp: new Date(CREATED_SECONDS * 1000).toISOString() };
  },
  create({ id, inputs }, { streams, clock }) {
    const stream = streams.byArn(textOf(inputs, "streamArn"), clock.now());
    if (stream === undefined) throw new Error(`there is no stream ${textOf(inputs, "streamArn")}`);
    const name = textOf(inputs, "name");
    stream.consumers.set(name, { name, arn: id, createdAtMs: CREATED_SECONDS * 1000 });
  },
};
