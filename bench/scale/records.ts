/** Sizes of record × wire formats, on four shards; and the warehouse at the rate that Google promises a connection. */
import { WIRE_FORMATS, type WireFormat, fullShardRate } from "../../model/cost/load.ts";
import type { Assumptions } from "./assumptions.ts";
import { usdPerMillion } from "./price.ts";
import type { FloorRow, PerBackend, RecordsRow } from "./result.ts";
import { readLimit, saturate } from "./saturation.ts";
import { FACTORS, RECORDS, STEADY_LOAD } from "./shards.ts";

const SHARDS = 4;
const SIZES = [200, 1024, 4096, 16_384, 65_536] as const;
/** A rate this close to a limit is bound by it. */
const SAME = 0.95;
/** "Each connection can support at least 1 MBps of throughput". https://docs.cloud.google.com/bigquery/docs/write-api */
export const PROMISED_BYTES_PER_SECOND = 1e6;

export function recordsRows(given: Assumptions): RecordsRow[] {
  return SIZES.flatMap((recordBytes) => WIRE_FORMATS.map((format) => recordsRow(given, recordBytes, format)));
}

function recordsRow(given: Assumptions, recordBytes: number, format: WireFormat): RecordsRow {
  const writeLimit = fullShardRate({ recordBytes, format, gzipRatio: 1, hours: 1 });
  const one = { shards: SHARDS, parallelization: 1, recordBytes, format };
  const single = saturate(given, { ...one, shardLimits: true });
  const ten = saturate(given, { ...one, parallelization: 10, shardLimits: true });
  const lanes = saturate(given, { ...one, shardLimits: false });
  return {
    recordBytes,
    format,
    writeLimit,
    saturated: [
      { parallelization: 1, rates: perShard(single.rates) },
      { parallelization: 10, rates: perShard(ten.rates) },
    ],
    bound: boundBy(single.rates.warehouse, lanes.rates.warehouse, SHARDS * readLimit({ recordBytes, format })),
    recordsPerInvocation: single.perInvocation.warehouse,
    usdPerMillion: usdPerMillion(given, { ...one, recordsPerSecond: STEADY_LOAD * writeLimit * SHARDS }),
  };
}

function boundBy(rate: number, lanes: number, reads: number): RecordsRow["bound"] {
  if (rate >= SAME * lanes) return "lane";
  return rate >= SAME * reads ? "shard reads" : "both by turns";
}

export function floorRows(given: Assumptions): FloorRow[] {
  return FACTORS.map((parallelization) => {
    const sink = { connectionBytesPerSecond: PROMISED_BYTES_PER_SECOND };
    const { rates } = saturate(given, { ...RECORDS, shards: SHARDS, parallelization, shardLimits: true, sink });
    return { parallelization, saturated: rates.warehouse / SHARDS };
  });
}

function perShard({ archive, warehouse }: PerBackend): PerBackend {
  return { archive: archive / SHARDS, warehouse: warehouse / SHARDS };
}
