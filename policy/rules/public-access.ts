import type { Rule, Violation } from "../rule.ts";
import { type PolicyStack, ofType, textAt, textsAt } from "../stack.ts";
import { documentsOf, principalsOf } from "../statements.ts";
import { bucketName } from "./encryption.ts";

const BLOCKS = ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"];
const ANYBODY = new Set(["*", "AWS:*"]);
const ANYBODY_OF_GOOGLE = new Set(["allUsers", "allAuthenticatedUsers"]);
const GOOGLE_BINDING = /^gcp:.*:I(am|AM)(Member|Binding)$/;

/** Nobody outside gets at anything. */
export const noPublicAccess: Rule = {
  name: "no-public-access",
  description: "Every bucket blocks public access, and no policy, function URL or binding lets anybody in.",
  why: "The log names players and what they did; one open bucket or dataset is a breach.",
  fix: "give the bucket a BucketPublicAccessBlock with all four switches on, and name principals instead of *",
  link: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html",
  check: (stack) => [...openBuckets(stack), ...openPolicies(stack), ...openUrls(stack), ...openBindings(stack)],
};

function openBuckets(stack: PolicyStack): readonly Violation[] {
  const closed = new Set(
    ofType(stack, "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock")
      .filter(({ inputs }) => BLOCKS.every((block) => inputs[block] === true))
      .map(({ inputs }) => inputs["bucket"]),
  );
  return ofType(stack, "aws:s3/bucket:Bucket")
    .filter((bucket) => !closed.has(bucketName(bucket)))
    .map(({ name }) => ({ resource: name, message: "the bucket does not block every kind of public access" }));
}

function openPolicies(stack: PolicyStack): readonly Violation[] {
  return documentsOf(stack)
    .filter(({ statements = [] }) =>
      statements.some((each) => each.Effect === "Allow" && principalsOf(each).some((name) => ANYBODY.has(name))),
    )
    .map(({ holder }) => ({ resource: holder.name, message: "a statement allows something to everybody" }));
}

function openUrls(stack: PolicyStack): readonly Violation[] {
  return ofType(stack, "aws:lambda/functionUrl:FunctionUrl")
    .filter(({ inputs }) => inputs["authorizationType"] !== "AWS_IAM")
    .map(({ name }) => ({ resource: name, message: "the function's URL asks nobody who they are" }));
}

function openBindings({ resources }: PolicyStack): readonly Violation[] {
  return resources
    .filter(({ type, inputs }) => {
      const members = [textAt(inputs, "member"), ...textsAt(inputs, "members")];
      return GOOGLE_BINDING.test(type) && members.some((member) => ANYBODY_OF_GOOGLE.has(member));
    })
    .map(({ name }) => ({ resource: name, message: "the binding is for everybody" }));
}
