import { EventSourceDriver } from "../lambda/event-source-driver.ts";
import { declaredMapping } from "../lambda/mapping-inputs.ts";
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
  create({ id, inputs }, services) {
    const { clock, streams, lambda, buckets, mappings, randomUuid, onProblem } = services;
    const declared = declaredMapping(inputs);
    const stream = streams.byArn(declared.streamArn, clock.now());
    if (stream === undefined) throw new Error(`there is no stream ${declared.streamArn}`);
    if (declared.consumer !== undefined && !stream.consumers.has(declared.consumer)) {
      throw new Error(`stream ${stream.name} has no consumer ${declared.consumer}`);
    }
    const functionName = declared.functionName.replace(/^arn:aws:lambda:.*:function:/, "");
    const driver = new EventSourceDriver({
      clock,
      mappingId: id,
      declared,
      stream: stream.model,
      region: streams.region,
      functionArn: lambda.arn(functionName),
      roleArn: lambda.roleArn(functionName),
      invoke: (event, kinesisRecords) => lambda.invoke(functionName, event, kinesisRecords),
      putObject: async (bucket, key, bytes) => buckets.putObject(bucket, key, bytes),
      randomUuid,
      onProblem,
    });
    mappings.set(id, { functionName, streamArn: declared.streamArn, driver });
    driver.start();
  },
};
