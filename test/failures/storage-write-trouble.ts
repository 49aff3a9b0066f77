import { CONNECTION, RETRIED, SOCKETS, TROUBLES, WAREHOUSE } from "./failure-class.ts";
import type { FailureSection } from "./failure-class.ts";

const TROUBLE = "the warehouse consumer, a backend in trouble";
const REAL = "the warehouse consumer over real connections";
const AGAIN = "sent again with backoff and full jitter until the invocation's time is over";

const again = (code: string): string =>
  `${TROUBLE} ${code}, as an answer or as the call's end: sent again within the invocation`;
const overSockets = (what: string): string =>
  `${REAL} ${what}, once for each table: every record is written in the same invocation`;

/** What is the fault of no row, no table and no token. */
export const STORAGE_WRITE_TROUBLE: FailureSection = {
  title: "BigQuery is in trouble",
  classes: [
    {
      id: "throttled",
      met: "`RESOURCE_EXHAUSTED`",
      backend: "warehouse",
      ...RETRIED,
      codes: ["RESOURCE_EXHAUSTED"],
      how: AGAIN,
      provenBy: { [TROUBLES]: [again("RESOURCE_EXHAUSTED")] },
    },
    {
      id: "unavailable",
      met: "`UNAVAILABLE`",
      backend: "warehouse",
      ...RETRIED,
      codes: ["UNAVAILABLE"],
      how: AGAIN,
      provenBy: { [TROUBLES]: [again("UNAVAILABLE")], [SOCKETS]: [overSockets("an answer of UNAVAILABLE")] },
    },
    {
      id: "deadline-exceeded",
      met: "`DEADLINE_EXCEEDED`",
      backend: "warehouse",
      ...RETRIED,
      codes: ["DEADLINE_EXCEEDED"],
      how: AGAIN,
      provenBy: { [TROUBLES]: [again("DEADLINE_EXCEEDED")] },
    },
    {
      id: "aborted",
      met: "`ABORTED`",
      backend: "warehouse",
      ...RETRIED,
      codes: ["ABORTED"],
      how: AGAIN,
      provenBy: { [TROUBLES]: [again("ABORTED")], [SOCKETS]: [overSockets("a call that ends with ABORTED")] },
    },
    {
      id: "internal",
      met: "`INTERNAL`",
      backend: "warehouse",
      ...RETRIED,
      codes: ["INTERNAL"],
      how: AGAIN,
      provenBy: { [TROUBLES]: [again("INTERNAL")], [SOCKETS]: [overSockets("a call that ends with INTERNAL")] },
    },
    {
      id: "other-codes",
      met: "any other status code",
      backend: "warehouse",
      ...RETRIED,
      codes: [
        "CANCELLED",
        "UNKNOWN",
        "ALREADY_EXISTS",
        "FAILED_PRECONDITION",
        "OUT_OF_RANGE",
        "UNIMPLEMENTED",
        "DATA_LOSS",
      ],
      how: `not certainly the fault of rows, a table or a token: ${AGAIN}`,
      provenBy: {
        [TROUBLES]: [
          "CANCELLED",
          "UNKNOWN",
          "ALREADY_EXISTS",
          "FAILED_PRECONDITION",
          "OUT_OF_RANGE",
          "UNIMPLEMENTED",
          "DATA_LOSS",
        ].map(again),
      },
    },
    {
      id: "encryption-key",
      met: "a storage error of the tables' encryption key or of the key service, whatever its status code",
      backend: "warehouse",
      ...RETRIED,
      storageErrors: [10, 11, 12, 13, 14],
      how: AGAIN,
      provenBy: {
        [WAREHOUSE]: [
          `the warehouse consumer, bad records an error of the table's encryption key condemns no row, whatever its code`,
        ],
      },
    },
    {
      id: "reset-mid-append",
      met: "a connection reset in the middle of a request",
      backend: "warehouse",
      ...RETRIED,
      how: "nothing of it is stored; sent again over a new connection",
      provenBy: {
        [SOCKETS]: [
          `${REAL} a connection reset in the middle of a request: nothing of it is stored, and all of it is sent again`,
          overSockets("a reset before the answer"),
        ],
      },
    },
    {
      id: "answer-lost",
      met: "an answer lost after the server has written",
      backend: "warehouse",
      ...RETRIED,
      how: "sent again: two rows with one `record_id`, of which readers get one",
      provenBy: {
        [SOCKETS]: [
          `${REAL} an answer lost after the server has written: the rows are there twice under the same record id`,
        ],
      },
    },
    {
      id: "answer-broken",
      met: "bytes that are no answer",
      backend: "warehouse",
      ...RETRIED,
      how: AGAIN,
      provenBy: { [SOCKETS]: [overSockets("bytes that are no answer")] },
    },
    {
      id: "goaway",
      met: "GOAWAY, before or after answers that are due",
      backend: "warehouse",
      ...RETRIED,
      how: "answers due are taken; what is sent next goes over a new connection",
      provenBy: {
        [SOCKETS]: [overSockets("GOAWAY before the answer"), overSockets("GOAWAY after the answer")],
        [CONNECTION]: ["a connection to Storage Write that goes away before the answer still gives it"],
      },
    },
    {
      id: "dead-after-freeze",
      met: "a connection that died while the function was frozen",
      backend: "warehouse",
      ...RETRIED,
      how: "one that nothing has passed for 20 s is replaced unasked; a younger one that gives no answer for 15 s is taken for dead",
      provenBy: {
        [WAREHOUSE]: [
          "the warehouse consumer, good records keeps the connection over invocations, and makes a new one after twenty seconds of silence",
        ],
        [TROUBLES]: [`${TROUBLE} no answer at all: sent again within the invocation`],
        [SOCKETS]: [`${REAL} a connection that died between two invocations: the next one makes a new one`],
      },
    },
    {
      id: "slow-answers",
      met: "answers that come slowly, one after the other",
      backend: "warehouse",
      ...RETRIED,
      how: "a connection is alive while answers come: only 15 s without any end it",
      provenBy: {
        [CONNECTION]: [
          "a connection to Storage Write is not dead while answers come, however many requests wait for theirs",
        ],
      },
    },
    {
      id: "backend-down",
      met: "BigQuery stays away, or cannot be reached",
      backend: "warehouse",
      ...RETRIED,
      how: "waits up to 0.1 s, doubling to 5 s, with full jitter, until the time is over; then the first record not written is reported, and Lambda delivers from there on",
      provenBy: {
        [TROUBLES]: [
          `${TROUBLE} a backend that stays away uses up the time, then the first record not written is reported, and bad ones after it wait`,
          `${TROUBLE} attempts wait with jitter, ever longer up to five seconds, and end with the invocation`,
        ],
        [CONNECTION]: ["a connection to Storage Write to a port where nothing listens rejects"],
      },
    },
  ],
};
