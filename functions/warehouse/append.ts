import type { AppendRun, Outcome } from "./append-run.ts";
import { TableAppend } from "./table-append.ts";

/** Appends the rows of all tables and says what became of each. Does not reject for what a backend or a row does. */
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
  for (const append of appends) append.settle();
  return run.outcome;
}
