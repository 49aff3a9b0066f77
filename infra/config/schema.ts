/**
 * The configuration of a stack as it is written, under `sluice:` in `stacks/Pulumi.<stack>.yaml`: every field with its
 * type, default, range and meaning. Rules between fields are in `rules.ts`; docs/configuration.md is made of both.
 */
import { z } from "zod";
import { FORMAT_VERSIONS } from "../../contract/formats.ts";
import { COLUMNS, DEFAULT_CLUSTERING, type ColumnName } from "../../contract/columns.ts";
import { WIRE_FORMATS } from "../../model/cost/load.ts";
import type { Grant } from "../stack-config.ts";
import { MAX_PART_LENGTH, NAME_PATTERN, NAME_RULE } from "../names.ts";
import {
  derived,
  flag,
  listOf,
  oneOf,
  optional,
  standingSection,
  required,
  section,
  text,
  wholeNumber,
  wholeNumberOrNever,
  type Kind,
} from "./fields.ts";

/** Grants that a backend may name. */
export const GRANTS = ["archive-bucket-write", "google-warehouse-write"] as const satisfies readonly Grant[];

/** Columns that BigQuery can cluster by: not those of type JSON. https://cloud.google.com/bigquery/docs/clustered-tables */
const CLUSTERABLE = COLUMNS.filter((column) => column.type !== "JSON").map((column) => column.name) as [
  ColumnName,
  ...ColumnName[],
];

/** Days that CloudWatch Logs keeps events for. https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
export const LOG_RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
] as const;

/** Longest time that S3 or BigQuery is asked to keep something: 100 years. */
const MAX_DAYS = 36_500;

const ISO_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2})$/;

const isoTime: Kind<z.ZodString> = {
  schema: z.string().refine((value) => ISO_TIME.test(value) && !Number.isNaN(Date.parse(value))),
  type: "time",
  rule: 'an ISO 8601 time with a zone, e.g. "2026-11-21T09:00:00Z"',
};

const logRetention: Kind<z.ZodInt> = {
  schema: z.int().refine((days) => (LOG_RETENTION_DAYS as readonly number[]).includes(days)),
  type: "whole number",
  rule: `one of ${LOG_RETENTION_DAYS.join(", ")}`,
};

const configVersion: Kind<z.ZodInt> = {
  schema: z.int().min(1).max(FORMAT_VERSIONS.configuration),
  type: "whole number",
  rule: `${FORMAT_VERSIONS.configuration}: a later version is of a later release of Sluice`,
};

const fieldName = text(/^[^\p{Cc}]{1,128}$/u, "1 to 128 characters, none of them a control character");

const accountId = text(/^\d{12}$/, "12 digits, in quotes");
/** China, GovCloud and the isolated regions are partitions of their own, whose ARNs do not begin with `arn:aws:`. */
const region = text(
  /^(?:af|ap|ca|eu|il|me|mx|sa|us)-(?:north|south)?(?:east|west|central)?(?<=-[a-z]+)-\d$/,
  "a region of AWS's main partition, e.g. us-east-1",
);
const googleProjectId = text(
  /^[a-z][a-z0-9-]{4,28}[a-z0-9]$/,
  "6 to 30 lower-case letters, digits and hyphens, beginning with a letter, not ending with a hyphen",
);
const googleProjectNumber = text(/^[1-9]\d{5,18}$/, "the project's number, digits only, in quotes");
const location = text(/^(?:US|EU|[a-z]+-[a-z]+\d{1,2})$/, "US, EU or a Google region, e.g. asia-northeast1");
const generation = text(/^[a-z0-9]{0,8}$/, "up to 8 lower-case letters and digits, in quotes");
const datasetId = text(/^[A-Za-z0-9_]{1,1024}$/, "1 to 1,024 letters, digits and underscores");
const email = text(/^[^\s@]+@[^\s@]+\.[^\s@]+$/, "an e-mail address");
const image = text(/^[a-z0-9][a-z0-9._/:@-]{0,254}$/, "a container image with its tag or digest");
const subnetId = text(/^subnet-[0-9a-f]{8,17}$/, "a subnet id, e.g. subnet-0123456789abcdef0");
const securityGroupId = text(/^sg-[0-9a-f]{8,17}$/, "a security group id, e.g. sg-0123456789abcdef0");

