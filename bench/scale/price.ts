import { defaultConfiguration } from "../../model/cost/configuration.ts";
import { estimate } from "../../model/cost/estimate.ts";
import { HOURS_PER_MONTH, type WireFormat } from "../../model/cost/load.ts";
import { type Assumptions, type ScaleBackend, serviceTimeFor } from "./assumptions.ts";

export interface PricedRun {
  readonly shards: number;
  readonly parallelization: number;
  readonly recordsPerSecond: number;
  readonly recordBytes: number;
  readonly format: WireFormat;
}

/** With a fan-out for each backend, and with plain reads. */
export interface UsdPerMillion {
  readonly fanOut: number;
  readonly plain: number;
}

/** US dollars for a million records: list prices without free tier, storage apart. */
export function usdPerMillion(given: Assumptions, run: PricedRun): UsdPerMillion {
  return { fanOut: priced(given, run, true), plain: priced(given, run, false) };
}

function priced(given: Assumptions, run: PricedRun, fanOut: boolean): number {
  const { shards, parallelization, recordsPerSecond, recordBytes, format } = run;
  const defaults = defaultConfiguration(shards);
  const backends = defaults.backends.map((backend) => ({
    ...backend,
    fanOut,
    memoryMb: given.memoryMb,
    parallelizationFactor: parallelization,
    serviceTime: serviceTimeFor(backend.name as ScaleBackend, given, recordBytes),
  }));
  const load = { recordsPerSecond, recordBytes, format, gzipRatio: given.gzipRatio, hours: HOURS_PER_MONTH };
  return estimate({ ...defaults, backends }, load, { freeTier: false }).perMillion!.withoutStorageUsd;
}
