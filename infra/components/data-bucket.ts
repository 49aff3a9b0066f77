import * as s3 from "@pulumi/aws/s3/index.js";
import * as pulumi from "@pulumi/pulumi";
import { policyDocument } from "../policies/document.ts";
import { tlsOnly } from "../policies/resource.ts";

/** Days after which parts of unfinished uploads are removed. */
const ABORT_UPLOADS_AFTER_DAYS = 7;

/** When objects move to colder storage classes and when they go; `undefined` for never. */
export interface BucketLifecycle {
  /** At least 30: S3's own minimum. */
  readonly infrequentAccessAfterDays?: number;
  readonly glacierAfterDays?: number;
  readonly expireAfterDays?: number;
  /** Days that an overwritten or deleted object can still be had back. */
  readonly expireNoncurrentAfterDays: number;
}

/** Arguments of {@link DataBucket}. */
export interface DataBucketArgs {
  /** Physical name of the bucket: at most 63 characters, lower case, unique in the world. */
  readonly bucketName: string;
  /** The key that objects are encrypted under. */
  readonly keyArn: pulumi.Input<string>;
  readonly lifecycle: BucketLifecycle;
  /** Whether deletion is refused; otherwise a destroy takes the objects along. */
  readonly protect: boolean;
  /** Of the bucket itself, its settings take none; the provider's defaults unless given. */
  readonly tags?: Readonly<Record<string, string>>;
}

/**
 * A private, versioned bucket, encrypted under a customer key, that takes requests over TLS only.
 *
 *     const archive = new DataBucket("archive", { bucketName: "sluice-dev-archive-123456789012", … });
 *     export const archiveBucket = archive.name;
 */
export class DataBucket extends pulumi.ComponentResource {
  readonly name: pulumi.Output<string>;
  readonly arn: pulumi.Output<string>;
  /** The settings that every object is to meet: versions, encryption, privacy. Nothing is written before they are there. */
  readonly ready: readonly pulumi.Resource[];

  constructor(name: string, args: DataBucketArgs, opts?: pulumi.ComponentResourceOptions) {
    super("sluice:index:DataBucket", name, {}, opts);
    const child = { parent: this };

    // A new name makes a new, empty bucket, and the deletion of this one.
    const { bucket, arn } = new s3.Bucket(
      `${name}-bucket`,
      { bucket: args.bucketName, forceDestroy: !args.protect, tags: args.tags },
      { ...child, protect: args.protect },
    );
    const versioning = new s3.BucketVersioning(
      `${name}-versioning`,
      { bucket, versioningConfiguration: { status: "Enabled" } },
      child,
    );
    const encryption = new s3.BucketServerSideEncryptionConfiguration(
      `${name}-sse`,
      {
        bucket,
        rules: [
          {
            applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: args.keyArn },
            // One data key for many objects: without it every put is a call to KMS.
            bucketKeyEnabled: true,
          },
        ],
      },
      child,
    );
    const privacy = new s3.BucketPublicAccessBlock(
      `${name}-privacy`,
      { bucket, blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true },
      child,
    );
    new s3.BucketOwnershipControls(
      `${name}-ownership`,
      { bucket, rule: { objectOwnership: "BucketOwnerEnforced" } },
      child,
    );
    new s3.BucketLifecycleConfiguration(
      `${name}-lifecycle`,
      { bucket, rules: [lifecycleRule(args.lifecycle)] },
      { ...child, dependsOn: [versioning] },
    );
    // S3 refuses two changes of a bucket's access at once, so one waits for the other.
    const tls = new s3.BucketPolicy(
      `${name}-policy`,
      { bucket, policy: arn.apply((bucketArn) => policyDocument(tlsOnly(bucketArn))) },
      { ...child, dependsOn: [privacy] },
    );

    this.name = bucket;
    this.arn = arn;
    this.ready = [versioning, encryption, privacy, tls];
    this.registerOutputs({ name: this.name, arn: this.arn });
  }
}

/** One rule for all objects. */
function lifecycleRule(lifecycle: BucketLifecycle) {
  const transitions = [
    { days: lifecycle.infrequentAccessAfterDays, storageClass: "STANDARD_IA" },
    { days: lifecycle.glacierAfterDays, storageClass: "GLACIER" },
  ].filter(({ days }) => days !== undefined);
  return {
    id: "all-objects",
    status: "Enabled",
    filter: { prefix: "" },
    transitions: transitions.length > 0 ? transitions : undefined,
    expiration: lifecycle.expireAfterDays === undefined ? undefined : { days: lifecycle.expireAfterDays },
    noncurrentVersionExpiration: { noncurrentDays: lifecycle.expireNoncurrentAfterDays },
    abortIncompleteMultipartUpload: { daysAfterInitiation: ABORT_UPLOADS_AFTER_DAYS },
  };
}
