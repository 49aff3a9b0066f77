import fc from "fast-check";
import { importBlocks } from "../../cli/terraform/import-blocks.ts";
import { RESOURCE_TYPES } from "../../cli/terraform/resource-types.ts";

const BUCKET = { bucket: "logs-111111111111" };
const TABLE = { project: "game-dev", datasetId: "sluice_dev", tableId: "player_log_0" };
const POOL = { project: "game-dev", workloadIdentityPoolId: "sluice-dev-aws" };
const ACCOUNT = "projects/game-dev/serviceAccounts/w@game-dev.iam.gserviceaccount.com";
const TOPIC = "arn:aws:sns:us-east-1:111111111111:alarms";

/** Outputs as a state has them, and the id under which Terraform imports the resource: the "Import" part of its provider's page. */
const IDS: Readonly<Record<string, readonly [outputs: Record<string, string>, id: string]>> = {
  "aws:cloudwatch/logGroup:LogGroup": [{ name: "/aws/lambda/a" }, "/aws/lambda/a"],
  "aws:cloudwatch/metricAlarm:MetricAlarm": [{ name: "a-errors", arn: "arn:x" }, "a-errors"],
  "aws:iam/role:Role": [{ name: "a-function", arn: "arn:x" }, "a-function"],
  "aws:iam/rolePolicy:RolePolicy": [{ role: "a-function", name: "own" }, "a-function:own"],
  "aws:kinesis/stream:Stream": [{ name: "player-log", arn: "arn:x" }, "player-log"],
  "aws:kinesis/streamConsumer:StreamConsumer": [
    { name: "a", arn: "arn:aws:k:stream/s/consumer/a:1" },
    "arn:aws:k:stream/s/consumer/a:1",
  ],
  "aws:kms/alias:Alias": [{ name: "alias/data", arn: "arn:x" }, "alias/data"],
  "aws:kms/key:Key": [{ keyId: "1234abcd", arn: "arn:x" }, "1234abcd"],
  "aws:lambda/eventSourceMapping:EventSourceMapping": [{ uuid: "0c51", functionName: "a" }, "0c51"],
  "aws:lambda/function:Function": [{ name: "a", arn: "arn:x" }, "a"],
  "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": [{ functionName: "scaler" }, "scaler"],
  "aws:s3/bucket:Bucket": [BUCKET, BUCKET.bucket],
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": [BUCKET, BUCKET.bucket],
  "aws:s3/bucketNotification:BucketNotification": [BUCKET, BUCKET.bucket],
  "aws:s3/bucketOwnershipControls:BucketOwnershipControls": [BUCKET, BUCKET.bucket],
  "aws:s3/bucketPolicy:BucketPolicy": [BUCKET, BUCKET.bucket],
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": [BUCKET, BUCKET.bucket],
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": [BUCKET, BUCKET.bucket],
  "aws:s3/bucketVersioning:BucketVersioning": [BUCKET, BUCKET.bucket],
  "aws:scheduler/schedule:Schedule": [{ name: "scaler" }, "default/scaler"],
  "aws:sns/topic:Topic": [{ arn: TOPIC, name: "alarms" }, TOPIC],
  "aws:sns/topicPolicy:TopicPolicy": [{ arn: TOPIC }, TOPIC],
  "aws:sns/topicSubscription:TopicSubscription": [{ arn: `${TOPIC}:8a21`, topic: TOPIC }, `${TOPIC}:8a21`],
  "gcp:bigquery/dataset:Dataset": [TABLE, "projects/game-dev/datasets/sluice_dev"],
  "gcp:bigquery/iamMember:IamMember": [
    { ...TABLE, role: "projects/game-dev/roles/writer", member: "serviceAccount:w@x" },
    "projects/game-dev/datasets/sluice_dev/tables/player_log_0 projects/game-dev/roles/writer serviceAccount:w@x",
  ],
  "gcp:bigquery/routine:Routine": [
    { ...TABLE, routineId: "log_between" },
    "projects/game-dev/datasets/sluice_dev/routines/log_between",
  ],
  "gcp:bigquery/table:Table": [TABLE, "projects/game-dev/datasets/sluice_dev/tables/player_log_0"],
  "gcp:iam/workloadIdentityPool:WorkloadIdentityPool": [
    POOL,
    "projects/game-dev/locations/global/workloadIdentityPools/sluice-dev-aws",
  ],
  "gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider": [
    { ...POOL, workloadIdentityPoolProviderId: "aws-functions" },
    "projects/game-dev/locations/global/workloadIdentityPools/sluice-dev-aws/providers/aws-functions",
  ],
  "gcp:projects/iAMCustomRole:IAMCustomRole": [
    { project: "game-dev", roleId: "writer", name: "x" },
    "projects/game-dev/roles/writer",
  ],
  "gcp:projects/service:Service": [
    { project: "game-dev", service: "sts.googleapis.com" },
    "game-dev/sts.googleapis.com",
  ],
  "gcp:serviceaccount/account:Account": [
    { project: "game-dev", email: "w@game-dev.iam.gserviceaccount.com", accountId: "w" },
    ACCOUNT,
  ],
  "gcp:serviceaccount/iAMMember:IAMMember": [
    { serviceAccountId: ACCOUNT, role: "roles/iam.workloadIdentityUser", member: "principalSet://x" },
    `${ACCOUNT} roles/iam.workloadIdentityUser principalSet://x`,
  ],
};

