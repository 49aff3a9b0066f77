import { textOf } from "./realiser.ts";
import type { Realiser } from "./realiser.ts";

/** A bucket: a folder. */
export const s3Bucket: Realiser = {
  type: "aws:s3/bucket:Bucket",
  behaviour: "real",
  outputs(inputs, { region }) {
    const bucket = textOf(inputs, "bucket");
    return {
      id: bucket,
      arn: `arn:aws:s3:::${bucket}`,
      bucketDomainName: `${bucket}.s3.amazonaws.com`,
      bucketRegionalDomainName: `${bucket}.s3.${region}.amazonaws.com`,
    };
  },
  create({ id }, { buckets }) {
    buckets.createBucket(id);
  },
};
