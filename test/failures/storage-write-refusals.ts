import {
  BIGQUERY,
  CONNECTION,
  DIVERTED,
  RETRIED,
  SOCKETS,
  TABLES,
  TROUBLES,
  WAREHOUSE,
  quarantined,
} from "./failure-class.ts";
import type { FailureClass, FailureSection } from "./failure-class.ts";

const BAD = "the warehouse consumer, bad records";
const TROUBLE = "the warehouse consumer, a backend in trouble";
const ONE_TABLE = "the warehouse consumer, one refusing table";
const REAL = "the warehouse consumer over real connections";
const ALONE =
  "asked once more on a connection of its own; refused again, and another table took rows in the last minute: its rows are put aside. Otherwise as `backend-down`";

const refused: readonly FailureClass[] = [
  {
    id: "row-errors",
    met: "row errors, with a refusal or beside an accepted request",
    backend: "warehouse",
    ...quarantined("REFUSED_BY_BACKEND"),
    codes: ["INVALID_ARGUMENT"],
    how: "those rows go again with `log` NULL and their text in `log_text`, the others with them; refused a second time they are put away. As often as it takes: the list may be incomplete",
    provenBy: {
      [WAREHOUSE]: [
        `${BAD} a row refused as JSON goes once more as text, and to the quarantine if that is refused too`,
        `${BAD} row errors beside an accepted request are a refusal of the request: nothing counts as written`,
        `${BAD} row errors that name no row of the request are no row errors: it is halved`,
      ],
    },
  },
  {
    id: "request-refused",
    met: "`INVALID_ARGUMENT` without row errors and without a storage error",
    backend: "warehouse",
    ...quarantined("REFUSED_BY_BACKEND"),
    codes: ["INVALID_ARGUMENT"],
    how: "halved until the row is found; that goes as text; refused again it is put away, if any table took rows in the last minute",
    provenBy: { [WAREHOUSE]: [`${BAD} a request refused without row errors is halved until the row is found`] },
  },
  {
    id: "date-refused",
    met: "a date that BigQuery refuses though it is within our limits (5 years back were met): `INVALID_ARGUMENT` for the whole request, no row named",
    backend: "warehouse",
    ...quarantined("REFUSED_BY_BACKEND"),
    codes: ["INVALID_ARGUMENT"],
    how: "as `request-refused`",
    provenBy: {
      [BIGQUERY]: ["a date that passes our limits but not BigQuery's is found among its neighbours and quarantined"],
    },
  },
  {
    id: "lone-poison",
    met: "rows refused alone while no table took any for a minute: poison with a batch to itself, or a backend that refuses everything",
    backend: "warehouse",
    ...quarantined("REFUSED_BY_BACKEND"),
    codes: ["INVALID_ARGUMENT"],
    how: "asked for again until the time is over; then the first is put away, the others come again. Should another table take rows meanwhile, all are asked once more first",
    provenBy: {
      [WAREHOUSE]: [
        `${BAD} poison that has a batch to itself, and no table to testify, holds up its shard for one invocation`,
        `${BAD} rows refused alone while no table takes any are asked for until the time is over; then the first is condemned, the rest come again`,
        `${BAD} rows refused by a backend that recovers within the invocation are written`,
      ],
    },
  },
];

const tables: readonly FailureClass[] = [
  {
    id: "table-missing",
    met: "one table answers `NOT_FOUND`, or its stream does",
    backend: "warehouse",
    ...DIVERTED,
    codes: ["NOT_FOUND"],
    storageErrors: [1, 3],
    how: ALONE,
    provenBy: {
      [BIGQUERY]: ["one of 16 tables is deleted: the other 15 get all their rows"],
      [TABLES]: [
        `${ONE_TABLE} NOT_FOUND as an answer: its rows are diverted, the others written`,
        `${ONE_TABLE} the refusal is asked for again on a connection of its own before it counts`,
      ],
    },
  },
  {
    id: "table-forbidden",
    met: "one table answers `PERMISSION_DENIED`",
    backend: "warehouse",
    ...DIVERTED,
    codes: ["PERMISSION_DENIED"],
    how: ALONE,
    provenBy: { [BIGQUERY]: ["one of 16 tables is forbidden: the other 15 get all their rows"] },
  },
  {
    id: "unknown-column",
    met: "a schema mismatch: one table lacks a column (`SCHEMA_MISMATCH_EXTRA_FIELDS`)",
    backend: "warehouse",
    ...DIVERTED,
    storageErrors: [7],
    how: ALONE,
    provenBy: {
      [BIGQUERY]: ["one of 16 tables is without a column: the other 15 get all their rows"],
      [TABLES]: [`${ONE_TABLE} a schema error: its rows are diverted, the others written`],
    },
  },
  {
    id: "stream-finalised",
    met: "one table's stream is finalised or in a wrong state",
    backend: "warehouse",
    ...DIVERTED,
    storageErrors: [5, 6],
    how: ALONE,
    provenBy: {
      [TABLES]: [`${ONE_TABLE} a finalised stream that ends the call: its rows are diverted, the others written`],
    },
  },
  {
    id: "shared-connection",
    met: "one table's refusal ends the call that all tables share",
    backend: "warehouse",
    ...DIVERTED,
    codes: ["NOT_FOUND", "PERMISSION_DENIED"],
    how: "every table whose request was under way is asked once more on a connection of its own; known to refuse, the table stays off the shared one for a minute",
    provenBy: {
      [SOCKETS]: [
        `${REAL} one of 16 tables refuses by the end of the call that all tables share: the other 15 get all their rows`,
        `${REAL} one of 16 tables refuses by an answer: the other 15 get all their rows`,
      ],
    },
  },
  {
    id: "table-made-anew",
    met: "`NOT_FOUND` for minutes after one table was made anew",
    backend: "warehouse",
    ...DIVERTED,
    codes: ["NOT_FOUND"],
    how: "diverted for those minutes, asked for with each batch, and back on the shared connection once it takes rows",
    provenBy: {
      [TABLES]: [
        `${ONE_TABLE} a table that is missing for minutes after it was made anew has its rows diverted, then takes them on the shared connection`,
      ],
    },
  },
  {
    id: "tables-just-made",
    met: "`NOT_FOUND`, `PERMISSION_DENIED` or a schema error from every table, as for minutes after they were made",
    backend: "warehouse",
    ...RETRIED,
    how: "a backend that is down: nothing is diverted. So is one refusing table while its instance meets no rows of others",
    provenBy: {
      [TABLES]: [
        `${ONE_TABLE} tables that were all just made are a backend that is down: their rows wait until they are known`,
        `${ONE_TABLE} all tables refusing is a backend that is down: nothing is diverted`,
      ],
    },
  },
  {
    id: "silent-table",
    met: "one table's requests get no answer",
    backend: "warehouse",
    ...RETRIED,
    codes: ["DEADLINE_EXCEEDED"],
    how: "answers come in order, so those behind it wait 15 s; then it goes alone, and they are sent again without it",
    provenBy: {
      [TROUBLES]: [
        `${TROUBLE} a table whose requests get no answer goes alone, and those behind it on the shared connection are written`,
      ],
      [CONNECTION]: [
        "a connection to Storage Write without an answer in time is dead: the request whose turn it was is late, those behind it are not to blame",
      ],
    },
  },
];

/** What BigQuery's Storage Write API refuses. */
export const REFUSALS: readonly FailureSection[] = [
  { title: "BigQuery refuses rows", classes: refused },
  { title: "BigQuery refuses a table", classes: tables },
];
