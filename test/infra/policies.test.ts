import {
  lambdaTrust,
  readStream,
  subscribeToShards,
  writeArchive,
  writeDeadLetters,
  writeLogs,
} from "../../infra/policies/role.ts";
import { policyDocument } from "../../infra/policies/document.ts";
import { assumedRoles, roleAttribute } from "../../infra/policies/google.ts";
import { accountManagesKey, publishToTopic, publishersUseKey, tlsOnly } from "../../infra/policies/resource.ts";
import { startingPosition } from "../../infra/starting-position.ts";

const STREAM = "arn:aws:kinesis:us-east-1:123456789012:stream/s";
const KEY = "arn:aws:kms:us-east-1:123456789012:key/k";
const BUCKET = "arn:aws:s3:::b";
const ACCOUNT = "123456789012";

describe("policies", () => {
  test("a document has IAM's current version", () => {
    expect(JSON.parse(policyDocument(lambdaTrust()))).toEqual({
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "ServiceAssumesRole",
          Effect: "Allow",
          Principal: { Service: "lambda.amazonaws.com" },
          Action: ["sts:AssumeRole"],
        },
      ],
    });
  });

  test("reading the stream is reading this stream, with its key", () => {
    expect(readStream(STREAM, KEY).map(({ Resource }) => Resource)).toEqual([[STREAM], [KEY]]);
    expect(readStream(STREAM, KEY)[1]!.Action).toEqual(["kms:Decrypt"]);
  });

  test("a fan-out consumer is subscribed to by its own ARN", () => {
    const consumer = `${STREAM}/consumer/c:1`;
    expect(subscribeToShards(consumer)[0]).toMatchObject({
      Action: ["kinesis:DescribeStreamConsumer", "kinesis:SubscribeToShard"],
      Resource: [consumer],
    });
  });

  test("dead letters go under the backend's own prefixes, into a bucket of this account", () => {
    const [write, find] = writeDeadLetters({
      bucketArn: BUCKET,
      keyArn: KEY,
      accountId: ACCOUNT,
      backend: "warehouse",
      generation: "g2",
    });
    expect(write!.Resource).toEqual([
      "arn:aws:s3:::b/g2/quarantine/warehouse/*",
      "arn:aws:s3:::b/g2/diverted/warehouse/*",
      "arn:aws:s3:::b/aws/lambda/*",
    ]);
    expect(find).toMatchObject({ Action: ["s3:ListBucket"], Resource: [BUCKET] });
    expect(write!.Condition).toEqual({ StringEquals: { "s3:ResourceAccount": ACCOUNT } });
  });

  test("the archive grant reaches archive objects alone", () => {
    expect(writeArchive(BUCKET, KEY, "")[0]).toMatchObject({
      Action: ["s3:PutObject"],
      Resource: ["arn:aws:s3:::b/logs/*"],
    });
  });

  test("logs go to the function's own group, which it cannot make", () => {
    expect(writeLogs("arn:aws:logs:us-east-1:1:log-group:/aws/lambda/f")[0]).toMatchObject({
      Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
      Resource: ["arn:aws:logs:us-east-1:1:log-group:/aws/lambda/f:*"],
    });
  });

  test("a key is managed by its account without kms:*, and can always be: PutKeyPolicy is among the actions", () => {
    const [statement] = accountManagesKey(ACCOUNT);
    expect(statement!.Principal).toEqual({ AWS: "arn:aws:iam::123456789012:root" });
    expect(statement!.Action).toContain("kms:PutKeyPolicy");
    expect(statement!.Action.some((action) => action.includes("*"))).toBe(false);
  });

  test("CloudWatch and S3 may use the topic and its key, for this account only", () => {
    for (const statements of [publishersUseKey(ACCOUNT), publishToTopic("arn:topic", ACCOUNT)]) {
      expect(statements.map(({ Principal }) => Principal)).toEqual([
        { Service: "cloudwatch.amazonaws.com" },
        { Service: "s3.amazonaws.com" },
      ]);
      for (const { Condition } of statements) {
        expect(Condition).toEqual({ StringEquals: { "aws:SourceAccount": ACCOUNT } });
      }
    }
  });

  test("whoever comes without TLS is denied the bucket and all in it", () => {
    expect(tlsOnly(BUCKET)[0]).toMatchObject({
      Effect: "Deny",
      Principal: "*",
      Resource: [BUCKET, "arn:aws:s3:::b/*"],
      Condition: { Bool: { "aws:SecureTransport": "false" } },
    });
  });

  test("Google takes subject and attribute from the role's name, and lets exactly the named roles in", () => {
    const extract = "assertion.arn.extract('assumed-role/{role}/')";
    expect(roleAttribute()).toEqual({ "google.subject": extract, "attribute.aws_role": extract });
    expect(assumedRoles(["one", "two"])).toBe("attribute.aws_role in ['one', 'two']");
  });
});

describe("starting position", () => {
  test("a mapping that was never switched starts at the oldest record", () => {
    expect(startingPosition({ fanOutSwitches: [] })).toEqual({ startingPosition: "TRIM_HORIZON" });
  });

  test("a switched one starts ten minutes before the last switch", () => {
    expect(startingPosition({ fanOutSwitches: ["2026-01-01T00:00:00.000Z", "2026-03-01T00:05:00.000Z"] })).toEqual({
      startingPosition: "AT_TIMESTAMP",
      startingPositionTimestamp: "2026-02-28T23:55:00Z",
    });
  });
});
