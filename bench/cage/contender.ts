import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";
import { ENVIRONMENT, LOCAL_ENDPOINTS } from "../../contract/environment.ts";
import { bundleFunction } from "../../infra/bundle.ts";
import type { StandInEndpoints, Store } from "../stand-ins/stand-in.ts";

/** The backend whose work is done. */
export type Backend = "archive" | "warehouse";

/** One way to do a backend's work. */
export interface Contender {
  readonly name: string;
  readonly backend: Backend;
  /** File under `bench/contenders/`; `undefined` for Sluice's own bundle. */
  readonly file?: string;
  /** Where its records must arrive. */
  readonly store: Store;
  /** Records of one round at most, for one that would take minutes otherwise. */
  readonly maxRecords?: number;
}

/** Who is measured, in the order in which each round takes them. */
export const CONTENDERS: readonly Contender[] = [
  { name: "Sluice", backend: "archive", store: "s3" },
  { name: "straight-line limit", backend: "archive", file: "limit-archive", store: "s3" },
  { name: "today: Powertools, AWS SDK", backend: "archive", file: "today-archive", store: "s3" },
  { name: "Sluice", backend: "warehouse", store: "storageWrite" },
  { name: "straight-line limit", backend: "warehouse", file: "limit-warehouse", store: "storageWrite" },
  { name: "today: Powertools, insertAll", backend: "warehouse", file: "today-warehouse", store: "bigquery" },
  {
    name: "article 1st: a table per player",
    backend: "warehouse",
    file: "article-table-per-player",
    store: "bigquery",
    maxRecords: 200,
  },
  { name: "article 2nd: insertAll, 16 tables", backend: "warehouse", file: "article-insert-all", store: "bigquery" },
  {
    name: "article 3rd: Storage Write, official client",
    backend: "warehouse",
    file: "article-storage-write",
    store: "storageWrite",
  },
];

/** Its code in one file, as Lambda gets it. */
export function bundleOf({ backend, file }: Contender): string {
  if (file === undefined) return bundleFunction(backend).code;
  const result = buildSync({
    entryPoints: [fileURLToPath(new URL(`../contenders/${file}.ts`, import.meta.url))],
    bundle: true,
    write: false,
    format: "esm",
    platform: "node",
    target: "node24",
    minify: true,
    logLevel: "silent",
    banner: {
      js: 'import{createRequire as __createRequire}from"node:module";import{fileURLToPath as __toPath}from"node:url";const require=__createRequire(import.meta.url),__filename=__toPath(import.meta.url),__dirname=__toPath(new URL(".",import.meta.url));',
    },
  });
  return result.outputFiles[0]!.text;
}

/** What the program would declare for the function, and where the stand-ins are. */
export function environmentOf({ backend }: Contender, endpoints: StandInEndpoints): Record<string, string> {
  return {
    [ENVIRONMENT.backend]: backend,
    [ENVIRONMENT.streamName]: "bench",
    [ENVIRONMENT.streamGeneration]: "",
    [ENVIRONMENT.deadLetterBucket]: "dead-letters",
    [ENVIRONMENT.archiveBucket]: "archive",
    [ENVIRONMENT.playerIdField]: "player_id",
    [ENVIRONMENT.timestampField]: "timestamp",
    [ENVIRONMENT.eventField]: "event",
    [ENVIRONMENT.googleProject]: "bench",
    [ENVIRONMENT.dataset]: "bench",
    [ENVIRONMENT.location]: "US",
    [ENVIRONMENT.partitionExpiryDays]: "",
    [ENVIRONMENT.googleAudience]:
      "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/r",
    [ENVIRONMENT.googleServiceAccount]: "bench@bench.iam.gserviceaccount.com",
    [LOCAL_ENDPOINTS.bigqueryStorage]: endpoints.storageWrite,
    [LOCAL_ENDPOINTS.googleToken]: endpoints.token,
    AWS_ENDPOINT_URL_S3: endpoints.s3,
    BENCH_STORAGE_WRITE: endpoints.storageWrite,
    BENCH_BIGQUERY: endpoints.bigquery,
    METADATA_SERVER_DETECTION: "none",
  };
}
