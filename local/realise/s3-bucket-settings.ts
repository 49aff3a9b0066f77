import { textOf, withoutBehaviour } from "./realiser.ts";

/** Settings of a bucket that change nothing on a laptop; their id is the bucket's name. */
export const s3BucketSettings = [
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
  "aws:s3/bucketNotification:BucketNotification",
  "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
  "aws:s3/bucketPolicy:BucketPolicy",
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
  "aws:s3/bucketVersioning:BucketVersioning",
].map((type) => withoutBehaviour(type, (inputs) => ({ id: textOf(inputs, "bucket") })));
