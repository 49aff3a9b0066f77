import { join } from "node:path";
import { systemClock } from "../../contract/clock.ts";
import type { StackConfig } from "../../infra/stack-config.ts";
import { BigQueryError } from "../../local/bigquery/errors.ts";
import { type LocalCloud, RUN_FILES } from "../../local/cloud.ts";
import type { StreamRegistry } from "../../local/kinesis/registry.ts";
import type { StreamModel } from "../../model/stream/stream-model.ts";
import { audit } from "../audit/audit.ts";
import type { AuditResult } from "../audit/ledger.ts";
import { LEDGER_FILE, fileLedger, writeLedger } from "../audit/ledger-file.ts";
import { folderBucket } from "../connect/bucket.ts";
import { stackFacts } from "../connect/stack-facts.ts";
import { CommandError } from "../errors.ts";
import { QueryError } from "../query/query-endpoint.ts";

/** What of a run its audit reads. */
export interface AuditedRun {
  readonly config: StackConfig;
  readonly directory: string;
  readonly cloud: LocalCloud;
  readonly stream: StreamModel;
}

/** What of a run's stream is kept: where, and of which cloud. */
export interface LedgerSource extends Pick<AuditedRun, "directory" | "stream"> {
  readonly cloud: { readonly services: { readonly streams: Pick<StreamRegistry, "get"> } };
}

/**
 * Writes down what the stream holds, for audits after the run. Resolves to `false` for a stream that was destroyed meanwhile, by Pulumi's
 * engine for instance: its records are gone, and what was written down before stays.
 */
export async function keepLedger({ cloud, directory, stream }: LedgerSource): Promise<boolean> {
  const isGone = (): boolean => cloud.services.streams.get(stream.name, systemClock.now())?.model !== stream;
  if (isGone()) return false;
  try {
    await writeLedger(join(directory, LEDGER_FILE), stream, systemClock.now());
  } catch (error) {
    if (isGone()) return false;
    throw error;
  }
  return true;
}

/** The account of every backend, record by record: `sluice audit --deep` of the run, while its cloud is up. */
export async function auditRun(run: AuditedRun): Promise<Readonly<Record<string, AuditResult>>> {
  const { config, directory } = run;
  const facts = stackFacts(config);
  if (!(await keepLedger(run))) {
    throw new CommandError(`stream ${run.stream.name} was destroyed before the run could account for its records`);
  }
  const bucket = (name: string) => folderBucket(join(directory, RUN_FILES.objects, name), name);
  const { backends } = await audit({
    facts,
    stream: fileLedger(join(directory, LEDGER_FILE)),
    archive: facts.archiveBucket === undefined ? undefined : bucket(facts.archiveBucket),
    deadLetters: bucket(facts.deadLetterBucket),
    query: (sql) => queryOf(run, sql),
    window: { sinceMs: -Infinity, untilMs: Infinity },
    deep: true,
  });
  return backends;
}

async function queryOf({ cloud, config }: AuditedRun, sql: string) {
  try {
    return await cloud.services.warehouse.query(sql, { defaultDataset: config.warehouse.dataset });
  } catch (error) {
    if (error instanceof BigQueryError) throw new QueryError(error.message, { cause: error });
    throw error;
  }
}
