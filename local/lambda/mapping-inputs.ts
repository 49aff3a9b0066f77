import { DEFAULT_SETTINGS, checkSettings } from "../../model/event-source/settings.ts";
import type { MappingDeclaration } from "../../model/event-source/driver.ts";
import type { MappingSettings, StartingPosition } from "../../model/event-source/types.ts";

/** An event source mapping as the program declares it, taken apart. */
export interface DeclaredMapping extends MappingDeclaration {
  /** Name or ARN of the function. */
  readonly functionName: string;
}

const CONSUMER_ARN = /^(arn:aws:kinesis:[^:]+:\d+:stream\/[^/]+)\/consumer\/([^:]+):\d+$/;
const BUCKET_ARN = /^arn:aws:s3:::([^/]+)$/;

/**
 * Reads the inputs of an `aws.lambda.EventSourceMapping`. Throws an Error for what the local Lambda cannot do, never passes over it:
 * another source than Kinesis, another destination than S3, filters and tumbling windows, which Sluice does not use.
 */
export function declaredMapping(inputs: Readonly<Record<string, unknown>>): DeclaredMapping {
  for (const unsupported of ["filterCriteria", "tumblingWindowInSeconds", "scalingConfig", "provisionedPollerConfig"]) {
    if (inputs[unsupported] !== undefined)
      throw new Error(`event source mapping: ${unsupported} is not supported locally`);
  }
  const eventSourceArn = text(inputs, "eventSourceArn");
  if (!eventSourceArn.startsWith("arn:aws:kinesis:")) {
    throw new Error(`event source mapping: source ${eventSourceArn} is no Kinesis stream or consumer`);
  }
  const [, streamArn, consumer] = CONSUMER_ARN.exec(eventSourceArn) ?? [];
  const failureBucket = bucketOf(inputs["destinationConfig"]);
  const types = inputs["functionResponseTypes"];
  const settings: MappingSettings = {
    batchSize: number(inputs, "batchSize"),
    maximumBatchingWindowInSeconds: number(inputs, "maximumBatchingWindowInSeconds"),
    parallelizationFactor: number(inputs, "parallelizationFactor"),
    maximumRetryAttempts: number(inputs, "maximumRetryAttempts"),
    maximumRecordAgeInSeconds: number(inputs, "maximumRecordAgeInSeconds"),
    bisectBatchOnFunctionError: inputs["bisectBatchOnFunctionError"] === true,
    reportBatchItemFailures: Array.isArray(types) && types.includes("ReportBatchItemFailures"),
    startingPosition: startingPosition(inputs),
    fanOut: consumer !== undefined,
    onFailureDestination: failureBucket !== undefined,
  };
  checkSettings(settings);
  return {
    settings,
    eventSourceArn,
    streamArn: streamArn ?? eventSourceArn,
    consumer,
    functionName: text(inputs, "functionName"),
    failureBucket,
    enabled: inputs["enabled"] !== false,
  };
}

function text(inputs: Readonly<Record<string, unknown>>, key: string): string {
  const value = inputs[key];
  if (typeof value !== "string" || value === "") throw new Error(`event source mapping: ${key} is missing`);
  return value;
}

type NumericSetting = {
  [Key in keyof MappingSettings]: MappingSettings[Key] extends number ? Key : never;
}[keyof MappingSettings];

/** The declared value, or Lambda's default; what is no number is caught by the check of the settings. */
function number(inputs: Readonly<Record<string, unknown>>, key: NumericSetting): number {
  return inputs[key] === undefined ? DEFAULT_SETTINGS[key] : Number(inputs[key]);
}

function startingPosition(inputs: Readonly<Record<string, unknown>>): StartingPosition {
  const type = text(inputs, "startingPosition");
  if (type === "TRIM_HORIZON" || type === "LATEST") return { type };
  if (type !== "AT_TIMESTAMP") throw new Error(`event source mapping: startingPosition ${type} is unknown`);
  const timestampMs = Date.parse(text(inputs, "startingPositionTimestamp"));
  if (Number.isNaN(timestampMs)) throw new Error("event source mapping: startingPositionTimestamp is no ISO 8601 time");
  return { type, timestampMs };
}

/** Bucket of `{ onFailure: { destinationArn: "arn:aws:s3:::bucket" } }`. */
function bucketOf(destinationConfig: unknown): string | undefined {
  const arn = (destinationConfig as { onFailure?: { destinationArn?: string } } | undefined)?.onFailure?.destinationArn;
  if (arn === undefined) return undefined;
  const bucket = BUCKET_ARN.exec(arn)?.[1];
  if (bucket === undefined) throw new Error(`event source mapping: on-failure destination ${arn} is no bucket`);
  return bucket;
}
