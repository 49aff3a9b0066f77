/** docs/costs.md, made from the model itself. Pure. */
import { scalerAlarms } from "../../infra/alarms.ts";
import { markdownTable } from "../../infra/config/markdown-table.ts";
import { SCALER_FUNCTION } from "../../infra/scaler.ts";
import { DEFAULT_ASSUMPTIONS, defaultConfiguration } from "../../model/cost/configuration.ts";
import { estimate } from "../../model/cost/estimate.ts";
import { type FullShards, TARGETS, fullShards } from "../../model/cost/full-shard.ts";
import { DEFAULT_PRODUCER, HOURS_PER_MONTH, type WireFormat } from "../../model/cost/load.ts";
import { logRecordsOf } from "../../model/cost/quantities.ts";
import type { Price } from "../../model/cost/price.ts";
import { PRICES, PRICES_DATE, PRICES_REGION, type PriceKey } from "../../model/cost/price-table.ts";
import {
  type PricedScaler,
  SCALER_INVOCATION_SECONDS,
  SCALER_LOG_BYTES,
  SCALER_METRICS_ASKED,
} from "../../model/cost/scaler-usage.ts";
import { ARCHIVE_LINE_BYTES, ROW_BYTES } from "../../model/cost/sluice-usage.ts";
import { MEASURED_TIMES, SERVICE_TIMES } from "../../model/service-times.ts";
import { grouped } from "../grouped.ts";
import { COST_JSON_VERSION } from "./json.ts";
import { LEFT_OUT } from "./left-out.ts";

const SHARDS = [1, 2, 8, 32];
/** 0.235: the generated log's, as it is sent. */
const RATIOS = [0.2, 0.235, 0.25, 0.3];
const USUAL: FullShards = { format: "plain", shards: 8, gzipRatio: 0.25, fanOut: false };

/** The prices: what, unit, tiers, free, source, how it was confirmed. */
export function priceTable(): string {
  const rows = Object.entries<Price>(PRICES).map(([key, price]) => [
    `\`${key}\``,
    price.what,
    price.unit,
    tiersOf(price),
    price.freePerMonth === 0 ? "–" : grouped(price.freePerMonth),
    price.region,
    `<${price.source}>`,
    `${price.confirmation}: ${price.note}`,
    price.date,
  ]);
  const head = ["key", "what", "unit", "US dollars a unit", "free a month", "region", "source", "confirmed by", "date"];
  return markdownTable([head, ...rows]);
}

/** What the auto-scaler costs in a month, its alarms included. */
function scalerUsd(): number {
  const load = {
    recordsPerSecond: 0,
    recordBytes: 1024,
    format: "plain",
    gzipRatio: 0.25,
    hours: HOURS_PER_MONTH,
  } as const;
  const without = defaultConfiguration(1);
  const autoscaler: PricedScaler = { memoryMb: SCALER_FUNCTION.memoryMb };
  const alarmMetrics = without.alarmMetrics + scalerAlarms("", "").flatMap(({ metrics }) => metrics).length;
  const usd = (configuration: typeof without) => estimate(configuration, load, { freeTier: false }).totals.usd;
  return usd({ ...without, autoscaler, alarmMetrics }) - usd(without);
}

function tiersOf({ tiers }: Price): string {
  if (tiers.length === 1) return String(tiers[0]!.usd);
  return tiers
    .map(({ upTo, usd }) => (upTo === Infinity ? `${usd} beyond` : `${usd} up to ${grouped(upTo)}`))
    .join(", ");
}

function withoutStorage(which: FullShards): number {
  return fullShards(which).sluice.perMillion!.withoutStorageUsd;
}

/** Full shards by format and number, beside the targets. */
function fullShardTable(): string {
  const formats: readonly WireFormat[] = ["plain", "kpl", "kpl+zlib"];
  const rows = formats.flatMap((format) =>
    SHARDS.map((shards) => {
      const { load, sluice, peers } = fullShards({ ...USUAL, format, shards });
      const { withoutStorageUsd, storageUsd } = sluice.perMillion!;
      const target = format === "kpl+zlib" ? undefined : TARGETS[format];
      return [
        format,
        String(shards),
        grouped(Math.floor(load.recordsPerSecond)),
        withoutStorageUsd.toFixed(4),
        target === undefined ? "–" : target.toFixed(3),
        target === undefined ? "–" : withoutStorageUsd <= target ? "met" : "missed",
        storageUsd.toFixed(4),
        ...peers.map((peer) => peer.perMillion!.withoutStorageUsd.toFixed(4)),
      ];
    }),
  );
  const peers = ["Firehose + BigQuery subscription", "insertAll"];
  return markdownTable([["format", "shards", "records/s", "Sluice", "target", "result", "storage", ...peers], ...rows]);
}

function ratioTable(): string {
  const rows = (["plain", "kpl"] as const).map((format) => [
    format,
    ...RATIOS.map((gzipRatio) => withoutStorage({ ...USUAL, format, gzipRatio }).toFixed(4)),
    withoutStorage({ ...USUAL, format, fanOut: true }).toFixed(4),
  ]);
  const head = ["format", ...RATIOS.map((ratio) => `compressed to ${ratio}`), "0.25, fan-out for both backends"];
  return markdownTable([head, ...rows]);
}

