import { join } from "node:path";
import { systemClock } from "../../contract/clock.ts";
import type { Grant, StackConfig } from "../../infra/stack-config.ts";
import { type LocalCloud, RUN_FILES } from "../../local/cloud.ts";
import type { Stream } from "../../model/stream/types.ts";
import { archivedRecords, auditBackend, type WrittenRecords } from "../audit/audit.ts";
import type { AuditResult } from "../audit/ledger.ts";
import { folderSource } from "../audit/object-source.ts";
import { expectedIds } from "./expected-ids.ts";
import { warehouseRecords } from "./warehouse-records.ts";

/** What of a run its audit reads. */
export interface AuditedRun {
  readonly config: StackConfig;
  readonly directory: string;
  readonly cloud: LocalCloud;
  readonly stream: Stream;
  readonly outputs: {
    readonly archiveBucket?: string;
    readonly deadLetterBucket: string;
    readonly dataset?: string;
    readonly mappings: Readonly<Record<string, string>>;
  };
}

/** The account of every backend whose records can be read back: those that are granted the archive or the warehouse. */
export async function auditRun(run: AuditedRun): Promise<Readonly<Record<string, AuditResult>>> {
  const { config, directory, outputs, stream } = run;
  const { generation } = config.stream;
  const expected = expectedIds(stream, generation, systemClock.now());
  const bucket = (name: string) => folderSource(join(directory, RUN_FILES.objects, name));
  const results: Record<string, AuditResult> = {};
  for (const { name: backend, grants } of config.backends) {
    const written = writtenRecords(run, grants);
    if (written === undefined) continue;
    results[backend] = await auditBackend({
      ...{ backend, generation, expected, written },
      deadLetters: bucket(outputs.deadLetterBucket),
      mappingIds: [outputs.mappings[backend]!],
    });
  }
  return results;
}

function writtenRecords(run: AuditedRun, grants: readonly Grant[]): WrittenRecords | undefined {
  const { archiveBucket, dataset } = run.outputs;
  if (grants.includes("archive-bucket-write") && archiveBucket !== undefined) {
    const archive = folderSource(join(run.directory, RUN_FILES.objects, archiveBucket));
    return archivedRecords(archive, run.config.stream.generation);
  }
  if (grants.includes("google-warehouse-write") && dataset !== undefined) {
    return warehouseRecords(run.cloud.services.warehouse, dataset);
  }
  return undefined;
}
