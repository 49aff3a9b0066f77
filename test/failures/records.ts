import { ARCHIVE, RECORD, UNPACK, WAREHOUSE, quarantined } from "./failure-class.ts";
import type { FailureSection } from "./failure-class.ts";

const BAD = "the warehouse consumer, bad records";
const JUDGED = `${BAD} quarantines what can never be a row, with reason and original bytes, and writes its neighbours`;
const TOO_LATE = `${BAD} a row larger than a request may be is quarantined, and one of a partition that would be gone at once`;

/** Records that can never be written. */
export const RECORDS: FailureSection = {
  title: "Records that can never be written",
  classes: [
    {
      id: "unpack-failed",
      met: "a broken gzip, zlib or zstd stream",
      backend: "both",
      ...quarantined("UNPACK_FAILED"),
      how: "the record is put away with its bytes; inside an aggregate that sub-record alone",
      provenBy: {
        [UNPACK]: [
          "compressed records a broken stream is one piece with its bytes; inside an aggregate it is that sub-record alone",
        ],
      },
    },
    {
      id: "unpack-limit",
      met: "a Kinesis record that would unpack beyond a limit on size, ratio or number",
      backend: "both",
      ...quarantined("UNPACK_LIMIT"),
      how: "the whole Kinesis record is put away as it came",
      provenBy: {
        [ARCHIVE]: [
          "the archive consumer a record of too many pieces is quarantined whole, its neighbours are archived",
        ],
        [UNPACK]: [
          "limits a bomb in a bomb is stopped by what the whole record may become",
          "limits a record beyond a limit leaves its neighbours as they are, and the verdict is its own",
        ],
      },
    },
    {
      id: "not-json",
      met: "text that is not one JSON object, or not UTF-8",
      backend: "warehouse",
      ...quarantined("NOT_JSON_OBJECT"),
      how: "put away; the archive keeps it as `raw`",
      provenBy: {
        [WAREHOUSE]: [JUDGED],
        [ARCHIVE]: [
          "the archive consumer a text that is no object, holds a raw line break or is not UTF-8 is raw, with its very bytes",
        ],
      },
    },
    {
      id: "player-id-missing",
      met: "no player id, or one that is no string",
      backend: "warehouse",
      ...quarantined("PLAYER_ID_MISSING"),
      how: "put away; the archive has it",
      provenBy: { [WAREHOUSE]: [JUDGED] },
    },
    {
      id: "player-id-invalid",
      met: "a player id that is not 32 hexadecimal characters",
      backend: "warehouse",
      ...quarantined("PLAYER_ID_INVALID"),
      how: "put away; the archive has it",
      provenBy: { [WAREHOUSE]: [JUDGED] },
    },
    {
      id: "time-missing",
      met: "no time, or null",
      backend: "warehouse",
      ...quarantined("TIME_MISSING"),
      how: "put away; the archive has it",
      provenBy: { [WAREHOUSE]: [JUDGED] },
    },
    {
      id: "time-invalid",
      met: "a time that is neither ISO 8601 with zone nor epoch seconds or milliseconds",
      backend: "warehouse",
      ...quarantined("TIME_INVALID"),
      how: "put away; the archive has it",
      provenBy: { [WAREHOUSE]: [JUDGED] },
    },
    {
      id: "time-out-of-range",
      met: "a time more than 10 years back or 1 year ahead",
      backend: "warehouse",
      ...quarantined("TIME_OUT_OF_RANGE"),
      how: "put away before BigQuery would refuse the whole request for it",
      provenBy: { [WAREHOUSE]: [JUDGED] },
    },
    {
      id: "time-expired",
      met: "a time whose partition would be expired on arrival",
      backend: "warehouse",
      ...quarantined("TIME_EXPIRED"),
      how: "put away: BigQuery would take the row and delete it at once, without an error",
      provenBy: {
        [WAREHOUSE]: [TOO_LATE],
        [RECORD]: [
          "a log record is refused where its partition's day would be expired on arrival, and taken a day later",
        ],
      },
    },
    {
      id: "too-large",
      met: "a row larger than a request may be",
      backend: "warehouse",
      ...quarantined("TOO_LARGE"),
      how: "put away without being sent; the archive has it",
      provenBy: { [WAREHOUSE]: [TOO_LATE] },
    },
  ],
};
