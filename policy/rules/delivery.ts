/** Rules about mappings: what becomes of records that a backend does not take. */
import type { Rule, Violation } from "../rule.ts";
import { type PolicyResource, type PolicyStack, numberAt, objectAt, ofType, textAt } from "../stack.ts";

const MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping";
const LINK = "https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-parameters.html";

/** A batch that can never be taken gives way in time. */
export const boundedRetries: Rule = {
  name: "bounded-retries",
  description: "Every mapping gives a batch up after a number of attempts and an age.",
  why: "Without bounds one batch that fails for good blocks its shard until the stream forgets it, and all behind it is lost with it.",
  fix: "set maximumRetryAttempts and maximumRecordAgeInSeconds to numbers; -1 and nothing both mean for ever",
  link: LINK,
  check: (stack) =>
    mappings(stack).flatMap(({ name, inputs }) =>
      ["maximumRetryAttempts", "maximumRecordAgeInSeconds"]
        .filter((bound) => (numberAt(inputs, bound) ?? -1) < 0)
        .map((bound): Violation => ({ resource: name, message: `the mapping has no bound on ${bound}` })),
    ),
};

/** What is given up is kept. */
export const failureDestination: Rule = {
  name: "failure-destination",
  description: "Every mapping has a destination for the batches that it gives up.",
  why: "What a mapping gives up without one is gone without a trace.",
  fix: "set destinationConfig.onFailure.destinationArn to the dead-letter bucket",
  link: LINK,
  check: (stack) =>
    mappings(stack)
      .filter(
        ({ inputs }) => textAt(objectAt(objectAt(inputs, "destinationConfig"), "onFailure"), "destinationArn") === "",
      )
      .map(({ name }) => ({ resource: name, message: "the mapping drops what it gives up" })),
};

/** The stream keeps records for longer than an outage lasts. */
export const retentionMinimum: Rule = {
  name: "retention-minimum",
  description: "The stream keeps records for at least the environment's minimum.",
  why: "A backend that is away for longer than the retention loses records; a week-end is 62 hours.",
  fix: "set stream.retentionHours to the minimum of policy/policy.yaml or more",
  link: "https://docs.aws.amazon.com/streams/latest/dev/kinesis-extended-retention.html",
  check: (stack, { minimumRetentionHours }) =>
    ofType(stack, "aws:kinesis/stream:Stream")
      .map(({ name, inputs }) => ({ name, hours: numberAt(inputs, "retentionPeriod") ?? 24 }))
      .filter(({ hours }) => hours < minimumRetentionHours)
      .map(({ name, hours }) => ({
        resource: name,
        message: `the stream keeps records for ${hours} h, less than ${minimumRetentionHours} h`,
      })),
};

function mappings(stack: PolicyStack): readonly PolicyResource[] {
  return ofType(stack, MAPPING);
}
