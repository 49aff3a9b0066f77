/** What a million records cost with a contender's measured figures. Pure. */
import { bill, totalsOf } from "../../model/cost/bill.ts";
import { defaultConfiguration, type PricedBackend, type RowIngest } from "../../model/cost/configuration.ts";
import { fullShardRate, HOURS_PER_MONTH, type Load, type WireFormat } from "../../model/cost/load.ts";
import { GB, logRecordsOf } from "../../model/cost/quantities.ts";
import { ROW_BYTES, sluiceUsage } from "../../model/cost/sluice-usage.ts";
import type { Backend } from "./contender.ts";
import type { ProcessorTime } from "./service-time.ts";

/** Full shards that are priced: what is paid once, such as alarms, spreads over them. */
export const PRICED_SHARDS = 8;

/** A contender's part of the bill. */
export interface MeasuredUse {
  readonly backend: Backend;
  /** How its rows are billed; `undefined` for the archive. */
  readonly rowIngest: RowIngest | undefined;
  readonly time: ProcessorTime;
  readonly memoryMb: number;
  /** Size of the measured records, and what was sent for each. */
  readonly recordBytes: number;
  readonly wireBytesPerRecord: number;
}

/**
 * US dollars for a million records of `recordBytes` at full shards: list prices without free tiers, all lines of the whole pipeline
 * with traffic between the clouds, storage apart. The contender takes its backend's place, with its own processor time and its own
 * bytes on the wire (in proportion where other records are priced than measured); the other backend is the model's, and rows of an
 * archive's run are taken to compress as its objects do.
 */
export function usdPerMillion(use: MeasuredUse, format: WireFormat, recordBytes: number): number {
  const gzipRatio = use.wireBytesPerRecord / (use.recordBytes + ROW_BYTES);
  const records = { recordBytes, format, gzipRatio, hours: HOURS_PER_MONTH };
  const load: Load = { ...records, recordsPerSecond: PRICED_SHARDS * fullShardRate(records) };
  const defaults = defaultConfiguration(PRICED_SHARDS);
  const backends = defaults.backends.map((each) => (each.name === use.backend ? inItsPlace(each, use) : each));
  const configuration = { ...defaults, backends };
  const sent = use.wireBytesPerRecord * (recordBytes / use.recordBytes);
  const sentGb = (logRecordsOf(load) * sent * (1 + configuration.assumptions.transportOverhead)) / GB;
  const usages = sluiceUsage(configuration, load).map((usage) =>
    use.backend === "warehouse" && usage.price === "transfer.internet" ? { ...usage, quantity: sentGb } : usage,
  );
  return (totalsOf(bill(usages, { freeTier: false })).withoutStorageUsd * 1e6) / logRecordsOf(load);
}

function inItsPlace(backend: PricedBackend, { rowIngest, time, memoryMb }: MeasuredUse): PricedBackend {
  const { waitMsPerInvocation } = backend.serviceTime;
  return { ...backend, writesRows: rowIngest, memoryMb, serviceTime: { ...time, waitMsPerInvocation } };
}
