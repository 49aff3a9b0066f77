import { textOf } from "./realiser.ts";
import type { Realiser } from "./realiser.ts";

/** The stream: shards, limits and retention of the stream model. */
export const kinesisStream: Realiser = {
  type: "aws:kinesis/stream:Stream",
  behaviour: "real",
  outputs(inputs, { region, accountId }) {
    const arn = `arn:aws:kinesis:${region}:${accountId}:stream/${textOf(inputs, "name")}`;
    return { id: arn, arn };
  },
};
