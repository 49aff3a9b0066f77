import { AlarmTopic } from "../../../infra/components/alarm-topic.ts";
import { DataBucket } from "../../../infra/components/data-bucket.ts";
import { EventStream } from "../../../infra/components/event-stream.ts";
import { collectGraph } from "../../../local/collect-graph.ts";
import type { Graph } from "../../../local/graph.ts";
import { resourceNamed } from "../../../local/graph.ts";

const FACTS = {
  accountId: "123456789012",
  region: "eu-west-1",
  googleProject: "my-project",
  googleProjectNumber: "987654321098",
};
const KEY_ARN = "arn:aws:kms:eu-west-1:123456789012:key/k";

function declare(program: () => Record<string, unknown>): Promise<Graph> {
  const options = { project: "sluice", stack: "test", mode: "up", facts: FACTS } as const;
  return collectGraph({ ...options, program: () => Promise.resolve(program()) });
}

/** Components by themselves, under mocks. */
export function describeComponents(): void {
  test("a bucket without colder classes or expiry still sweeps old versions and unfinished uploads", async () => {
    const graph = await declare(() => {
      const lifecycle = { expireNoncurrentAfterDays: 30 };
      const bucket = new DataBucket("b", { bucketName: "my-bucket", keyArn: KEY_ARN, lifecycle, protect: false });
      return { name: bucket.name, arn: bucket.arn };
    });
    expect(graph.outputs).toEqual({ name: "my-bucket", arn: "arn:aws:s3:::my-bucket" });
    const type = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration";
    expect(resourceNamed(graph, type, "b-lifecycle").inputs["rules"]).toEqual([
      {
        id: "all-objects",
        status: "Enabled",
        filter: { prefix: "" },
        noncurrentVersionExpiration: { noncurrentDays: 30 },
        abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
      },
    ]);
  });

  test("a bucket moves its objects to colder classes in order, and deletes them in the end", async () => {
    const graph = await declare(() => {
      const lifecycle = {
        infrequentAccessAfterDays: 30,
        glacierAfterDays: 90,
        expireAfterDays: 365,
        expireNoncurrentAfterDays: 7,
      };
      new DataBucket("b", { bucketName: "my-bucket", keyArn: KEY_ARN, lifecycle, protect: true });
      return {};
    });
    const type = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration";
    expect(resourceNamed(graph, type, "b-lifecycle").inputs["rules"]).toMatchObject([
      {
        transitions: [
          { days: 30, storageClass: "STANDARD_IA" },
          { days: 90, storageClass: "GLACIER" },
        ],
        expiration: { days: 365 },
      },
    ]);
    expect(resourceNamed(graph, "aws:s3/bucket:Bucket", "b-bucket").protect).toBe(true);
  });

  test("a stream on demand has no shard count, and without shard-level metrics asks for none", async () => {
    const stream = {
      mode: "on-demand",
      shardCount: 4,
      retentionHours: 168,
      maxRecordKib: 2048,
      shardLevelMetrics: false,
      generation: "",
    } as const;
    const graph = await declare(() => {
      const component = new EventStream("s", { streamName: "my-stream", keyArn: KEY_ARN, stream, protect: false });
      return { arn: component.arn };
    });
    expect(graph.outputs).toEqual({ arn: "arn:aws:kinesis:eu-west-1:123456789012:stream/my-stream" });
    expect(resourceNamed(graph, "aws:kinesis/stream:Stream", "s-stream").inputs).toEqual({
      name: "my-stream",
      streamModeDetails: { streamMode: "ON_DEMAND" },
      retentionPeriod: 168,
      maxRecordSizeInKib: 2048,
      encryptionType: "KMS",
      kmsKeyId: KEY_ARN,
    });
  });

  test("the alarm topic mails whom it is told to, and hears of failed records from the bucket", async () => {
    const graph = await declare(() => {
      new AlarmTopic("a", {
        topicName: "my-alarms",
        keyAlias: "alias/my-alarms",
        accountId: FACTS.accountId,
        email: "ops@example.com",
        deadLetterBucket: "my-dead-letters",
      });
      return {};
    });
    const topic = "arn:aws:sns:eu-west-1:123456789012:my-alarms";
    const subscription = "aws:sns/topicSubscription:TopicSubscription";
    expect(resourceNamed(graph, subscription, "a-mail").inputs).toEqual({
      topic,
      protocol: "email",
      endpoint: "ops@example.com",
    });
    const notification = resourceNamed(graph, "aws:s3/bucketNotification:BucketNotification", "a-failed-records");
    expect(notification.inputs).toEqual({
      bucket: "my-dead-letters",
      topics: [{ topicArn: topic, events: ["s3:ObjectCreated:*"], filterPrefix: "aws/lambda/" }],
    });
    expect(notification.dependencies.map((urn) => urn.split("::").at(-1))).toEqual(["a-topic", "a-policy"]);
  });
}
