/** What a stack uses under a load: every line of its bill, without prices. Pure. */
import { invocationsOf, type Invocations } from "./batches.ts";
import type { Usage } from "./bill.ts";
import type { PricedBackend, PricedConfiguration } from "./configuration.ts";
import { type Load, type StreamTraffic, streamTraffic } from "./load.ts";
import { GB, gbMonths, logRecordsOf, monthsOf, secondsOf } from "./quantities.ts";
import { objectStorage, tableStorage } from "./storage-usage.ts";
import { scalerUsage } from "./scaler-usage.ts";
import { KEY_REQUESTS_PER_HOUR, streamUsage } from "./stream-usage.ts";

/** Bytes that an archive line adds to its log record: names, record id and arrival time (contract/formats.ts). */
export const ARCHIVE_LINE_BYTES = 124;
/** Bytes that a row adds to its log record: times, event, player id and record id, as protobuf; BigQuery's own count differs by 1. */
export const ROW_BYTES = 136;
/** The least that insertAll bills for a row. https://cloud.google.com/bigquery/pricing#data_ingestion_pricing */
const INSERT_ALL_MIN_BYTES = 1024;
/** Bytes that a row in an insertAll request adds to its log record: names, insertId, escapes; sent as plain JSON, as the official client does. */
const INSERT_ALL_JSON_BYTES = 400;
/** Bytes of a dead letter beside its record in base64; taken as not compressed. */
const DEAD_LETTER_BYTES = 200;

/** Everything that lines are made of. */
interface Priced {
  readonly configuration: PricedConfiguration;
  readonly load: Load;
  readonly traffic: StreamTraffic;
  readonly backends: readonly (PricedBackend & { readonly invocations: Invocations })[];
}

/** Usage of a stack, in the order of a bill. */
export function sluiceUsage(configuration: PricedConfiguration, load: Load): Usage[] {
  const { shards } = configuration.stream;
  const traffic = streamTraffic(load, shards);
  const backends = configuration.backends.map((backend) => ({
    ...backend,
    invocations: invocationsOf(backend, traffic, load.format, shards),
  }));
  const priced: Priced = { configuration, load, traffic, backends };
  return [
    ...streamUsage(configuration.stream, backends, load, traffic),
    ...functions(priced),
    ...archive(priced),
    ...warehouse(priced),
    ...networkTraffic(priced),
    ...deadLetters(priced),
    ...monitoring(priced),
    ...keys(priced),
    ...autoscaler(priced),
  ];
}

function functions({ backends, load }: Priced): Usage[] {
  const part = { group: "functions", storage: false } as const;
  return backends.flatMap(({ name, memoryMb, invocations }): Usage[] => {
    const count = invocations.perSecond * secondsOf(load);
    const gbSeconds = count * invocations.seconds * (memoryMb / 1024);
    return [
      { ...part, item: `requests, ${name}`, price: "lambda.requests", quantity: count / 1e6 },
      { ...part, item: `duration, ${name}`, price: "lambda.duration", quantity: gbSeconds },
    ];
  });
}

function archive({ backends, configuration, load }: Priced): Usage[] {
  return backends
    .filter(({ writesObjects }) => writesObjects)
    .flatMap(({ name, invocations }): Usage[] => {
      const objects = invocations.perSecond * secondsOf(load);
      const lineBytes = load.recordBytes + ARCHIVE_LINE_BYTES;
      const gb = (logRecordsOf(load) * lineBytes * load.gzipRatio) / GB;
      return [
        { group: "archive", item: `PUT requests, ${name}`, price: "s3.put", quantity: objects / 1e3, storage: false },
        ...objectStorage({
          ...{ group: "archive", name, objects, gb },
          lifetime: configuration.archive,
          horizonDays: configuration.assumptions.horizonDays,
        }),
      ];
    });
}

function warehouse({ backends, configuration, load }: Priced): Usage[] {
  return backends.flatMap(({ name, writesRows }): Usage[] => {
    if (writesRows === undefined) return [];
    const rowBytes = load.recordBytes + ROW_BYTES;
    const gb = (logRecordsOf(load) * rowBytes) / GB;
    const insertAllGb = (logRecordsOf(load) * Math.max(INSERT_ALL_MIN_BYTES, rowBytes)) / GB;
    const part = { group: "warehouse", storage: false } as const;
    return [
      writesRows === "storage-write"
        ? { ...part, item: `Storage Write, ${name}`, price: "bigquery.storage-write", quantity: gb }
        : { ...part, item: `insertAll, ${name}`, price: "bigquery.insert-all", quantity: insertAllGb },
      ...tableStorage(gb, configuration.partitionExpiryDays, configuration.assumptions.horizonDays),
    ];
  });
}

