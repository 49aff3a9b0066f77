import {
  ARCHIVE,
  BATCHES,
  DRIVER,
  EXCHANGE,
  MAPPING,
  RETRIED,
  RUNNER,
  S3,
  TOKENS,
  TROUBLES,
  WAREHOUSE,
} from "./failure-class.ts";
import { SOCKETS } from "./failure-class.ts";
import type { FailureClass, FailureSection } from "./failure-class.ts";

const TROUBLE = "the warehouse consumer, a backend in trouble";
const EXCHANGED = "an exchange for an access token";

/** A failed invocation: Lambda tells it by its errors. */
const FAILED = {
  does: "fail",
  ends: "in the backend with a later invocation; with the last attempt or at the maximum age: `given-up`",
  metrics: ["Errors", "FailedInvokeEventCount", "IteratorAge"],
  alarms: ["function-errors", "failed-invocations", "time-to-data-loss"],
} as const;

const federation: FailureSection = {
  title: "Access tokens for Google",
  classes: [
    {
      id: "token-refused",
      met: "BigQuery answers `UNAUTHENTICATED`: the token has expired or was refused",
      backend: "warehouse",
      ...RETRIED,
      codes: ["UNAUTHENTICATED"],
      how: "the token and every connection made with it are dropped; sent again with a new one",
      provenBy: {
        [TROUBLES]: [
          `${TROUBLE} a refused access token is renewed`,
          `${TROUBLE} an access token refused to a table on a connection of its own is renewed, and so is the shared connection`,
        ],
        [SOCKETS]: [
          "the warehouse consumer over real connections a call that ends with UNAUTHENTICATED, once for each table: every record is written in the same invocation",
        ],
      },
    },
    {
      id: "token-ends",
      met: "a token comes to its end",
      backend: "warehouse",
      ...RETRIED,
      how: "renewed five minutes before, by one exchange that all who wait share",
      provenBy: {
        [TOKENS]: [
          "the access token is kept until five minutes before its end, then renewed",
          "the access token is asked for once by all who want it at the same time",
        ],
      },
    },
    {
      id: "exchange-refused",
      met: "the exchange or the impersonation is refused: a provider, condition, binding or account has changed",
      backend: "warehouse",
      ...RETRIED,
      how: "asked for again until the time is over; the log line says `NO_ACCESS_TOKEN`",
      provenBy: {
        [EXCHANGE]: [
          `${EXCHANGED} a refusal of the caller is an error after one attempt: retrying is the append stage's`,
          `${EXCHANGED} a refusal of the impersonation is an error`,
          `${EXCHANGED} an answer without the token's end is no token`,
        ],
        [TROUBLES]: [`${TROUBLE} without an access token nothing is written and the first record is reported`],
      },
    },
    {
      id: "token-service-down",
      met: "an outage of Google's token service, or of AWS STS behind it",
      backend: "warehouse",
      ...RETRIED,
      how: "unnoticed while the token at hand holds, until half a minute before its end; then as `exchange-refused`. An exchange that hangs is given up after 15 s",
      provenBy: {
        [TOKENS]: [
          "the access token still serves through an outage of the token service, until half a minute before its end",
          "the access token is an error when the exchange hangs for 15 seconds, and the next one asks again",
        ],
        [EXCHANGE]: [
          `${EXCHANGED} an outage of the token service is an error after one attempt: retrying is the append stage's`,
        ],
        [TROUBLES]: [`${TROUBLE} an outage of the token service that ends within the invocation costs nothing`],
      },
    },
  ],
};

function s3Class(id: string, met: string, cases: readonly string[]): FailureClass {
  return {
    id,
    met,
    backend: "archive",
    ...RETRIED,
    how: "written again with backoff and full jitter until the invocation's time is over: the same object under the same key",
    provenBy: { [S3]: cases.map((name) => `the S3 writer writes the object after ${name}, met twice`) },
  };
}

const objects: FailureSection = {
  title: "S3",
  classes: [
    s3Class("s3-slow-down", "503 `SlowDown` or `ServiceUnavailable`", ["503 SlowDown", "503 ServiceUnavailable"]),
    s3Class("s3-internal", "500 `InternalError`, or an error that is no XML", [
      "500 InternalError",
      "an error that is no XML",
    ]),
    s3Class("s3-forbidden", "403, or credentials that have expired", ["403 AccessDenied", "400 ExpiredToken"]),
    s3Class("s3-no-bucket", "404 `NoSuchBucket`", ["404 NoSuchBucket"]),
    s3Class("s3-time-out", "no answer for 10 s", ["no answer at all"]),
    s3Class("s3-truncated", "a connection cut before an answer or within it", [
      "a connection cut before the answer",
      "a refusal cut in its middle",
    ]),
    {
      id: "s3-down",
      met: "S3 stays away",
      backend: "archive",
      ...RETRIED,
      how: "the first record of the first hour not archived is reported, once the time is over",
      provenBy: {
        [ARCHIVE]: [
          "the archive consumer a backend that stays away uses up the time, then the first record not archived is reported",
        ],
        [S3]: ["the S3 writer gives up at the deadline with the service's code"],
      },
    },
    {
      id: "dead-letter-bucket-down",
      met: "the dead-letter bucket cannot be written, and there is something to put away",
      backend: "both",
      ...FAILED,
      how: "tried until the time is over, then the invocation fails: nothing is acknowledged that is not stored. What was written is written again, under the same ids",
      provenBy: {
        [ARCHIVE]: ["the archive consumer nothing is acknowledged when the quarantine cannot be written"],
        [WAREHOUSE]: [
          "the warehouse consumer, bad records nothing is acknowledged when the quarantine cannot be written",
        ],
      },
    },
  ],
};

