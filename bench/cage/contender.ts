import { fileURLToPath } from "node:url";
import { type BuildOptions, buildSync } from "esbuild";
import { ENVIRONMENT, LOCAL_ENDPOINTS } from "../../contract/environment.ts";
import { bundleOptions } from "../../infra/bundle.ts";
import type { RowIngest } from "../../model/cost/configuration.ts";
import type { StandInEndpoints, Store } from "../stand-ins/stand-in.ts";

const PROJECT_ROOT = fileURLToPath(new URL("../..", import.meta.url));

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
  /** Whether it takes KPL's aggregates apart and decompresses; without it, it is left out of runs in such formats. */
  readonly readsAggregates?: boolean;
  /** What its rows are billed as; `undefined` for the archive. */
  readonly rowIngest?: RowIngest;
}

/** Names that figures are compared with. */
export const SLUICE = "Sluice";
export const LIMIT = "straight-line limit";

/** Who is measured, in the order in which each round takes them. */
export const CONTENDERS: readonly Contender[] = [
  { name: SLUICE, backend: "archive", store: "s3", readsAggregates: true },
  { name: LIMIT, backend: "archive", file: "limit-archive", store: "s3" },
  { name: "today: Powertools, AWS SDK", backend: "archive", file: "today-archive", store: "s3" },
  {
    ...{ name: SLUICE, backend: "warehouse", store: "storageWrite" },
    readsAggregates: true,
    rowIngest: "storage-write",
  },
  {
    ...{ name: LIMIT, backend: "warehouse", file: "limit-warehouse", store: "storageWrite" },
    rowIngest: "storage-write",
  },
  {
    ...{ name: "today: Powertools, insertAll", backend: "warehouse", file: "today-warehouse", store: "bigquery" },
    rowIngest: "insert-all",
  },
  {
    ...{ name: "article 1st: table per player", backend: "warehouse", store: "bigquery" },
    file: "article-table-per-player",
    maxRecords: 100,
    rowIngest: "insert-all",
  },
  {
    ...{ name: "article 2nd: insertAll, 16 tables", backend: "warehouse", store: "bigquery" },
    file: "article-insert-all",
    rowIngest: "insert-all",
  },
  {
    ...{ name: "article 3rd: Storage Write client", backend: "warehouse", store: "storageWrite" },
    file: "article-storage-write",
    rowIngest: "storage-write",
  },
];

/** A contender's code in one file, as Lambda gets it, and what its places were made from. */
export interface ContenderBundle {
  readonly code: string;
  /** Source map, version 3; paths are from the project's folder. */
  readonly sourceMap: string;
}

/** Bundles a contender: Sluice as it is deployed, the others by the same tool. */
export function bundleOf({ backend, file }: Contender): ContenderBundle {
  const options = file === undefined ? bundleOptions(backend) : contenderOptions(file);
  const { outputFiles } = buildSync({ ...options, write: false, sourcemap: "external", sourcesContent: false });
  const text = (end: string): string => outputFiles.find(({ path }) => path.endsWith(end))!.text;
  return { code: text("index.mjs"), sourceMap: text("index.mjs.map") };
}

function contenderOptions(file: string): BuildOptions {
  return {
    absWorkingDir: PROJECT_ROOT,
    entryPoints: [`bench/contenders/${file}.ts`],
    outfile: "index.mjs",
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node24",
    minify: true,
    logLevel: "silent",
    banner: {
      js: 'import{createRequire as __createRequire}from"node:module";import{fileURLToPath as __toPath}from"node:url";const require=__createRequire(import.meta.url),__filename=__toPath(import.meta.url),__dirname=__toPath(new URL(".",import.meta.url));',
    },
  };
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
