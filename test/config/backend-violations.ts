import { backendsWith } from "./support.ts";
import type { Violations } from "./violations.ts";

const FAN_OUT_FIX =
  "append the time of the last record delivered (now − iterator age) to fanOutSwitches: the new mapping starts there " +
  "instead of reading the whole retention again";

/** Of the rules on backends, attempts and record age. */
export const BACKEND_VIOLATIONS: Violations = {
  "At least one backend": [
    {
      fact: "no backend at all",
      settings: { backends: {} },
      problems: [
        {
          field: "sluice:backends",
          value: "{}",
          rule: "at least one backend: what nobody reads is lost when the stream's retention ends",
          fix: "add for example archive: { grants: [archive-bucket-write] }",
        },
      ],
    },
  ],
  "No backend is called `shared`": [
    {
      fact: "a backend with the name of the tag for what is no backend's",
      settings: { backends: { archive: { grants: ["archive-bucket-write"] }, shared: {} } },
      problems: [
        {
          field: "sluice:backends.shared",
          value: '"shared"',
          rule: "shared is the tag of what belongs to no one backend",
          fix: "give the backend another name",
        },
      ],
    },
  ],
  "`archive` holds the grant": [
    {
      fact: "an archive that may not write to its bucket",
      settings: { backends: { archive: {} } },
      problems: [
        {
          field: "sluice:backends.archive.grants",
          value: "[]",
          rule: "archive cannot write without archive-bucket-write",
          fix: "add archive-bucket-write to grants",
        },
      ],
    },
    {
      fact: "a warehouse with another's grant",
      settings: { backends: { warehouse: { grants: ["archive-bucket-write"] } } },
      problems: [
        {
          field: "sluice:backends.warehouse.grants",
          value: '["archive-bucket-write"]',
          rule: "warehouse cannot write without google-warehouse-write",
          fix: "add google-warehouse-write to grants",
        },
      ],
    },
  ],
  "`archive` does not bisect": [
    {
      fact: "an archive that bisects",
      settings: backendsWith({ bisectOnError: true }),
      problems: [
        {
          field: "sluice:backends.archive.bisectOnError",
          value: "true",
          rule: "archive does not bisect: nothing in its batch can fail alone, and a cut batch leaves records in two objects",
          fix: "leave bisectOnError out",
        },
      ],
    },
  ],
  "`fanOut` is `createdWithFanOut`": [
    {
      fact: "fan-out switched on with no time written down",
      settings: backendsWith({ fanOut: true }, "archive"),
      problems: [
        {
          field: "sluice:backends.archive.fanOut",
          value: "true",
          rule: "createdWithFanOut: false, switched 0 times, gives false",
          fix: `${FAN_OUT_FIX}; for a backend never deployed, write createdWithFanOut: true instead`,
        },
      ],
    },
    {
      fact: "fan-out switched off again with no second time",
      settings: backendsWith({ fanOutSwitches: ["2026-11-01T00:00:00Z"] }, "warehouse"),
      problems: [
        {
          field: "sluice:backends.warehouse.fanOut",
          value: "false",
          rule: "createdWithFanOut: false, switched 1 time, gives true",
          fix: FAN_OUT_FIX,
        },
      ],
    },
  ],
  "Times in `fanOutSwitches` increase": [
    {
      fact: "a switch before the one before it, in another zone",
      settings: backendsWith({ fanOutSwitches: ["2026-11-01T02:00:00+00:00", "2026-11-01T03:00:00+02:00"] }, "archive"),
      problems: [
        {
          field: "sluice:backends.archive.fanOutSwitches[1]",
          value: '"2026-11-01T01:00:00.000Z"',
          rule: "each time is later than the one before it, here 2026-11-01T02:00:00.000Z",
          fix: "keep earlier entries as they are and append the new one",
        },
      ],
    },
  ],
  "No time in `fanOutSwitches` is in the future": [
    {
      fact: "a switch one second ahead",
      settings: backendsWith({ fanOut: true, fanOutSwitches: ["2026-11-21T09:00:01Z"] }, "archive"),
      problems: [
        {
          field: "sluice:backends.archive.fanOutSwitches[0]",
          value: '"2026-11-21T09:00:01.000Z"',
          rule: "not in the future (it is 2026-11-21T09:00:00.000Z): the new mapping would pass over what arrives until then",
          fix: "write the time of the last record delivered: now − iterator age",
        },
      ],
    },
  ],
  "Attempts to outlast an outage": [
    {
      fact: "more attempts than Lambda makes",
      settings: {
        stream: { retentionHours: 200 },
        toleratedOutageHours: 168,
        ...backendsWith({ timeoutSeconds: 30 }, "archive"),
        alarms: { timeToDataLossHours: 190 },
      },
      problems: [
        {
          field: "sluice:backends.archive.timeoutSeconds",
          value: "30",
          rule: "an outage of toleratedOutageHours (168) takes 20,160 attempts of this length; Lambda allows 10,000",
          fix: "set timeoutSeconds to at least 61, or toleratedOutageHours to at most 83",
        },
        {
          field: "sluice:backends.warehouse.timeoutSeconds",
          value: "60",
          rule: "an outage of toleratedOutageHours (168) takes 10,080 attempts of this length; Lambda allows 10,000",
          fix: "set timeoutSeconds to at least 61, or toleratedOutageHours to at most 166",
        },
      ],
    },
  ],
  "The largest record age": [
    {
      fact: "an outage that the retention does not outlast by 3 hours",
      settings: { toleratedOutageHours: 22 },
      problems: [
        {
          field: "sluice:toleratedOutageHours",
          value: "22",
          rule: "Lambda gives a record up after 21 hours (the smaller of 7 days and stream.retentionHours − 3)",
          fix: "set toleratedOutageHours to at most 21, or stream.retentionHours to at least 25",
        },
      ],
    },
  ],
  "`alarms.timeToDataLossHours` is below": [
    {
      fact: "an alarm that always rings",
      settings: { alarms: { timeToDataLossHours: 24 } },
      problems: [
        {
          field: "sluice:alarms.timeToDataLossHours",
          value: "24",
          rule: "below stream.retentionHours (24): otherwise the alarm always rings",
          fix: "write a number from 13 to 23",
        },
      ],
    },
    {
      fact: "an alarm that rings when Lambda has given up",
      settings: { alarms: { timeToDataLossHours: 12 } },
      problems: [
        {
          field: "sluice:alarms.timeToDataLossHours",
          value: "12",
          rule: "the alarm rings when records are 12 hours old, after toleratedOutageHours (12)",
          fix: "write a number from 13 to 23",
        },
      ],
    },
  ],
};