/** The largest lines of one full shard. */
function largestTable(format: WireFormat): string {
  const { load, sluice } = fullShards({ ...USUAL, format, shards: 1 });
  const total = sluice.totals.withoutStorageUsd;
  const rows = sluice.lines
    .filter(({ storage }) => !storage)
    .sort((a, b) => b.usd - a.usd)
    .slice(0, 8)
    .map(({ item, usd }) => [
      item,
      ((usd * 1e6) / logRecordsOf(load)).toFixed(5),
      `${((usd / total) * 100).toFixed(1)} %`,
    ]);
  return markdownTable([[`line, ${format}, 1 full shard`, "per million records", "share"], ...rows]);
}

function serviceTimes(): string {
  const rows = Object.entries(SERVICE_TIMES).map(([name, time]) => [
    name,
    String(time.cpuMicrosPerRecord),
    String(time.cpuMsPerInvocation),
    String(time.waitMsPerInvocation),
  ]);
  const head = ["backend", "CPU µs a record, whole processor", "CPU ms an invocation", "ms of waiting an invocation"];
  return markdownTable([head, ...rows]);
}

function unconfirmed(): string {
  return (Object.keys(PRICES) as PriceKey[])
    .filter((key) => PRICES[key].confirmation === "unconfirmed" || PRICES[key].note.includes("unconfirmed"))
    .map((key) => `\`${key}\``)
    .join(", ");
}

/** Share that some lines have in one full shard of plain records, storage apart, as a percentage. */
function share(...beginnings: readonly string[]): string {
  const { sluice } = fullShards({ ...USUAL, shards: 1 });
  const usd = sluice.lines
    .filter(({ item }) => beginnings.some((beginning) => item.startsWith(beginning)))
    .reduce((sum, line) => sum + line.usd, 0);
  return `${((usd / sluice.totals.withoutStorageUsd) * 100).toFixed(1)} %`;
}

function jsonTable(): string {
  return markdownTable([
    ["field", "meaning"],
    ["`version`, `currency`", `${COST_JSON_VERSION}, \`USD\``],
    ["`prices`", "date and region of the table, whether free tiers were taken off"],
    ["`stack`", "whose settings are priced; `null` for every setting at its default"],
    ["`load`, `configuration`", "what was priced, with every assumption; what a stack has not is absent"],
    ["`estimates[]`", "Sluice first, then its peers"],
    ["`estimates[].month`", "`usd` = `withoutStorageUsd` + `storageUsd`"],
    ["`estimates[].perMillionRecords`", "the same for a million log records; `null` for a load of none"],
    [
      "`estimates[].lines[]`",
      "`group`, `item`, `price` (key of the table), `quantity`, `free`, `unit`, `unitUsd`, `usd`, `storage`",
    ],
    ["`leftOut[]`, `warnings[]`", "sentences"],
  ]);
}

