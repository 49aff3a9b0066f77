import { renameSync, writeFileSync } from "node:fs";
import { FORMAT_VERSIONS } from "../../contract/formats.ts";
import type { CloudEndpoints } from "../../local/cloud.ts";

/** What other programs need to use a running local cloud: the content of `--endpoints FILE`. */
export interface Endpoints extends CloudEndpoints {
  readonly streamName: string;
  readonly archiveBucket: string;
  readonly deadLetterBucket: string;
  readonly project: string;
  readonly dataset: string;
  readonly region: string;
  /** `aws:PORT,gcp:PORT`, for PULUMI_DEBUG_PROVIDERS; of a cloud that stays up. */
  readonly pulumiProviders?: string;
}

/** Name of the endpoints file in a run's folder; it stays after the run, for the names in it. */
export const ENDPOINTS_FILE = "endpoints.json";

/** Writes the endpoints of a run. */
export function writeEndpoints(file: string, endpoints: Endpoints): void {
  writeWhole(file, { version: FORMAT_VERSIONS.run, ...endpoints });
}

/** Writes a JSON file whole: whoever waits for it never reads a part. */
export function writeWhole(file: string, value: object): void {
  const part = `${file}.${process.pid}.part`;
  writeFileSync(part, `${JSON.stringify(value, undefined, 2)}\n`);
  renameSync(part, file);
}
