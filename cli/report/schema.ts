import { z } from "zod";
import { FORMAT_VERSIONS } from "../../contract/formats.ts";
import { type Reason, REASONS } from "../../contract/reasons.ts";
import { oneLine } from "../connect/one-line.ts";
import { CommandError } from "../errors.ts";
import { refuseFutureDocument } from "../format-version.ts";

const count = z.int().nonnegative();
const mean = z.number().nonnegative().nullable();

const backendRowSchema = z.strictObject({
  invocations: count,
  failedInvocations: count,
  maxMemoryMb: mean,
  totalMeanSeconds: mean,
  meanSeconds: mean,
  meanIntervalSeconds: mean,
  meanRecords: mean,
  recordsPerSecond: mean,
  totalRecordsPerSecond: mean,
  errorPercent: mean,
});

const deliverySchema = z.strictObject({ seconds: mean, recordsPerSecond: mean });

const auditSchema = z.strictObject({
  accepted: count,
  written: count,
  repeated: count,
  quarantined: count,
  quarantinedByReason: z.partialRecord(z.enum(Object.keys(REASONS) as [Reason, ...Reason[]]), count),
  pending: count,
  missing: count,
  duplicates: count,
  unexpected: count,
  holds: z.boolean(),
  problems: z.array(z.string()),
});

/** What `--report FILE` writes; docs/report.md says what each field means. New fields may be added within a version. */
export const reportSchema = z.strictObject({
  version: z.literal(FORMAT_VERSIONS.report),
  input: z.strictObject({
    sources: z.array(z.string()),
    lines: count,
    blank: count,
    refused: count,
    accepted: count,
    bytes: count,
    resent: count,
    resentUncertain: count,
    seconds: z.number().nonnegative(),
    recordsPerSecond: z.number().nonnegative(),
  }),
  stream: z.strictObject({
    name: z.string(),
    shards: count,
    limits: z.boolean(),
    records: count,
    throttled: count,
  }),
  backends: z.record(z.string(), backendRowSchema),
  delivery: z.record(z.string(), deliverySchema),
  audit: z.record(z.string(), auditSchema),
});

/** Reads a report, of this release or an earlier one. Throws a CommandError that says why one cannot be read. */
export function parseReport(text: string): Report {
  try {
    const document: unknown = JSON.parse(text);
    refuseFutureDocument("report", document);
    return reportSchema.parse(document);
  } catch (error) {
    if (error instanceof CommandError) throw error;
    throw new CommandError(`it is no report: ${oneLine(error)}`, { cause: error });
  }
}

/** The report of a run. */
export type Report = z.infer<typeof reportSchema>;
