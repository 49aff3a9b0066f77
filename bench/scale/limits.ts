/** Limits of accounts and services that growth meets, as they are without a request for more. */
import type { GrowthRow } from "./result.ts";

/** One limit, and what of a load counts against it. */
export interface GrowthLimit {
  readonly name: string;
  /** In a chart's legend. */
  readonly short: string;
  readonly limit: number;
  readonly unit: string;
  readonly source: string;
  readonly need: (row: GrowthRow) => number;
}

const KINESIS = "https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html";
const LAMBDA = "https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html";
const BIGQUERY = "https://cloud.google.com/bigquery/quotas#write-api-limits";
const S3 = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/optimizing-performance.html";

export const LIMITS: readonly GrowthLimit[] = [
  {
    name: "BigQuery Storage Write throughput, a region",
    short: "BigQuery bytes, region",
    limit: 300e6,
    unit: "bytes/s",
    source: BIGQUERY,
    need: (row) => row.rowBytesPerSecond,
  },
  {
    name: "BigQuery Storage Write throughput, US or EU",
    short: "BigQuery bytes, US or EU",
    limit: 3e9,
    unit: "bytes/s",
    source: BIGQUERY,
    need: (row) => row.rowBytesPerSecond,
  },
  {
    name: "BigQuery Storage Write connections, a region",
    short: "BigQuery connections, region",
    limit: 5_000,
    unit: "connections",
    source: BIGQUERY,
    need: (row) => row.allLanes / 2,
  },
  {
    name: "BigQuery Storage Write connections, US or EU",
    short: "BigQuery connections, US or EU",
    limit: 20_000,
    unit: "connections",
    source: BIGQUERY,
    need: (row) => row.allLanes / 2,
  },
  {
    name: "Lambda concurrency, steady load",
    short: "Lambda, steady load",
    limit: 1_000,
    unit: "executions",
    source: LAMBDA,
    need: (row) => row.executions,
  },
  {
    name: "Lambda concurrency, all lanes busy after an outage",
    short: "Lambda, all lanes",
    limit: 1_000,
    unit: "executions",
    source: LAMBDA,
    need: (row) => row.allLanes,
  },
  {
    name: "Kinesis shards, smaller regions",
    short: "shards, smaller regions",
    limit: 1_000,
    unit: "shards",
    source: KINESIS,
    need: (row) => row.shards,
  },
  {
    name: "Kinesis shards, us-east-1, us-west-2, eu-west-1",
    short: "shards, us-east-1",
    limit: 20_000,
    unit: "shards",
    source: KINESIS,
    need: (row) => row.shards,
  },
  {
    name: "S3 PUT requests, one prefix",
    short: "S3 PUTs, one prefix",
    limit: 3_500,
    unit: "requests/s",
    source: S3,
    need: (row) => row.putsPerSecond,
  },
];
