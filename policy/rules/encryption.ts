import type { Rule, Violation } from "../rule.ts";
import { type Inputs, type PolicyResource, type PolicyStack, objectAt, objectsAt, ofType, textAt } from "../stack.ts";

const STREAM = "aws:kinesis/stream:Stream";
const BUCKET = "aws:s3/bucket:Bucket";
const SSE = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration";
const TOPIC = "aws:sns/topic:Topic";

/** Stream, buckets and topics are encrypted with a key that the account owns. */
export const encryptionAtRest: Rule = {
  name: "encryption-at-rest",
  description: "Stream, buckets and topics are encrypted under a customer managed key.",
  why: "Whoever gets at the storage alone reads nothing, and taking the key away closes all of it at once.",
  fix: "set encryptionType KMS with kmsKeyId, a server-side encryption rule of aws:kms with a key, and kmsMasterKeyId",
  link: "https://docs.aws.amazon.com/streams/latest/dev/server-side-encryption.html",
  check: (stack) => [...streams(stack), ...buckets(stack), ...topics(stack)],
};

function streams(stack: PolicyStack): readonly Violation[] {
  return ofType(stack, STREAM)
    .filter(({ inputs }) => inputs["encryptionType"] !== "KMS" || textAt(inputs, "kmsKeyId") === "")
    .map(({ name }) => ({ resource: name, message: "the stream's records lie unencrypted" }));
}

function buckets(stack: PolicyStack): readonly Violation[] {
  const encrypted = new Set(
    ofType(stack, SSE)
      .filter(({ inputs }) => objectsAt(inputs, "rules").some(usesKey))
      .map(({ inputs }) => inputs["bucket"]),
  );
  return ofType(stack, BUCKET)
    .filter((bucket) => !encrypted.has(bucketName(bucket)))
    .map(({ name }) => ({
      resource: name,
      message: "no rule encrypts the bucket's objects under a customer managed key",
    }));
}

function usesKey(rule: Inputs): boolean {
  const { sseAlgorithm, kmsMasterKeyId } = objectAt(rule, "applyServerSideEncryptionByDefault");
  return sseAlgorithm === "aws:kms" && typeof kmsMasterKeyId === "string" && kmsMasterKeyId !== "";
}

function topics(stack: PolicyStack): readonly Violation[] {
  return ofType(stack, TOPIC)
    .filter(({ inputs }) => textAt(inputs, "kmsMasterKeyId") === "")
    .map(({ name }) => ({ resource: name, message: "the topic's messages lie unencrypted" }));
}

/** Physical name of a bucket. */
export function bucketName({ inputs }: PolicyResource): unknown {
  return inputs["bucket"];
}
