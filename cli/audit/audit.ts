import { FAILED_PREFIX, archivePrefix, divertedBackendPrefix, quarantinePrefix } from "../../contract/keys.ts";
import { isReason } from "../../contract/reasons.ts";
import { readFailedObjects } from "./failed-objects.ts";
import { type AuditResult, BackendLedger, type ExpectedIds } from "./ledger.ts";
import { readLineObject, readLineObjects } from "./line-objects.ts";
import type { ObjectSource } from "./object-source.ts";

/** Where a backend's records are, and how its readers see them. */
export interface WrittenRecords {
  /** Record ids of every copy that is stored, in any order, in batches. */
  readonly ids: (problem: (sentence: string) => void) => AsyncIterable<readonly string[]>;
  /** Copies that are left when the backend is read by record id; `undefined`, and a problem, if it cannot be. */
  readonly duplicates: (problem: (sentence: string) => void) => Promise<number | undefined>;
}

export interface AuditOptions {
  /** The backend's name, as in the stack's configuration. */
  readonly backend: string;
  /** `""` for the first generation of the stream. */
  readonly generation: string;
  readonly expected: ExpectedIds;
  readonly written: WrittenRecords;
  readonly deadLetters: ObjectSource;
  /** Ids of the backend's event source mappings: part of the keys of what they have given up. */
  readonly mappingIds: readonly string[];
}

/**
 * The account of one backend: each accepted record is written, quarantined, pending or missing, in this order.
 * Everything is read; memory holds the expected ids and one object at a time.
 */
export async function auditBackend(options: AuditOptions): Promise<AuditResult> {
  const { backend, deadLetters, expected, generation, written } = options;
  const ledger = new BackendLedger(expected);
  const problem = (sentence: string): void => ledger.problem(sentence);
  for await (const ids of written.ids(problem)) for (const id of ids) ledger.written(id);
  await readLineObjects(deadLetters, quarantinePrefix(generation, backend), {
    line(id, line) {
      const { reason } = parseQuarantineLine(line);
      if (reason !== undefined && isReason(reason)) ledger.quarantined(id, reason);
      else problem(`quarantine: record ${id} has no known reason`);
    },
    problem,
  });
  await readLineObjects(deadLetters, divertedBackendPrefix(generation, backend), {
    line: (id) => ledger.pending(id),
    problem,
  });
  for (const mappingId of options.mappingIds) {
    await readFailedObjects(deadLetters, `${FAILED_PREFIX}${mappingId}/`, expected, generation, {
      pending: (id) => ledger.pending(id),
      problem,
    });
  }
  return ledger.result(await written.duplicates(problem));
}

/** The archive as a backend's records. It is read one line per record id, so its readers see no duplicates. */
export function archivedRecords(archive: ObjectSource, generation: string): WrittenRecords {
  return {
    async *ids(problem) {
      for await (const key of archive.list(archivePrefix(generation))) {
        const ids: string[] = [];
        await readLineObject(archive, key, { line: (id) => ids.push(id), problem });
        yield ids;
      }
    },
    duplicates: () => Promise.resolve(0),
  };
}

function parseQuarantineLine(line: Buffer): { reason?: string } {
  try {
    const value = JSON.parse(line.toString()) as { reason?: unknown } | null;
    return typeof value?.reason === "string" ? { reason: value.reason } : {};
  } catch {
    return {};
  }
}
