import { ownUuid, textOf } from "./realiser.ts";
import type { Realiser } from "./realiser.ts";

const TYPE = "aws:lambda/eventSourceMapping:EventSourceMapping";

/** An event source mapping: the mapping's state machine between stream and function. */
export const lambdaEventSourceMapping: Realiser = {
  type: TYPE,
  behaviour: "real",
  outputs(inputs, context) {
    const uuid = ownUuid(TYPE, context);
    const arn = `arn:aws:lambda:${context.region}:${context.accountId}:event-source-mapping:${uuid}`;
    return { id: uuid, uuid, arn, functionArn: textOf(inputs, "functionName"), state: "Enabled" };
  },
};
