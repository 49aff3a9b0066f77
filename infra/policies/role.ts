/** What the roles may do. Each function gives the statements of one purpose, with every resource named. */
import { FAILED_PREFIX, archivePrefix, divertedBackendPrefix, quarantinePrefix } from "../../contract/keys.ts";
import type { Statement } from "./document.ts";

/** Trust policy: Lambda alone takes the role on. */
export function lambdaTrust(): readonly Statement[] {
  return [assumedBy("lambda.amazonaws.com")];
}

/** Trust policy: tasks of ECS alone take the role on. */
export function taskTrust(): readonly Statement[] {
  return [assumedBy("ecs-tasks.amazonaws.com")];
}

/** Trust policy: EventBridge Scheduler alone takes the role on, for schedules of this account. */
export function schedulerTrust(accountId: string): readonly Statement[] {
  return [
    {
      ...assumedBy("scheduler.amazonaws.com"),
      Condition: { StringEquals: { "aws:SourceAccount": accountId } },
    },
  ];
}

/** Invokes one function. */
export function invokeFunction(functionArn: string): readonly Statement[] {
  return [{ Sid: "InvokeFunction", Effect: "Allow", Action: ["lambda:InvokeFunction"], Resource: [functionArn] }];
}

/**
 * Looks at one stream and, if it may, changes its shard count. `cloudwatch:GetMetricData` knows no resources: it is allowed on
 * all or on none. https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatch.html
 */
export function scaleStream(streamArn: string, mayChange: boolean): readonly Statement[] {
  const Action = ["kinesis:DescribeStreamSummary", ...(mayChange ? ["kinesis:UpdateShardCount"] : [])];
  return [
    { Sid: "ScaleStream", Effect: "Allow", Action, Resource: [streamArn] },
    { Sid: "ReadMetrics", Effect: "Allow", Action: ["cloudwatch:GetMetricData"], Resource: ["*"] },
  ];
}

function assumedBy(Service: string): Statement {
  return { Sid: "ServiceAssumesRole", Effect: "Allow", Principal: { Service }, Action: ["sts:AssumeRole"] };
}

/** Writes to the function's own log group; `:*` are its log streams, which Lambda names. */
export function writeLogs(logGroupArn: string): readonly Statement[] {
  return [
    {
      Sid: "WriteOwnLogs",
      Effect: "Allow",
      Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
      Resource: [`${logGroupArn}:*`],
    },
  ];
}

/**
 * Reads the encrypted stream, as Lambda's poller does in the role's name.
 * `kinesis:ListStreams` has no effect on a named stream (it knows no resources); it stands here because Lambda's own check
 * of a role names it among what it wants "on your stream". https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-create.html
 */
export function readStream(streamArn: string, keyArn: string): readonly Statement[] {
  return [
    {
      Sid: "ReadStream",
      Effect: "Allow",
      Action: [
        "kinesis:DescribeStream",
        "kinesis:DescribeStreamSummary",
        "kinesis:GetRecords",
        "kinesis:GetShardIterator",
        "kinesis:ListShards",
        "kinesis:ListStreams",
      ],
      Resource: [streamArn],
    },
    { Sid: "DecryptStream", Effect: "Allow", Action: ["kms:Decrypt"], Resource: [keyArn] },
  ];
}

/** Reads through the backend's own fan-out consumer. */
export function subscribeToShards(consumerArn: string): readonly Statement[] {
  return [
    {
      Sid: "SubscribeToShards",
      Effect: "Allow",
      Action: ["kinesis:DescribeStreamConsumer", "kinesis:SubscribeToShard"],
      Resource: [consumerArn],
    },
  ];
}

/** What the dead-letter statements need to know. */
export interface DeadLetterScope {
  readonly bucketArn: string;
  readonly keyArn: string;
  readonly accountId: string;
  readonly backend: string;
  readonly generation: string;
}

/**
 * Quarantines, diverts, and delivers what has failed for good (Lambda writes that in the role's name, and wants
 * `s3:ListBucket` too: https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html).
 */
export function writeDeadLetters(scope: DeadLetterScope): readonly Statement[] {
  const { bucketArn, keyArn, accountId, backend, generation } = scope;
  const Condition = { StringEquals: { "s3:ResourceAccount": accountId } };
  return [
    {
      Sid: "WriteDeadLetters",
      Effect: "Allow",
      Action: ["s3:PutObject"],
      Resource: [
        `${bucketArn}/${quarantinePrefix(generation, backend)}*`,
        `${bucketArn}/${divertedBackendPrefix(generation, backend)}*`,
        `${bucketArn}/${FAILED_PREFIX}*`,
      ],
      Condition,
    },
    { Sid: "FindDeadLetterBucket", Effect: "Allow", Action: ["s3:ListBucket"], Resource: [bucketArn], Condition },
    encryptObjects("EncryptDeadLetters", keyArn),
  ];
}

/** Grant `archive-bucket-write`: puts archive objects, and nothing else, into the archive bucket. */
export function writeArchive(bucketArn: string, keyArn: string, generation: string): readonly Statement[] {
  return [
    {
      Sid: "WriteArchive",
      Effect: "Allow",
      Action: ["s3:PutObject"],
      Resource: [`${bucketArn}/${archivePrefix(generation)}*`],
    },
    encryptObjects("EncryptArchive", keyArn),
  ];
}

/** Puts records on the encrypted stream, for producers that the program itself declares. */
export function writeStream(streamArn: string, keyArn: string): readonly Statement[] {
  return [
    {
      Sid: "WriteStream",
      Effect: "Allow",
      Action: ["kinesis:PutRecord", "kinesis:PutRecords"],
      Resource: [streamArn],
    },
    { Sid: "EncryptStream", Effect: "Allow", Action: ["kms:GenerateDataKey"], Resource: [keyArn] },
  ];
}

/**
 * A bucket with SSE-KMS asks for `kms:GenerateDataKey` on a put, and for `kms:Decrypt` besides when the object goes up in
 * parts. https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
 */
function encryptObjects(Sid: string, keyArn: string): Statement {
  return { Sid, Effect: "Allow", Action: ["kms:Decrypt", "kms:GenerateDataKey"], Resource: [keyArn] };
}
