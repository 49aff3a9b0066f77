import { textOf, withBehaviour } from "./realiser.ts";

/** A bucket: a folder. With objects in it, it is deleted only under `forceDestroy`. */
export const s3Bucket = withBehaviour({
  type: "aws:s3/bucket:Bucket",
  fixed: ["bucket"],
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
  delete({ id, inputs }, { buckets }) {
    if (buckets.hasBucket(id)) buckets.deleteBucket(id, inputs["forceDestroy"] === true);
  },
  read: (id, { buckets }) => (buckets.hasBucket(id) ? { bucket: id } : undefined),
});
