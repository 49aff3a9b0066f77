import { TABLE_NAMES } from "../../../contract/columns.ts";
import { at, each } from "./invariant.ts";
import type { Invariant } from "./invariant.ts";

const TABLE = "gcp:bigquery/table:Table";
const BUCKET = "aws:s3/bucket:Bucket";

/** All 16 tables: day partitions on event_time, a filter required, clustered, and BigQuery's own deletion protection. */
export const tablesArePartitioned: Invariant = ({ graph, config }) => {
  const tables = graph.resources.filter(({ type, inputs }) => type === TABLE && inputs["view"] === undefined);
  const ids = tables.map(({ inputs }) => inputs["tableId"]);
  const missing = TABLE_NAMES.filter((name) => !ids.includes(name)).map((name) => `there is no ${name}`);
  const wrong = tables.flatMap(({ name, inputs }) =>
    [
      inputs["requirePartitionFilter"] !== true && "requires no filter",
      at(inputs, "timePartitioning", "type") !== "DAY" && "has no day partitions",
      at(inputs, "timePartitioning", "field") !== "event_time" && "is not partitioned by event_time",
      JSON.stringify(inputs["clusterings"]) !== JSON.stringify(config.warehouse.clustering) && "is clustered otherwise",
      inputs["deletionProtection"] !== config.protectData && "has another deletion protection",
      !String(inputs["schema"]).includes('"JSON"') && "has no JSON column",
    ].flatMap((problem) => (problem === false ? [] : [`${name} ${problem}`])),
  );
  return [...missing, ...wrong];
};

/** Readers' objects wait for all 16 tables. */
export const readersDependOnTables: Invariant = ({ graph }) => {
  const tables = graph.resources.filter(({ inputs }) => TABLE_NAMES.includes(String(inputs["tableId"])));
  const urns = tables.filter(({ type }) => type === TABLE).map(({ urn }) => urn);
  const readers = graph.resources.filter(
    ({ type, inputs }) => type.endsWith(":Routine") || inputs["view"] !== undefined,
  );
  if (readers.length !== 3) return [`there are ${readers.length} objects for readers`];
  return readers.flatMap(({ name, dependencies }) =>
    urns.filter((urn) => !dependencies.includes(urn)).map((urn) => `${name} does not wait for ${urn}`),
  );
};

/** What holds data, or what data cannot be read without. */
function holdsData(type: string, name: string): boolean {
  if (type === "aws:kms/key:Key") return name === "data-key";
  if (type === TABLE) return /^warehouse-data-[0-9a-f]$/.test(name);
  return ["aws:kinesis/stream:Stream", BUCKET, "gcp:bigquery/dataset:Dataset"].includes(type);
}

/** Whatever holds data is protected where the configuration says so, and nowhere else. */
export const dataIsProtected: Invariant = ({ graph, config }) =>
  graph.resources
    .filter(({ type, name, protect }) => protect !== (config.protectData && holdsData(type, name)))
    .map(({ name, protect }) => `${name} is ${protect ? "" : "not "}protected`);

/** Destroying a protected stack leaves objects and rows where they are. */
export const destroyKeepsData: Invariant = ({ graph, config }) => [
  ...each(graph, BUCKET, ({ inputs }) => [inputs["forceDestroy"] !== !config.protectData && "wrong forceDestroy"]),
  ...each(graph, "gcp:bigquery/dataset:Dataset", ({ inputs }) => [
    inputs["deleteContentsOnDestroy"] !== !config.protectData && "wrong deleteContentsOnDestroy",
  ]),
];

/** Stream, buckets and topic are encrypted under keys of our own, which rotate. */
export const everythingIsEncrypted: Invariant = ({ graph }) => {
  const keys = graph.resources.filter(({ type }) => type === "aws:kms/key:Key").map(({ outputs }) => outputs["arn"]);
  return [
    ...each(graph, "aws:kms/key:Key", ({ inputs }) => [inputs["enableKeyRotation"] !== true && "does not rotate"]),
    ...each(graph, "aws:kinesis/stream:Stream", ({ inputs }) => [
      inputs["encryptionType"] !== "KMS" && "is not encrypted",
      !keys.includes(inputs["kmsKeyId"]) && "is under a foreign key",
    ]),
    ...each(graph, "aws:sns/topic:Topic", ({ inputs }) => [
      !keys.includes(inputs["kmsMasterKeyId"]) && "is under a foreign key",
    ]),
    ...each(graph, BUCKET, ({ inputs }) => {
      const settings = (type: string) =>
        graph.resources.find((other) => other.type === type && other.inputs["bucket"] === inputs["bucket"])?.inputs;
      const rule = at(
        settings("aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"),
        "rules",
        0,
      );
      return [
        at(rule, "applyServerSideEncryptionByDefault", "sseAlgorithm") !== "aws:kms" && "is not encrypted",
        !keys.includes(at(rule, "applyServerSideEncryptionByDefault", "kmsMasterKeyId")) && "is under a foreign key",
      ];
    }),
  ];
};

/** Buckets are versioned, private, owned by the account, swept, and take TLS only. */
export const bucketsArePrivate: Invariant = ({ graph }) =>
  each(graph, BUCKET, ({ inputs }) => {
    const settings = (kind: string) =>
      graph.resources.find(
        ({ type, inputs: other }) => type.endsWith(`:${kind}`) && other["bucket"] === inputs["bucket"],
      )?.inputs;
    const blocks = ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"];
    const policy = String(settings("BucketPolicy")?.["policy"]);
    return [
      at(settings("BucketVersioning"), "versioningConfiguration", "status") !== "Enabled" && "has no versions",
      !blocks.every((block) => settings("BucketPublicAccessBlock")?.[block] === true) && "may become public",
      at(settings("BucketOwnershipControls"), "rule", "objectOwnership") !== "BucketOwnerEnforced" &&
        "has foreign owners",
      !/"Effect":"Deny".*"aws:SecureTransport":"false"/.test(policy) && "takes requests without TLS",
      at(settings("BucketLifecycleConfiguration"), "rules", 0, "noncurrentVersionExpiration") === undefined &&
        "keeps old versions",
    ];
  });

/** Settings of a bucket that its first object is to meet already. */
const BUCKET_SETTINGS =
  /:(?:BucketVersioning|BucketServerSideEncryptionConfiguration|BucketPublicAccessBlock|BucketPolicy)$/;

/** No mapping delivers before the buckets that its function writes to are versioned, encrypted and private. */
export const mappingsWaitForBuckets: Invariant = ({ graph }) =>
  each(graph, "aws:lambda/eventSourceMapping:EventSourceMapping", ({ inputs, dependencies }) => {
    const target = graph.resources.find(({ outputs }) => outputs["arn"] === inputs["functionName"]);
    const told = Object.values((at(target?.inputs, "environment", "variables") ?? {}) as Record<string, string>);
    const settings = graph.resources.filter(
      (resource) => BUCKET_SETTINGS.test(resource.type) && told.includes(String(resource.inputs["bucket"])),
    );
    return [
      settings.length === 0 && "has no bucket",
      ...settings.map(({ urn, name }) => !dependencies.includes(urn) && `does not wait for ${name}`),
    ];
  });
