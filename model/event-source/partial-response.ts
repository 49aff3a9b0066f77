import type { MappingRecord } from "./types.ts";

/** What a function's answer says about its batch. */
export type Verdict =
  | { readonly kind: "success" }
  | { readonly kind: "failure" }
  /** The record at this index is the lowest that failed: everything before it is done, the rest is delivered again. */
  | { readonly kind: "partial"; readonly firstFailed: number };

const SUCCESS: Verdict = { kind: "success" };
const FAILURE: Verdict = { kind: "failure" };

/**
 * Judges an answer of a function whose mapping has `ReportBatchItemFailures`. Success: no answer, `null`, `{}`, and a
 * `batchItemFailures` that is missing, `null` or empty. Failure of the whole batch: an answer that is no object, a list that is
 * none, an entry whose `itemIdentifier` is missing, `null`, empty or of no record of the batch.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-batchfailurereporting.html
 */
export function judgeResponse(response: unknown, records: readonly MappingRecord[]): Verdict {
  if (response === undefined || response === null) return SUCCESS;
  if (typeof response !== "object" || Array.isArray(response)) return FAILURE;
  const failures: unknown = "batchItemFailures" in response ? response.batchItemFailures : undefined;
  if (failures === undefined || failures === null) return SUCCESS;
  if (!Array.isArray(failures)) return FAILURE;
  if (failures.length === 0) return SUCCESS;

  const failed = new Set<string>();
  for (const entry of failures as readonly unknown[]) {
    const identifier = identifierOf(entry);
    if (identifier === undefined) return FAILURE;
    failed.add(identifier);
  }
  let firstFailed = -1;
  for (let index = 0; index < records.length && failed.size > 0; index++) {
    if (failed.delete(records[index]!.sequenceNumber) && firstFailed === -1) firstFailed = index;
  }
  return failed.size > 0 ? FAILURE : { kind: "partial", firstFailed };
}

function identifierOf(entry: unknown): string | undefined {
  if (typeof entry !== "object" || entry === null || !("itemIdentifier" in entry)) return undefined;
  const identifier = entry.itemIdentifier;
  return typeof identifier === "string" && identifier !== "" ? identifier : undefined;
}
