/** The same load by other means, for comparison: usage without prices. Pure. */
import type { Usage } from "./bill.ts";
import type { PricedConfiguration } from "./configuration.ts";
import { type Load, streamTraffic } from "./load.ts";
import { GB, TIB, logRecordsOf, streamGb } from "./quantities.ts";
import { sluiceUsage } from "./sluice-usage.ts";
import { objectStorage, tableStorage } from "./storage-usage.ts";
import { streamUsage } from "./stream-usage.ts";

/** What Firehose rounds a record up to. https://aws.amazon.com/firehose/pricing/ */
const FIREHOSE_STEP_BYTES = 5 * 1024;
/** Largest buffers of Firehose: the first that is full makes an object. https://docs.aws.amazon.com/firehose/latest/APIReference/API_BufferingHints.html */
const FIREHOSE_BUFFER_BYTES = 128 * 2 ** 20;
const FIREHOSE_BUFFERS_PER_HOUR = 4;
/** Timestamp and id of a Pub/Sub message. https://cloud.google.com/pubsub/pricing */
const MESSAGE_BYTES = 20 + 16;

/**
 * Firehose to S3, and a Pub/Sub import topic with a BigQuery subscription, on the same stream. In their favour: Firehose
 * rounds up a KPL aggregate and not its records, both are taken to understand every format, BigQuery charges nothing for what
 * the subscription writes, and neither has alarms, metrics, logs or dead letters. All players are in one table.
 */
export function managedUsage(configuration: PricedConfiguration, load: Load): Usage[] {
  const { stream, archive, partitionExpiryDays, assumptions } = configuration;
  const traffic = streamTraffic(load, stream.shards);
  const objectGb = (logRecordsOf(load) * load.recordBytes * load.gzipRatio) / GB;
  const buffers = load.recordsPerSecond > 0 ? load.hours * FIREHOSE_BUFFERS_PER_HOUR : 0;
  const objects = Math.max(buffers, (objectGb * GB) / FIREHOSE_BUFFER_BYTES);
  const rowGb = (logRecordsOf(load) * (load.recordBytes + MESSAGE_BYTES)) / GB;
  const sentGb = streamGb(load, traffic) * (1 + assumptions.transportOverhead);
  const rowTib = (rowGb * GB) / TIB;
  const now = { storage: false } as const;
  const readers = [
    { name: "Firehose", fanOut: false },
    { name: "Pub/Sub", fanOut: true },
  ];
  return [
    ...streamUsage(stream, readers, load, traffic),
    {
      ...{ group: "archive", item: "Firehose", price: "firehose.ingest", ...now },
      quantity: streamGb(load, traffic, FIREHOSE_STEP_BYTES),
    },
    { group: "archive", item: "PUT requests", price: "s3.put", quantity: objects / 1e3, ...now },
    ...objectStorage({
      ...{ group: "archive", name: "archive", objects, gb: objectGb },
      ...{ lifetime: archive, horizonDays: assumptions.horizonDays },
    }),
    { group: "warehouse", item: "Kinesis import", price: "pubsub.kinesis-import", quantity: rowTib, ...now },
    {
      ...{ group: "warehouse", item: "BigQuery subscription", price: "pubsub.bigquery-subscription", ...now },
      quantity: rowTib,
    },
    ...tableStorage(rowGb, partitionExpiryDays, assumptions.horizonDays),
    { group: "traffic", item: "to Google, not compressed", price: "transfer.internet", quantity: sentGb, ...now },
  ];
}

/** The same stack with rows over insertAll and the official client in place of the Storage Write API. */
export function insertAllUsage(configuration: PricedConfiguration, load: Load): Usage[] {
  const backends = configuration.backends.map((backend) =>
    backend.writesRows === undefined
      ? backend
      : { ...backend, writesRows: "insert-all" as const, serviceTime: configuration.assumptions.insertAllTime },
  );
  return sluiceUsage({ ...configuration, backends }, load);
}
