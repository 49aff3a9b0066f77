import type { Rule } from "../rule.ts";
import { ofType, textAt } from "../stack.ts";
import { type Statement, documentsOf, principalsOf } from "../statements.ts";
import { bucketName } from "./encryption.ts";

/** Buckets refuse plain HTTP. */
export const tlsOnly: Rule = {
  name: "tls-only",
  description: "Every bucket's policy denies all requests without TLS.",
  why: "S3 answers plain HTTP too; a client that is configured wrong would send the log readable over the network.",
  fix: "deny s3:* to * on the bucket and its objects under the condition aws:SecureTransport false",
  link: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html",
  check: (stack) => {
    const guarded = new Set(
      documentsOf(stack)
        .filter(({ holder }) => holder.type === "aws:s3/bucketPolicy:BucketPolicy")
        .filter(({ holder, statements = [] }) =>
          statements.some((each) => deniesPlainHttp(each, textAt(holder.inputs, "bucket"))),
        )
        .map(({ holder }) => holder.inputs["bucket"]),
    );
    return ofType(stack, "aws:s3/bucket:Bucket")
      .filter((bucket) => !guarded.has(bucketName(bucket)))
      .map(({ name }) => ({ resource: name, message: "the bucket takes requests without TLS" }));
  },
};

function deniesPlainHttp(statement: Statement, bucket: string): boolean {
  const { Effect, Action = [], Resource = [], Condition = {} } = statement;
  const arn = `arn:aws:s3:::${bucket}`;
  return (
    Effect === "Deny" &&
    principalsOf(statement).some((name) => name === "*" || name === "AWS:*") &&
    Action.includes("s3:*") &&
    [arn, `${arn}/*`].every((each) => Resource.includes(each)) &&
    Object.keys(Condition).length === 1 &&
    isFalse(Condition["Bool"]?.["aws:SecureTransport"])
  );
}

/** A condition's value may stand alone or in a list. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html */
function isFalse(value: unknown): boolean {
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  return values.length === 1 && (values[0] === false || values[0] === "false");
}
