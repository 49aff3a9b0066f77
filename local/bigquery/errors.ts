/** Reason codes of BigQuery's REST errors in use. https://docs.cloud.google.com/bigquery/docs/error-messages */
export type ErrorReason = "invalid" | "invalidQuery" | "notFound" | "duplicate" | "accessDenied" | "notImplemented";

const HTTP_STATUS: Record<ErrorReason, number> = {
  invalid: 400,
  invalidQuery: 400,
  notFound: 404,
  duplicate: 409,
  accessDenied: 403,
  notImplemented: 501,
};

/** What BigQuery refuses, with its reason code; REST and gRPC render it each in their own form. */
export class BigQueryError extends Error {
  readonly reason: ErrorReason;

  constructor(reason: ErrorReason, message: string) {
    super(message);
    this.name = "BigQueryError";
    this.reason = reason;
  }

  /** HTTP status that BigQuery answers with for the reason. */
  get httpStatus(): number {
    return HTTP_STATUS[this.reason];
  }
}

/** A query that BigQuery would refuse. */
export function invalidQuery(message: string): BigQueryError {
  return new BigQueryError("invalidQuery", message);
}

/** A construct of GoogleSQL that the local warehouse does not have: refused by name, never answered wrongly. */
export function unsupported(construct: string): BigQueryError {
  return new BigQueryError("invalidQuery", `The local warehouse does not support ${construct}`);
}
