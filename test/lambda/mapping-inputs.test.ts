import { declaredMapping } from "../../local/lambda/mapping-inputs.ts";

const STREAM_ARN = "arn:aws:kinesis:us-east-1:000000000000:stream/log";
const INPUTS = { eventSourceArn: STREAM_ARN, functionName: "archive", startingPosition: "TRIM_HORIZON" };

test("what is not declared has Lambda's defaults", () => {
  expect(declaredMapping(INPUTS)).toEqual({
    settings: {
      batchSize: 100,
      maximumBatchingWindowInSeconds: 0,
      parallelizationFactor: 1,
      maximumRetryAttempts: -1,
      maximumRecordAgeInSeconds: -1,
      bisectBatchOnFunctionError: false,
      reportBatchItemFailures: false,
      startingPosition: { type: "TRIM_HORIZON" },
      fanOut: false,
      onFailureDestination: false,
    },
    eventSourceArn: STREAM_ARN,
    streamArn: STREAM_ARN,
    consumer: undefined,
    functionName: "archive",
    failureBucket: undefined,
    enabled: true,
  });
});

test("every declared setting is taken, and a consumer's ARN means fan-out on its stream", () => {
  const declared = declaredMapping({
    ...INPUTS,
    eventSourceArn: `${STREAM_ARN}/consumer/log-archive:1767225600`,
    startingPosition: "AT_TIMESTAMP",
    startingPositionTimestamp: "2026-01-01T00:00:00Z",
    batchSize: 4000,
    maximumBatchingWindowInSeconds: 5,
    parallelizationFactor: 10,
    maximumRetryAttempts: 480,
    maximumRecordAgeInSeconds: 604_800,
    bisectBatchOnFunctionError: true,
    functionResponseTypes: ["ReportBatchItemFailures"],
    destinationConfig: { onFailure: { destinationArn: "arn:aws:s3:::dead-letters" } },
    enabled: false,
  });
  expect(declared).toEqual({
    settings: {
      batchSize: 4000,
      maximumBatchingWindowInSeconds: 5,
      parallelizationFactor: 10,
      maximumRetryAttempts: 480,
      maximumRecordAgeInSeconds: 604_800,
      bisectBatchOnFunctionError: true,
      reportBatchItemFailures: true,
      startingPosition: { type: "AT_TIMESTAMP", timestampMs: Date.UTC(2026, 0, 1) },
      fanOut: true,
      onFailureDestination: true,
    },
    eventSourceArn: `${STREAM_ARN}/consumer/log-archive:1767225600`,
    streamArn: STREAM_ARN,
    consumer: "log-archive",
    functionName: "archive",
    failureBucket: "dead-letters",
    enabled: false,
  });
});

test.each([
  [{ eventSourceArn: undefined }, "event source mapping: eventSourceArn is missing"],
  [
    { eventSourceArn: "arn:aws:sqs:us-east-1:0:q" },
    "event source mapping: source arn:aws:sqs:us-east-1:0:q is no Kinesis stream or consumer",
  ],
  [{ startingPosition: "NOW" }, "event source mapping: startingPosition NOW is unknown"],
  [
    { startingPosition: "AT_TIMESTAMP", startingPositionTimestamp: "soon" },
    "event source mapping: startingPositionTimestamp is no ISO 8601 time",
  ],
  [{ batchSize: 20_000 }, "event source mapping: batchSize is 20000, must be a whole number from 1 to 10000"],
  [{ filterCriteria: { filters: [] } }, "event source mapping: filterCriteria is not supported locally"],
  [
    { destinationConfig: { onFailure: { destinationArn: "arn:aws:sns:us-east-1:0:t" } } },
    "event source mapping: on-failure destination arn:aws:sns:us-east-1:0:t is no bucket",
  ],
])("%j is refused by name", (wrong, message) => {
  expect(() => declaredMapping({ ...INPUTS, ...wrong })).toThrow(message);
});