/** Both an AWS tag and a Google label: labels take no upper case. https://cloud.google.com/resource-manager/docs/labels-overview */
const tags: Kind<z.ZodRecord<z.ZodString, z.ZodString>> = {
  schema: z
    .record(z.string().regex(/^[a-z][a-z0-9_-]{0,62}$/), z.string().regex(/^[a-z0-9_-]{0,63}$/))
    .refine((value) => Object.keys(value).length <= 40),
  type: "map of texts",
  rule: "at most 40, their values of up to 63 lower-case letters, digits, _ and -",
  names: "a letter, then up to 62 letters, digits, _ and -, in lower case",
};

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html: names, reserved prefixes, 4 KB in all. */
const environment: Kind<z.ZodRecord<z.ZodString, z.ZodString>> = {
  schema: z
    .record(z.string().regex(/^(?!AWS_|LAMBDA_|SLUICE_)[A-Za-z][A-Za-z0-9_]{1,127}$/), z.string())
    .refine((value) => Buffer.byteLength(JSON.stringify(value)) <= 3072),
  type: "map of texts",
  rule: "values in quotes; at most 3 KB in all",
  names: "letters, digits and _, not beginning with AWS_, LAMBDA_ or SLUICE_",
};

const backend = section(
  {
    grants: optional(
      listOf(oneOf(GRANTS), 0, GRANTS.length),
      [],
      "What the function's role may do beyond reading the stream, logging and writing its dead letters.",
    ),
    memoryMb: optional(wholeNumber(128, 10_240), 256, "Memory in MB; 1,769 MB bring one whole processor."),
    timeoutSeconds: optional(
      wholeNumber(1, 900),
      60,
      "Longest invocation. While a backend is down an invocation uses it up, so that attempts measure time.",
    ),
    batchSize: optional(
      wholeNumber(1, 10_000),
      10_000,
      "Kinesis records an invocation takes at most; Lambda's cut at 6 MB comes first with records above some 450 bytes.",
    ),
    batchWindowSeconds: optional(wholeNumber(0, 300), 5, "How long a batch waits to fill."),
    parallelizationFactor: optional(
      wholeNumber(1, 10),
      1,
      "Lanes per shard, by outer partition key; KPL aggregates of a shard share one.",
    ),
    bisectOnError: derived(
      flag,
      "`true`; `false` for `archive`",
      true,
      "Whether a failed batch is halved before it is tried again.",
    ),
    fanOut: optional(flag, false, "Whether the backend reads with 2 MB/s per shard of its own; costs extra."),
    createdWithFanOut: optional(
      flag,
      false,
      "What `fanOut` was when the backend was first deployed. Never edited afterwards.",
    ),
    fanOutSwitches: optional(
      { ...listOf(isoTime, 0, 1000), rule: `a list, each ${isoTime.rule}` },
      [],
      "One time for each switch of `fanOut` since: the new mapping starts there instead of reading the whole retention again.",
    ),
    reservedConcurrency: derived(
      wholeNumber(1, 1_000_000),
      "none: shares the account's",
      16,
      "Concurrent executions kept for this backend alone.",
    ),
    environment: optional(environment, {}, "Environment variables for a backend of your own.", { hidden: true }),
  },
  "One consumer: code in `functions/<name>/`, with its own role, mapping, alarms and dead letters. An entry adds it, removing the entry removes it.",
);

const backends: Kind<z.ZodRecord<z.ZodString, typeof backend>> = {
  schema: z.record(z.string().max(MAX_PART_LENGTH).regex(NAME_PATTERN), backend),
  type: "map by name",
  rule: "an entry for each backend, at least one",
  names: NAME_RULE,
};