/** The whole text of docs/costs.md. */
export function costsPage(): string {
  const a = DEFAULT_ASSUMPTIONS;
  return `# Costs

What a load costs, line by line. Nothing here is a bill: \`model/cost/\` multiplies quantities by list prices, and this page says
where both come from.

    sluice cost --rate 500 --record-size 1024
    sluice cost --stack production
    sluice cost --rate 4000 --stack production --format kpl --json

\`--stack\` takes shards, mode, retention, fan-out, memory, batch settings, lifecycles, expiries and alarms from the stack's own
file, and the load that the stack declares (\`sluice:load\`) where the command line gives none. Without it: two backends, every setting at its default, as many shards as the load needs.

## Full shards

Records of 1,024 bytes, as many as the shards take (1,000 Kinesis records or 1 MiB a second each, partition keys counted), without
fan-out, compressed to 0.25 on their way to Google. US dollars for a million records, list prices without free tiers, all lines
with traffic between the clouds; storage beside them, as it stands after ${a.horizonDays} days.

${fullShardTable()}

The rest of the table at 8 shards:

${ratioTable()}

What dominates:

${largestTable("plain")}

${largestTable("kpl")}

- Google's ingestion is ${share("Storage Write")} and the traffic to it ${share("to Google")} of a plain record's cost; neither depends on the shards.
  Ingestion counts rows before compression, so only traffic follows the gzip ratio.
- PUT payload units are ${share("PUT payload")}: a plain record of 1 KB pays for 25. KPL takes nearly all of that away.
- What is paid by the month (alarms, metrics, keys) is spread over the shards: on one shard it decides whether a target is met,
  on many it does not. Shards that are half full double the shard line. Beyond 10 TB a month traffic gets cheaper.
- Fan-out is in no target. It costs more than the shards, and is the price of one backend never slowing the other.
- Requests and duration of both functions are ${share("requests,", "duration,")}: what the bench finds changes little here.
- Storage is larger than all else together where nothing expires. \`archive.expireAfterDays\` and \`warehouse.partitionExpiryDays\` decide it.

## How lines are made

- **A month** is 730 hours. What has a monthly price is billed by the hour. A GB is 2^30 bytes.
- **Stream.** Shard-hours; PUT units of 25 KB of a Kinesis record's data; retention beyond 24 h by shard-hour, beyond 7 days by GB;
  fan-out by consumer-shard-hour and GB. On-demand by stream-hour and GB, each record in steps of 1 KB.
- **KPL.** Aggregates of at most ${grouped(DEFAULT_PRODUCER.aggregateBytes)} bytes or ${DEFAULT_PRODUCER.bufferedSeconds * 1000} ms, of ${DEFAULT_PRODUCER.producers} producer, a key of 32 bytes and 10 bytes more
  for each record. \`kpl+zlib\`: the aggregate as a whole compressed to ${DEFAULT_PRODUCER.zlibRatio} (measured on the generated log).
- **Invocations.** A batch begins with its first record and takes in what comes within the batch window (without one: until the
  next poll), up to the batch size and 6 MB of event. KPL aggregates of a shard share one lane. Duration = processor time ÷ the
  share of a processor that the memory brings + waiting.
- **Archive.** One PUT an invocation; lines of the record and ${ARCHIVE_LINE_BYTES} bytes, compressed. Objects under 128 KiB stay in Standard.
- **Warehouse.** Rows of the record and ${ROW_BYTES} bytes, before compression, for ingestion and storage; active for 90 days, long-term after.
- **Traffic.** Rows compressed, and ${a.transportOverhead * 100} % for TLS, TCP and IP. Nothing else leaves AWS.
- **Dead letters.** ${a.quarantinedShare * 100} % of the warehouse's records, in base64, taken as not compressed; an object for each invocation that met one.
- **Monitoring.** ${grouped(a.logBytesPerInvocation)} bytes of log an invocation; ${a.customMetricsPerBackend} metrics of our own and ${a.mappingMetricsPerBackend} of the mapping for each backend, 7 for each shard; alarms by
  the metrics that they watch; ${a.mailsPerMonth} alarm mails.
- **Auto-scaler**, where the stack has it: once a minute an invocation by EventBridge Scheduler of ${SCALER_INVOCATION_SECONDS} s (a guess) and ${SCALER_METRICS_ASKED} metrics asked
  for; four metrics of its own, ${SCALER_LOG_BYTES} bytes of log an invocation, alarms on four metrics. $${scalerUsd().toFixed(2)} a month for ${SCALER_FUNCTION.memoryMb} MB without free tiers. Priced are the declared shards,
  whatever it makes of them.
- **Keys.** Two customer keys, without their yearly rotations; a request in five minutes for each producer, backend and bucket.
- **Storage** is what a month's bill has once the oldest data goes: at its expiry, or after ${a.horizonDays} days where that comes first.
- **\`--gzip-ratio\`** is that of rows and objects as sent. The generated log of \`sluice produce\` (1,000 bytes a record, seed 1, batches
  of 3,400) has 0.235 for rows and 0.26 for archive lines at gzip −1, 0.19 and 0.21 at −6; the record's text alone has 0.22 at −6.
- **Free tiers** are off unless asked for. With \`--free-tier\` nothing else in the account uses them.

Service times. Processor times are measured in the bench's cage of 256 MB (\`model/service-times.json\`); waits are guesses: a PUT
within the region, an acknowledged append in another cloud.

${serviceTimes()}

${Object.entries(MEASURED_TIMES)
  .map(([name, { source }]) => `- ${name}: ${source}.`)
  .join("\n")}

## The same load by other means

- **Firehose + BigQuery subscription**: Firehose to S3, and a Pub/Sub import topic that reads the stream with fan-out (its only way), with
  a BigQuery subscription. Firehose rounds each record up to 5 KB. Rows of all players are in one table, since a subscription writes one.
  In its favour: an aggregate counts as one record, every format is taken to be understood, BigQuery charges nothing for what the
  subscription writes, and it has no alarms, logs or dead letters. Import traffic is taken as not compressed.
- **Sluice with insertAll**: the same stack with the older API and the official client: at least 1 KB a row, JSON not compressed.

## Left out

${LEFT_OUT.map((what) => `- ${what}`).join("\n")}

## Prices

In US dollars, gone through on ${PRICES_DATE}; AWS ${PRICES_REGION}. _vendor_: read on a stored copy of the vendor's page. _second source_: the same
in an independent source, most of them Infracost's expected test outputs, which are filled from the vendors' price APIs. No live
page was read: **check a price on its page before you rely on it.** Not confirmed, as a whole or in what the note says: ${unconfirmed()}.

${priceTable()}

## JSON

\`--json\` prints one object. Fields may be added within a version.

${jsonTable()}

A line's \`usd\` = (\`quantity\` − \`free\`) × \`unitUsd\`, and the lines of an estimate add up to its \`usd\`.

## This page

Written from the model by \`node cli/cost/write-docs.ts\` (Node 22.18 or newer); a test compares them.
`;
}
