import { isDeepStrictEqual } from "node:util";
import { EventSourceDriver } from "../../model/event-source/driver.ts";
import type { DriverUpdate } from "../../model/event-source/driver.ts";
import { declaredMapping } from "../lambda/mapping-inputs.ts";
import type { Services } from "../services.ts";
import { ownUuid, textOf, withBehaviour } from "./realiser.ts";
import type { Inputs } from "./realiser.ts";

const TYPE = "aws:lambda/eventSourceMapping:EventSourceMapping";

/** An event source mapping: the mapping's state machine between stream and function. */
export const lambdaEventSourceMapping = withBehaviour({
  type: TYPE,
  fixed: ["eventSourceArn", "startingPosition", "startingPositionTimestamp"],
  outputs(inputs, context) {
    const uuid = ownUuid(TYPE, context);
    const arn = `arn:aws:lambda:${context.region}:${context.accountId}:event-source-mapping:${uuid}`;
    return { id: uuid, uuid, arn, functionArn: textOf(inputs, "functionName"), state: "Enabled" };
  },
  create({ id, inputs }, services) {
    const { clock, streams, buckets, mappings, randomUuid, onProblem } = services;
    const target = declaredTarget(inputs, services);
    const { streamArn, consumer } = target.declared;
    const stream = streams.byArn(streamArn, clock.now());
    if (stream === undefined) throw new Error(`there is no stream ${streamArn}`);
    if (consumer !== undefined && !stream.consumers.has(consumer)) {
      throw new Error(`stream ${stream.name} has no consumer ${consumer}`);
    }
    const driver = new EventSourceDriver({
      ...target,
      clock,
      mappingId: id,
      stream: stream.model,
      region: streams.region,
      putObject: async (bucket, key, bytes) => buckets.putObject(bucket, key, bytes),
      randomUuid,
      onProblem,
    });
    mappings.set(id, { inputs, driver });
    driver.start();
  },
  update(old, { id, inputs }, services) {
    const running = services.mappings.get(id);
    if (running === undefined) throw new Error(`there is no event source mapping ${id}`);
    const target = declaredTarget(inputs, services);
    services.mappings.set(id, { inputs, driver: running.driver });
    if (!isDeepStrictEqual(target.declared, declaredMapping(old.inputs))) running.driver.update(target);
  },
  delete({ id }, { mappings }) {
    mappings.get(id)?.driver.stop();
    mappings.delete(id);
  },
  read: (id, { mappings }) => mappings.get(id)?.inputs,
});

/** What is delivered how, and to whom. */
function declaredTarget(inputs: Inputs, { clock, lambda, meter }: Services): DriverUpdate {
  const declared = declaredMapping(inputs);
  const functionName = declared.functionName.replace(/^arn:aws:lambda:.*:function:/, "");
  return {
    declared,
    functionArn: lambda.arn(functionName),
    roleArn: lambda.roleArn(functionName),
    async invoke(batch) {
      const nowMs = clock.now();
      const result = await lambda.invoke(functionName, batch.event(), batch.records.length);
      if (result.kind !== "throttled") meter.delivered(functionName, nowMs - batch.records.at(-1)!.arrivalMs, nowMs);
      return result;
    },
  };
}