const forwarderSection = section(
  {
    image: optional(image, "public.ecr.aws/aws-observability/aws-for-fluent-bit:stable", "Image of Fluent Bit."),
    cpu: optional(
      {
        schema: z.int().refine((cpu) => [256, 512, 1024, 2048, 4096].includes(cpu)),
        type: "whole number",
        rule: "one of 256, 512, 1024, 2048, 4096",
      },
      256,
      "Processor units of a task; 1,024 are one processor.",
    ),
    memoryMb: optional(wholeNumber(512, 30_720), 512, "Memory of a task in MB."),
    desiredCount: optional(wholeNumber(1, 100), 1, "Number of tasks."),
    subnetIds: required(
      listOf(subnetId, 1, 16),
      ["subnet-0123456789abcdef0"],
      "Subnets of the tasks, with a way to the Kinesis and registry endpoints.",
    ),
    securityGroupIds: required(
      listOf(securityGroupId, 1, 5),
      ["sg-0123456789abcdef0"],
      "Security groups of the tasks.",
    ),
  },
  "Fluent Bit on Fargate.",
);

const forwarder: Kind<typeof forwarderSection> = {
  schema: forwarderSection,
  type: "section",
  rule: "a section with at least subnetIds and securityGroupIds",
};

const autoscalingSection = section(
  {
    mode: optional(
      oneOf(["report", "act"]),
      "report",
      "`report` says in the log and in metrics what it would do; `act` does it, and the shard count is its own from then on.",
    ),
    minShards: required(wholeNumber(1, 10_000), 2, "Shards that there are at least."),
    maxShards: required(wholeNumber(1, 10_000), 16, "Shards that there are at most."),
    headroomPercent: optional(
      wholeNumber(1, 400),
      25,
      "How much more than a minute's mean load the shards take: for the seconds within the minute.",
    ),
  },
  "The auto-scaler: a function that looks at the stream once a minute.",
);

const autoscaling: Kind<typeof autoscalingSection> = {
  schema: autoscalingSection,
  type: "section",
  rule: "a section with at least minShards and maxShards",
};

const loadSection = section(
  {
    recordsPerSecond: required(wholeNumber(1, 1_000_000_000), 500, "Log records a second, in the mean of a month."),
    recordBytes: optional(wholeNumber(1, 4_194_304), 1024, "Bytes of a log record."),
    format: optional(oneOf(WIRE_FORMATS), "plain", "How producers send."),
  },
  "The load that previews price a change at; nothing is deployed from it.",
);

const load: Kind<typeof loadSection> = {
  schema: loadSection,
  type: "section",
  rule: "a section with at least recordsPerSecond",
};

