/** How long Lambda keeps trying a batch: sized by the outage to be survived (docs/architecture.md, "When things go wrong"). */

/** Attempts that a mapping may be given. https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-parameters.html */
export const MAX_RETRY_ATTEMPTS = 10_000;

/** Largest record age that a mapping may be given: 7 days. Same source. */
export const MAX_RECORD_AGE_SECONDS = 604_800;

/** What is left of the retention when Lambda gives a record up, so that it is still in the stream and reaches the on-failure destination. */
export const RETENTION_MARGIN_HOURS = 3;

/**
 * Attempts that last through an outage: a failing invocation uses its time-out up before it answers, so
 * attempts × time-out is the time survived. May exceed `MAX_RETRY_ATTEMPTS`; the validator refuses that.
 */
export function maximumRetryAttempts(toleratedOutageHours: number, timeoutSeconds: number): number {
  return Math.ceil((toleratedOutageHours * 3600) / timeoutSeconds);
}

/**
 * Age at which Lambda gives a record up, in seconds: 3 hours before the stream's retention would trim it without a
 * trace, and at most 7 days. `retentionHours` is 24 or more.
 */
export function maximumRecordAgeSeconds(retentionHours: number): number {
  return Math.min(MAX_RECORD_AGE_SECONDS, (retentionHours - RETENTION_MARGIN_HOURS) * 3600);
}