const lambda: FailureSection = {
  title: "Lambda",
  classes: [
    {
      id: "time-nearly-over",
      met: "the invocation's time-out comes near",
      backend: "both",
      ...RETRIED,
      how: "writing ends a fifth of the time before it (archive: at most 2 s, warehouse: 8 s), which is kept for dead letters and the answer",
      provenBy: {
        [ARCHIVE]: [
          "the archive consumer a function with the shortest time-outs has most of its time to write",
          "the archive consumer with its time all but over nothing is acknowledged that is not stored",
        ],
        [TROUBLES]: [`${TROUBLE} with its time all but over nothing is sent, and the first record is reported`],
      },
    },
    {
      id: "timed-out",
      met: "the time-out all the same",
      backend: "both",
      ...FAILED,
      how: "Lambda ends the process and delivers the batch again, the warehouse's in halves",
      provenBy: {
        [RUNNER]: ["an invocation over its time is ended and called a time-out"],
        [MAPPING]: [
          "a failed batch is tried again as it is, newer records left out, and given up after its last retry",
          "bisecting on a function error finds the one bad record, keeps the order, and uses up no retry for the splits",
        ],
      },
    },
    {
      id: "out-of-memory",
      met: "memory pressure: a batch that unpacks to much, or a process ended for its memory",
      backend: "both",
      ...FAILED,
      how: "a batch that unpacks to more than fits is taken in parts; if the process is ended all the same, as `timed-out`",
      provenBy: {
        "functions/shared/wrapped.test.ts": [
          "a batch that unpacks to more than memory holds is taken in parts, each of at least one record, and the parts are what the whole would be",
        ],
        [RUNNER]: ["memory above the declared size ends the process"],
        [MAPPING]: [
          "bisecting on a function error finds the one bad record, keeps the order, and uses up no retry for the splits",
        ],
      },
    },
    {
      id: "crash",
      met: "the function crashes, or its environment is incomplete",
      backend: "both",
      ...FAILED,
      how: "as `timed-out`; one record that crashes it every time is all that the warehouse's mapping gives up. Attempts end much sooner than with time-outs",
      provenBy: {
        [RUNNER]: ["an uncaught exception fails the invocation, and the next one has a new process"],
        [MAPPING]: [
          "bisecting on a function error finds the one bad record, keeps the order, and uses up no retry for the splits",
        ],
        [ARCHIVE]: ["the archive consumer every missing variable is named in one error"],
      },
    },
    {
      id: "no-concurrency",
      met: "Lambda cannot start the invocation",
      backend: "both",
      does: "retry",
      how: "by Lambda until the records are too old; attempts are not used up",
      ends: RETRIED.ends,
      metrics: ["Throttles", "FailedInvokeEventCount", "IteratorAge"],
      alarms: ["function-throttles", "failed-invocations", "time-to-data-loss"],
      provenBy: {
        [MAPPING]: [
          "an invocation that cannot be started is tried again until the records are too old, whatever the retry limit",
        ],
      },
    },
    {
      id: "given-up",
      met: "the last attempt has failed, or the records have reached their maximum age",
      backend: "both",
      does: "give up",
      how: "attempts and age are sized to the tolerated outage",
      ends: "`aws/lambda/<mapping id>/<shard>/`, payload included",
      metrics: ["OnFailureDestinationDeliveredEventCount"],
      alarms: ["on-failure-deliveries"],
      provenBy: {
        [DRIVER]: ["a batch given up is stored under Lambda's name and form, payload included"],
        [MAPPING]: ["the maximum record age discards what is older before the first call, and delivers the rest"],
      },
    },
    {
      id: "oversized",
      met: "a Kinesis record that no event can hold (above about 4.4 MB)",
      backend: "both",
      does: "give up",
      how: "never reaches the function; configuration accepts at most 4 MiB",
      ends: "`aws/lambda/<mapping id>/<shard>/`, metadata only: its bytes are on the stream alone, until retention ends",
      metrics: ["OnFailureDestinationDeliveredEventCount"],
      alarms: ["on-failure-deliveries"],
      provenBy: {
        [DRIVER]: ["a record that no event can hold is stored as metadata, and its neighbours reach the function"],
        [BATCHES]: ["a batch of one record holds 4,718,178 bytes of data with a short key, and one more is too many"],
      },
    },
    {
      id: "destination-down",
      met: "the dead-letter bucket refuses what Lambda gives up",
      backend: "both",
      does: "give up",
      how: "AWS documents no second attempt: the batch counts as dropped and the shard goes on",
      ends: "on the stream alone, until retention ends",
      metrics: ["DestinationDeliveryFailures", "DroppedEventCount"],
      alarms: ["undelivered-dead-letters", "dropped-events"],
      provenBy: {
        [DRIVER]: ["a batch that the destination does not take is counted as dropped, and the shard goes on"],
      },
    },
    {
      id: "mapping-stopped",
      met: "the mapping is disabled or has lost a permission: nothing is polled",
      backend: "both",
      does: "retry",
      how: "it keeps its position and goes on from there",
      ends: "in the backend, once it polls again; what retention trims before is lost",
      metrics: ["PolledEventCount"],
      alarms: ["polled-events-missing"],
      provenBy: {
        [DRIVER]: [
          "a declared mapping that is disabled delivers nothing until it is enabled",
          "an update to disabled keeps the position and what is known, whatever else changes meanwhile",
        ],
      },
    },
  ],
};

/** What surrounds the backends: tokens, S3, Lambda. */
export const SURROUNDINGS: readonly FailureSection[] = [federation, objects, lambda];