/** Only what goes to Google costs: S3 and Kinesis are in the region, and no function is in a VPC, so there is no NAT gateway. */
function networkTraffic({ backends, configuration, load }: Priced): Usage[] {
  return backends.flatMap(({ name, writesRows }): Usage[] => {
    if (writesRows === undefined) return [];
    const rowBytes =
      writesRows === "storage-write"
        ? (load.recordBytes + ROW_BYTES) * load.gzipRatio
        : load.recordBytes + INSERT_ALL_JSON_BYTES;
    const gb = (logRecordsOf(load) * rowBytes * (1 + configuration.assumptions.transportOverhead)) / GB;
    return [{ group: "traffic", item: `to Google, ${name}`, price: "transfer.internet", quantity: gb, storage: false }];
  });
}

/** Quarantine of the backends that judge content: an object for each invocation that has met such a record. */
function deadLetters({ backends, configuration, load }: Priced): Usage[] {
  const { quarantinedShare, horizonDays } = configuration.assumptions;
  return backends
    .filter(({ writesRows }) => writesRows !== undefined)
    .flatMap(({ name, invocations }): Usage[] => {
      const met = 1 - Math.exp(-quarantinedShare * invocations.logRecords);
      const objects = invocations.perSecond * secondsOf(load) * met;
      const bytes = (load.recordBytes * 4) / 3 + DEAD_LETTER_BYTES;
      const days = Math.min(configuration.deadLetterExpireAfterDays, horizonDays);
      const gb = (logRecordsOf(load) * quarantinedShare * bytes) / GB;
      const part = { group: "dead letters", item: `quarantine, ${name}` } as const;
      return [
        { ...part, item: `PUT requests, ${name}`, price: "s3.put", quantity: objects / 1e3, storage: false },
        { ...part, item: `Standard, ${name}`, price: "s3.standard", quantity: gbMonths(gb, days), storage: true },
      ];
    });
}

function monitoring({ backends, configuration, load, traffic }: Priced): Usage[] {
  const { assumptions, stream, alarmMetrics, logRetentionDays } = configuration;
  const months = monthsOf(load);
  const active = traffic.recordsPerSecond > 0 ? backends.length : 0;
  const part = { group: "monitoring", storage: false } as const;
  const logGb = (invocations: Invocations): number =>
    (invocations.perSecond * secondsOf(load) * assumptions.logBytesPerInvocation) / GB;
  const allLogsGb = backends.reduce((sum, { invocations }) => sum + logGb(invocations), 0);
  const metrics = (item: string, count: number): Usage => ({
    ...part,
    item,
    price: "cloudwatch.metrics",
    quantity: count * months,
  });
  return [
    ...backends.map(({ name, invocations }): Usage => ({
      ...part,
      item: `logs, ${name}`,
      price: "cloudwatch.logs",
      quantity: logGb(invocations),
    })),
    {
      ...part,
      item: `logs, kept ${logRetentionDays} days`,
      price: "cloudwatch.log-storage",
      quantity: gbMonths(allLogsGb * assumptions.logCompression, logRetentionDays),
    },
    metrics("custom metrics", active * assumptions.customMetricsPerBackend),
    metrics("mapping metrics", active * assumptions.mappingMetricsPerBackend),
    metrics("shard-level metrics", stream.shardLevelMetrics * stream.shards),
    { ...part, item: "alarms", price: "cloudwatch.alarms", quantity: alarmMetrics * months },
    { ...part, item: "alarm mails", price: "sns.email", quantity: (assumptions.mailsPerMonth * months) / 1e3 },
  ];
}

function autoscaler({ configuration, load }: Priced): Usage[] {
  const { autoscaler: scaler, logRetentionDays: days, assumptions } = configuration;
  return scaler === undefined ? [] : scalerUsage(scaler, load, { days, compression: assumptions.logCompression });
}

/** Each backend and one producer ask for the stream's data key, and each bucket for its own. */
function keys({ backends, configuration, load }: Priced): Usage[] {
  const part = { group: "keys", storage: false } as const;
  const buckets = 1 + backends.filter(({ writesObjects }) => writesObjects).length;
  const askers = backends.length + 1 + buckets;
  const asked = load.recordsPerSecond > 0 ? askers * KEY_REQUESTS_PER_HOUR * load.hours : 0;
  return [
    { ...part, item: "customer keys", price: "kms.keys", quantity: configuration.keys * monthsOf(load) },
    { ...part, item: "requests for data keys", price: "kms.requests", quantity: asked / 1e4 },
  ];
}
