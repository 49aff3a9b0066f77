import { codeOf, messageOf } from "../errors.ts";
import { PutError } from "./put-target.ts";

/** The request was refused before anything was stored, and may pass later. */
const THROTTLED = new Set([
  "ProvisionedThroughputExceededException",
  "LimitExceededException",
  "KMSThrottlingException",
  "ThrottlingException",
  "Throttling",
  "RequestLimitExceeded",
  "TooManyRequestsException",
]);
/** Nobody took the request. */
const NOT_SENT = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH"]);

/** What an exception of the service means for a retry; decided on name and status, never on message text. */
export function refusal(name: string, message: string, status: number, cause?: unknown): PutError {
  if (THROTTLED.has(name)) return new PutError(name, message, { retryable: true, uncertain: false, cause });
  return new PutError(name, message, { retryable: status >= 500 || status === 429, uncertain: status >= 500, cause });
}

/** The same of a throttling exception that came without a status; `undefined` for any other name. */
export function throttling(name: string, message: string, cause: unknown): PutError | undefined {
  return THROTTLED.has(name) ? refusal(name, message, 429, cause) : undefined;
}

/** A request without an answer. `name` stands in where the system gave no code. */
export function noAnswer(error: unknown, name: string, retryable: boolean): PutError {
  const code = codeOf(error) ?? name;
  const message = messageOf(error);
  return new PutError(code, message === "" ? code : message, {
    retryable: retryable || codeOf(error) !== undefined,
    uncertain: !NOT_SENT.has(code),
    cause: error,
  });
}
