/** Policies that hang on a resource itself: keys, buckets, the alarm topic. */
import type { Statement } from "./document.ts";

/** In a key's policy, "*" means this key: https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-overview.html */
const THIS_KEY = ["*"];

/** What may be done with and to a key, without `kms:*`: https://docs.aws.amazon.com/kms/latest/developerguide/kms-api-permissions-reference.html */
const KEY_ACTIONS = [
  "CancelKeyDeletion",
  "CreateAlias",
  "CreateGrant",
  "Decrypt",
  "DeleteAlias",
  "DescribeKey",
  "DisableKey",
  "DisableKeyRotation",
  "EnableKey",
  "EnableKeyRotation",
  "Encrypt",
  "GenerateDataKey",
  "GenerateDataKeyWithoutPlaintext",
  "GetKeyPolicy",
  "GetKeyRotationStatus",
  "ListGrants",
  "ListKeyPolicies",
  "ListKeyRotations",
  "ListResourceTags",
  "PutKeyPolicy",
  "ReEncryptFrom",
  "ReEncryptTo",
  "RetireGrant",
  "RevokeGrant",
  "RotateKeyOnDemand",
  "ScheduleKeyDeletion",
  "TagResource",
  "UntagResource",
  "UpdateAlias",
  "UpdateKeyDescription",
].map((action) => `kms:${action}`);

/** Lets the account's IAM policies decide about a key; without it the key could never be managed again. */
export function accountManagesKey(accountId: string): readonly Statement[] {
  return [
    {
      Sid: "AccountManagesKey",
      Effect: "Allow",
      Principal: { AWS: `arn:aws:iam::${accountId}:root` },
      Action: KEY_ACTIONS,
      Resource: THIS_KEY,
    },
  ];
}

/** Services that publish to the alarm topic. */
const PUBLISHERS = [
  { name: "CloudWatch", service: "cloudwatch.amazonaws.com" },
  { name: "S3", service: "s3.amazonaws.com" },
] as const;

/**
 * Lets CloudWatch and S3 encrypt what they publish. A topic under AWS's own `alias/aws/sns` receives nothing from alarms,
 * since that key's policy cannot be changed. https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
 */
export function publishersUseKey(accountId: string): readonly Statement[] {
  return PUBLISHERS.map(({ name, service }) => ({
    Sid: `${name}UsesKey`,
    Effect: "Allow",
    Principal: { Service: service },
    Action: ["kms:Decrypt", "kms:GenerateDataKey"],
    Resource: THIS_KEY,
    Condition: { StringEquals: { "aws:SourceAccount": accountId } },
  }));
}

/** Lets this account's alarms and buckets publish to the topic. */
export function publishToTopic(topicArn: string, accountId: string): readonly Statement[] {
  return PUBLISHERS.map(({ name, service }) => ({
    Sid: `${name}Publishes`,
    Effect: "Allow",
    Principal: { Service: service },
    Action: ["sns:Publish"],
    Resource: [topicArn],
    Condition: { StringEquals: { "aws:SourceAccount": accountId } },
  }));
}

/** Refuses whoever comes without TLS. */
export function tlsOnly(bucketArn: string): readonly Statement[] {
  return [
    {
      Sid: "TlsOnly",
      Effect: "Deny",
      Principal: "*",
      Action: ["s3:*"],
      Resource: [bucketArn, `${bucketArn}/*`],
      Condition: { Bool: { "aws:SecureTransport": "false" } },
    },
  ];
}
