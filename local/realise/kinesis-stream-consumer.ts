import { addConsumer } from "../kinesis/operations/consumers.ts";
import { textOf, withBehaviour } from "./realiser.ts";

/** Kinesis puts the time of registration, in seconds, at the end of a consumer's ARN; here it is always this one. */
const CREATED_SECONDS = 1_767_225_600;

/** A fan-out consumer: reads of its own. */
export const kinesisStreamConsumer = withBehaviour({
  type: "aws:kinesis/streamConsumer:StreamConsumer",
  fixed: ["name", "streamArn"],
  outputs(inputs) {
    const arn = `${textOf(inputs, "streamArn")}/consumer/${textOf(inputs, "name")}:${CREATED_SECONDS}`;
    return { id: arn, arn, creationTimestamp: new Date(CREATED_SECONDS * 1000).toISOString() };
  },
  create({ inputs }, { streams, clock }) {
    const stream = streams.byArn(textOf(inputs, "streamArn"), clock.now());
    if (stream === undefined) throw new Error(`there is no stream ${textOf(inputs, "streamArn")}`);
    addConsumer(stream, textOf(inputs, "name"), CREATED_SECONDS * 1000);
  },
  delete({ id, inputs }, { streams, clock }) {
    streams.byArn(id, clock.now())?.consumers.delete(textOf(inputs, "name"));
  },
  read(id, { streams, clock }) {
    const stream = streams.byArn(id, clock.now());
    const consumer = [...(stream?.consumers.values() ?? [])].find(({ arn }) => arn === id);
    return consumer && { name: consumer.name, streamArn: stream!.arn };
  },
});
