/** docs/failures.md, made from the classes. Pure. */
import type { FailureClass, FailureSection } from "./failure-class.ts";
import { RECORDS } from "./records.ts";
import { REFUSALS } from "./storage-write-refusals.ts";
import { STORAGE_WRITE_TROUBLE } from "./storage-write-trouble.ts";
import { SURROUNDINGS } from "./surroundings.ts";

export const SECTIONS: readonly FailureSection[] = [RECORDS, ...REFUSALS, STORAGE_WRITE_TROUBLE, ...SURROUNDINGS];

const HEAD = ["class", "what is met", "backend", "what is done", "where it ends", "metric", "alarm"];

/** The whole text of docs/failures.md. */
export function failuresPage(): string {
  const tables = SECTIONS.map(({ title, classes }) => `## ${title}\n\n${table([HEAD, ...classes.map(row)])}`);
  const proofs = SECTIONS.flatMap(({ classes }) => classes.map(proof));
  return `# Failure classes

What can go wrong on the way from Kinesis into a backend, and what becomes of the records. One row for each class; the tests
below prove them. The rules behind them are in [data-path.md](data-path.md), what to do when an alarm rings in [operations.md](operations.md).

- **retry**: within the invocation, with backoff and full jitter, until its time is over; then Lambda delivers from the first record
  not written, in order. What succeeds within the invocation rings nothing; the log line's \`errorCode\` says what was met last.
- **quarantine**: the record alone, with its bytes and a reason; its neighbours are written, the batch is acknowledged.
- **divert**: the rows of one table, for replay; the other tables' rows are written, the batch is acknowledged.
- **fail**: the invocation ends with an error and nothing of it is acknowledged; Lambda tries again.
- **give up**: Lambda does, and its destination in the dead-letter bucket gets the batch.

Decisions are made on status codes, storage error codes and error names, never on texts. Nothing else is possible: a record is
written, quarantined, diverted or handed back to Lambda.

${tables.join("\n\n")}

## What is left open

- **One refusing table, and a batch without rows of any other**, on an instance that has written none in the last minute, waits
  like a backend that is down: there is no second table to tell the two apart. A batch that comes again is never filled up with newer
  records, so its lane stands still until the table is mended, the batch is \`given-up\`, or Lambda happens to bring it to an instance that
  has just served another lane. Batches of dozens of records practically always hold several tables; on a stream of a few records a
  second a longer batching window sees to it.
- **A backend that refuses every single row** with \`INVALID_ARGUMENT\` costs one wrongly quarantined row per invocation and lane
  (\`lone-poison\`), and the quarantine alarm tells. The price of the opposite rule was a shard that one bad record could hold up for hours.
- **A schema mismatch that BigQuery reports without its storage error** is taken for the rows' fault: they are quarantined, with their bytes.
- **An error of the service that only one table meets** (\`UNAVAILABLE\`, say) holds up what comes after its rows in the same lane: it cannot be told
  from a backend that is down. The other tables' rows of the batch are written.

## Proofs

Below \`test/\`, by the tests' titles.

${proofs.join("\n")}

## This page

Written from \`test/failures/\` by \`node test/failures/write-docs.ts\`. A test compares them, and holds the classes to the code: every quarantine reason, status code
and storage error has its class, every class an alarm that the program declares on one of its metrics, and every title is a test's.
`;
}

function row({ id, met, backend, does, how, ends, metrics, alarms }: FailureClass): string[] {
  const alarm = alarms.map((kind) => `[${kind}](operations.md#${kind})`);
  return [`\`${id}\``, met, backend, `**${does}**: ${how}`, ends, metrics.map(code).join(", "), alarm.join(", ")];
}

function proof({ id, provenBy }: FailureClass): string {
  const files = Object.entries(provenBy).map(
    ([file, titles]) => `  - [${file}](../test/${file}): ${titles.map(code).join("; ")}`,
  );
  return [`- \`${id}\``, ...files].join("\n");
}

function code(text: string): string {
  return `\`${text}\``;
}

/** A Markdown table with cells padded to their columns, as the formatter leaves it. */
function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((cells) => cells[column]!.length)));
  const lines = rows.map((cells) => `| ${cells.map((cell, column) => cell.padEnd(widths[column]!)).join(" | ")} |`);
  lines.splice(1, 0, `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`);
  return lines.join("\n");
}
