import * as s3 from "@pulumi/aws/s3/index.js";
import * as sns from "@pulumi/aws/sns/index.js";
import * as pulumi from "@pulumi/pulumi";
import { FAILED_PREFIX } from "../../contract/keys.ts";
import { policyDocument } from "../policies/document.ts";
import { publishToTopic, publishersUseKey } from "../policies/resource.ts";
import { CustomerKey } from "./customer-key.ts";

/** Arguments of {@link AlarmTopic}. */
export interface AlarmTopicArgs {
  /** Physical name of the topic. */
  readonly topicName: string;
  /** Alias of its key, with `alias/`. */
  readonly keyAlias: string;
  readonly accountId: string;
  /** Address that gets a mail for each alarm, once it has confirmed; `undefined` for none. */
  readonly email: pulumi.Input<string> | undefined;
  /** Bucket that tells the topic of records on which Lambda has given up. */
  readonly deadLetterBucket: pulumi.Input<string>;
}

/**
 * The one topic of all alarms, under a customer key: CloudWatch cannot publish under AWS's own.
 *
 *     const alarms = new AlarmTopic("alarms", { topicName: "sluice-dev-alarms", … });
 *     new cloudwatch.MetricAlarm("lag", { alarmActions: [alarms.arn], … });
 */
export class AlarmTopic extends pulumi.ComponentResource {
  readonly arn: pulumi.Output<string>;

  constructor(name: string, args: AlarmTopicArgs, opts?: pulumi.ComponentResourceOptions) {
    super("sluice:index:AlarmTopic", name, {}, opts);
    const child = { parent: this };

    const key = new CustomerKey(
      `${name}-encryption`,
      {
        aliasName: args.keyAlias,
        description: `Encrypts the messages of ${args.topicName}.`,
        accountId: args.accountId,
        statements: publishersUseKey(args.accountId),
        protect: false,
      },
      child,
    );
    const topic = new sns.Topic(`${name}-topic`, { name: args.topicName, kmsMasterKeyId: key.arn }, child);
    const policy = new sns.TopicPolicy(
      `${name}-policy`,
      { arn: topic.arn, policy: topic.arn.apply((arn) => policyDocument(publishToTopic(arn, args.accountId))) },
      child,
    );
    if (args.email !== undefined) {
      new sns.TopicSubscription(`${name}-mail`, { topic: topic.arn, protocol: "email", endpoint: args.email }, child);
    }
    // The alarm on deliveries counts; this names the object. S3 tries the topic's policy when the notification is made.
    new s3.BucketNotification(
      `${name}-failed-records`,
      {
        bucket: args.deadLetterBucket,
        topics: [{ topicArn: topic.arn, events: ["s3:ObjectCreated:*"], filterPrefix: FAILED_PREFIX }],
      },
      { ...child, dependsOn: [policy] },
    );

    this.arn = topic.arn;
    this.registerOutputs({ arn: this.arn });
  }
}
