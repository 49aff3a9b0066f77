import type { AppendRun, Outcome } from "./append-run.ts";
import { TableAppend } from "./table-append.ts";

/**
 * Appends the rows of all tables and says what became of each. Does not reject for what a backend or a row does.
 *
 * Rows that were refused alone, again and again until the time was over, while no table took any, are either poison or
 * meet a backend that refuses everything. The first of them is condemned, the others come again: poison that has a batch
 * to itself holds up its shard for one invocation each, and a backend gone mad costs one quarantined row per invocation.
 */
export async function appendRows(run: AppendRun, tables: readonly string[]): Promise<Outcome> {
  const appends: TableAppend[] = [];
  const working: Promise<void>[] = [];
  for (let number = 0; number < tables.length; number++) {
    const rows = run.judgement.tables[number]!;
    if (rows.length === 0) continue;
    const append = new TableAppend(run, tables[number]!);
    appends.push(append);
    working.push(append.append(rows));
  }
  await Promise.all(working);
  const suspects = appends.flatMap((append) => append.settle()).sort((a, b) => a - b);
  for (let i = 0; i < suspects.length; i++) (i === 0 ? run.outcome.refused : run.outcome.failed).push(suspects[i]!);
  return run.outcome;
}