const resource = (type: string, name: string, more: object = {}) => ({
  urn: `urn:pulumi:dev::sluice::${type}::${name}`,
  type,
  custom: true,
  id: "an-id",
  outputs: IDS[type]?.[0] ?? {},
  ...more,
});
const STREAM = resource("aws:kinesis/stream:Stream", "player-log-stream");
const TOPIC_RESOURCE = resource("aws:sns/topic:Topic", "alarms-topic");
const state = (...resources: readonly object[]) => JSON.stringify({ version: 3, deployment: { resources } });
const ADDRESSES = new Map([
  [TOPIC_RESOURCE.urn, "aws_sns_topic.alarms_topic"],
  [STREAM.urn, "aws_kinesis_stream.player_log_stream"],
]);

test("every declared type has an import id, in its provider's format", () => {
  expect(Object.keys(IDS).sort()).toEqual(Object.keys(RESOURCE_TYPES).sort());
  const resources = Object.keys(IDS).map((type) => resource(type, "it"));
  const addresses = new Map(resources.map(({ urn, type }) => [urn, type]));
  const { blocks } = importBlocks(state(...resources), addresses, "state.json");
  expect(Object.fromEntries(blocks.map(({ to, id }) => [to, id]))).toEqual(
    Object.fromEntries(Object.entries(IDS).map(([type, [, id]]) => [type, id])),
  );
});

test("what is declared and not deployed, and what is deployed and not declared, is told apart", () => {
  const queue = resource("aws:sqs/queue:Queue", "old");
  const component = { urn: "urn:component", type: "sluice:index:EventStream", custom: false };
  const provider = { urn: "urn:provider", type: "pulumi:providers:aws", custom: true, id: "p" };
  expect(importBlocks(state(component, provider, STREAM, queue), ADDRESSES, "state.json")).toEqual({
    blocks: [{ to: "aws_kinesis_stream.player_log_stream", id: "player-log" }],
    missing: ["aws_sns_topic.alarms_topic"],
    left: [queue.urn],
  });
});

test("a replaced resource that is still to be deleted is not imported", () => {
  const old = { ...STREAM, delete: true, outputs: { name: "gone" } };
  const { blocks } = importBlocks(state(old, STREAM, old), ADDRESSES, "state.json");
  expect(blocks).toEqual([{ to: "aws_kinesis_stream.player_log_stream", id: "player-log" }]);
});

test.each([
  ["no JSON", "{", /^state\.json is not JSON: /],
  ["something else", '{"resources":[]}', /^state\.json is not what pulumi stack export writes: .*deployment/s],
  ["another stack's", state(resource("aws:sns/topic:Topic", "other")), /^state\.json holds no resource of this stack$/],
  ["empty", state(), /^state\.json holds no resource of this stack$/],
  [
    "one whose name is encrypted",
    state({ ...STREAM, outputs: { name: { ciphertext: "v1:x" } } }),
    /^state\.json does not say name of urn:pulumi:dev::sluice::aws:kinesis\/stream:Stream::player-log-stream$/,
  ],
])("a state that is %s is an error that says so", (_, text, message) => {
  expect(() => importBlocks(text, ADDRESSES, "state.json")).toThrow(message);
});

test("whatever the file holds, there is an answer or one of these errors", () => {
  const value = fc.oneof(
    fc.json(),
    fc.object({ key: fc.constantFrom("deployment", "resources", "urn", "id") }).map((each) => JSON.stringify(each)),
  );
  fc.assert(
    fc.property(value, (text) => {
      expect(() => importBlocks(text, ADDRESSES, "state.json")).toThrow(/^state\.json /);
    }),
  );
});