/** All settings, without the `sluice:` before their names. */
export const SCHEMA = z.strictObject({
  aws: standingSection(
    {
      accountId: required(accountId, "123456789012", "AWS account; the program refuses any other."),
      region: required(region, "us-east-1", "AWS region of everything but Google's side."),
      concurrencyLimit: optional(
        wholeNumber(1, 1_000_000),
        1000,
        "Concurrent Lambda executions that the account allows in the region (`aws lambda get-account-settings`).",
      ),
    },
    "The AWS account.",
  ),
  google: standingSection(
    {
      projectId: required(googleProjectId, "example-sluice-dev", "Google Cloud project of the warehouse."),
      projectNumber: required(googleProjectNumber, "123456789012", "Its number (`gcloud projects describe`)."),
      location: optional(location, "US", "Where the dataset is. It cannot be moved: a change makes a new one."),
    },
    "The Google Cloud project.",
  ),
  stream: standingSection(
    {
      mode: optional(oneOf(["provisioned", "on-demand"]), "provisioned", "How the stream's capacity is set."),
      shardCount: optional(
        wholeNumber(1, 10_000),
        2,
        "Shards, each 1,000 records/s and 1 MB/s. At most doubled or halved in one step. With `on-demand`: what capacity checks assume.",
      ),
      retentionHours: optional(wholeNumber(24, 8760), 24, "How long the stream keeps a record."),
      maxRecordKib: optional(
        wholeNumber(1024, 4096),
        1024,
        "Largest record. More than 4,096 cannot reach a function: an event holds 6 MB, as base64.",
      ),
      shardLevelMetrics: optional(flag, true, "Metrics per shard: what shows a hot one; costs extra."),
      generation: optional(
        generation,
        "",
        "Left out for the first stream. A re-created one gets a new name, which leads record ids and object keys: sequence numbers begin again.",
      ),
    },
    "The Kinesis data stream.",
  ),
  record: standingSection(
    {
      playerIdField: optional(fieldName, "player_id", "Field of the 32-hex player id."),
      timestampField: optional(fieldName, "timestamp", "Field of the event's time."),
      eventField: optional(fieldName, "event", "Field of the event's kind."),
    },
    "Names of the log record's fields.",
  ),
  archive: standingSection(
    {
      infrequentAccessAfterDays: optional(wholeNumberOrNever(30, MAX_DAYS), 30, "Days until Standard-IA."),
      glacierAfterDays: optional(wholeNumberOrNever(1, MAX_DAYS), "never", "Days until Glacier Flexible Retrieval."),
      expireAfterDays: optional(wholeNumberOrNever(1, MAX_DAYS), "never", "Days until objects are deleted."),
      expireNoncurrentAfterDays: optional(
        wholeNumber(1, MAX_DAYS),
        30,
        "Days until an overwritten or deleted version is gone.",
      ),
    },
    "The archive bucket.",
  ),
  deadLetters: standingSection(
    { expireAfterDays: optional(wholeNumber(7, MAX_DAYS), 90, "Days to look at and replay what is in there.") },
    "The dead-letter bucket.",
  ),
  warehouse: standingSection(
    {
      dataset: derived(datasetId, "`<project>_<environment>`", "sluice_dev", "Dataset of the 16 tables."),
      partitionExpiryDays: optional(
        wholeNumberOrNever(1, MAX_DAYS),
        "never",
        "Days after its date that a partition is dropped; older records are quarantined.",
      ),
      clustering: optional(
        listOf(oneOf(CLUSTERABLE), 1, 4),
        [...DEFAULT_CLUSTERING],
        "Columns that rows are clustered by, in order.",
      ),
      recentDays: optional(wholeNumber(1, 3650), 7, "Days that the view `log_recent` shows."),
    },
    "The BigQuery dataset.",
  ),
  toleratedOutageHours: optional(
    wholeNumber(2, 168),
    12,
    "How long a backend may be away without a record leaving the stream undelivered: sizes attempts and record age.",
  ),
  alarms: standingSection(
    {
      email: derived(email, "none", "ops@example.com", "Address that alarms are mailed to; it must confirm once."),
      timeToDataLossHours: derived(
        wholeNumber(1, 8759),
        "`stream.retentionHours` less 6, or less half of a `toleratedOutageHours` under 12",
        18,
        "The alarm rings when unread records are this close to leaving the stream.",
      ),
    },
    "Alarms.",
  ),
  logRetentionDays: optional(logRetention, 30, "Days that function logs are kept."),
  protectData: derived(
    flag,
    "`true`; `false` in `local` and `dev`",
    true,
    "Whether stream, buckets, dataset and tables refuse to be deleted.",
  ),
  tags: optional(tags, {}, "Tags of AWS resources and labels of Google's."),
  backends: required(backends, { archive: { grants: ["archive-bucket-write"] } }, "The consumers, by name."),
  configVersion: optional(
    configVersion,
    FORMAT_VERSIONS.configuration,
    "Version of these settings. A later one belongs to a later release of Sluice, and is refused by this one.",
  ),
  forwarder: derived(
    forwarder,
    "off",
    { subnetIds: ["subnet-0123456789abcdef0"], securityGroupIds: ["sg-0123456789abcdef0"] },
    "A Fluent Bit forwarder on Fargate, for producers that cannot send to Kinesis themselves.",
  ),
  autoscaling: derived(
    autoscaling,
    "off",
    { minShards: 2, maxShards: 16 },
    "A scheduled function that changes the shard count with the load, within Kinesis' rules. With `act` the program leaves `stream.shardCount` alone once the stream is there.",
  ),
  load: derived(
    load,
    "half of what the shards take",
    { recordsPerSecond: 500 },
    "The load that previews price a change at; nothing is deployed from it.",
  ),
});

/** The configuration as written, with simple defaults filled in. */
export type WrittenConfig = z.output<typeof SCHEMA>;
/** One backend as written. */
export type WrittenBackend = z.output<typeof backend>;
