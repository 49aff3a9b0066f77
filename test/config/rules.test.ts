import { resolveConfig } from "../../infra/config/resolve.ts";
import { RULES } from "../../infra/config/rules/index.ts";
import type { ConfigProblem } from "../../infra/config/error.ts";
import { SHORTEST, type Settings, backendsWith, configErrorOf, problemsOf, rawConfig, resolve } from "./support.ts";

const FAN_OUT_FIX =
  "append the time of the last record delivered (now − iterator age) to fanOutSwitches: the new mapping starts there " +
  "instead of reading the whole retention again";

interface Violation {
  readonly fact: string;
  readonly settings: Settings;
  readonly stack?: string;
  readonly problems: readonly ConfigProblem[];
}

/** By the first words of the rule's text: at least one violation for each rule. */
const VIOLATIONS: Readonly<Record<string, readonly Violation[]>> = {
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
  "`reservedConcurrency` is at least": [
    {
      fact: "fewer executions reserved than there are lanes",
      settings: {
        stream: { shardCount: 4 },
        ...backendsWith({ parallelizationFactor: 2, reservedConcurrency: 7 }, "archive"),
      },
      problems: [
        {
          field: "sluice:backends.archive.reservedConcurrency",
          value: "7",
          rule: "4 shards × parallelizationFactor 2 need 8",
          fix: "set reservedConcurrency to at least 8, or leave it out",
        },
      ],
    },
  ],
  "Reservations, and the larger": [
    {
      fact: "more lanes than the account allows executions",
      settings: { aws: { ...(SHORTEST["aws"] as Settings), concurrencyLimit: 10 }, stream: { shardCount: 6 } },
      problems: [
        {
          field: "sluice:aws.concurrencyLimit",
          value: "10",
          rule: "6 shards: the backends reserve 0 and share 12, which takes 12",
          fix: "have the account's limit raised and write it here, or lower stream.shardCount, parallelizationFactor or reservedConcurrency",
        },
      ],
    },
    {
      fact: "a reservation that leaves less than AWS keeps, on demand",
      settings: {
        aws: { ...(SHORTEST["aws"] as Settings), concurrencyLimit: 1000 },
        stream: { mode: "on-demand", shardCount: 8 },
        ...backendsWith({ reservedConcurrency: 901 }, "archive"),
      },
      problems: [
        {
          field: "sluice:aws.concurrencyLimit",
          value: "1000",
          rule:
            "8 shards, assumed for an on-demand stream: the backends reserve 901 and share 8 (of the rest AWS keeps 100 " +
            "unreserved), which takes 1,001",
          fix: "have the account's limit raised and write it here, or lower stream.shardCount, parallelizationFactor or reservedConcurrency",
        },
      ],
    },
  ],
  "At most 5 backends without fan-out": [
    {
      fact: "six backends on a shard's five reads a second",
      settings: { backends: Object.fromEntries(["a", "b", "c", "d", "e", "f"].map((name) => [name, {}])) },
      problems: [
        {
          field: "sluice:backends",
          value: '"6 without fan-out"',
          rule: "at most 5 without fan-out: a shard answers 5 reads a second",
          fix: "give some of them fanOut: true",
        },
      ],
    },
    {
      fact: "21 backends with fan-out",
      settings: {
        backends: Object.fromEntries(
          Array.from({ length: 21 }, (_, index) => [`b${index}`, { fanOut: true, createdWithFanOut: true }]),
        ),
      },
      problems: [
        {
          field: "sluice:backends",
          value: '"21 with fan-out"',
          rule: "at most 20 with fan-out: a stream takes no more",
          fix: "remove some",
        },
      ],
    },
  ],
  "Archive objects move": [
    {
      fact: "classes and expiry out of order",
      settings: { archive: { infrequentAccessAfterDays: 40, glacierAfterDays: 69, expireAfterDays: 69 } },
      problems: [
        {
          field: "sluice:archive.glacierAfterDays",
          value: "69",
          rule: "at least 30 days after archive.infrequentAccessAfterDays (40)",
          fix: "write 70 or more, or never for one of them",
        },
        {
          field: "sluice:archive.expireAfterDays",
          value: "69",
          rule: "after the last move to a colder class (69 days)",
          fix: "write 70 or more, or never for the moves",
        },
      ],
    },
  ],
  "`archive.expireAfterDays` and": [
    {
      fact: "things that go before the stream's own copy does",
      settings: {
        stream: { retentionHours: 72 },
        archive: { infrequentAccessAfterDays: "never", expireAfterDays: 3 },
        warehouse: { partitionExpiryDays: 2, recentDays: 2 },
      },
      problems: [
        {
          field: "sluice:archive.expireAfterDays",
          value: "3",
          rule: "longer than stream.retentionHours (72): a record may be delivered that late",
          fix: "write 4 or more, or never",
        },
        {
          field: "sluice:warehouse.partitionExpiryDays",
          value: "2",
          rule: "longer than stream.retentionHours (72): a record may be delivered that late",
          fix: "write 4 or more, or never",
        },
      ],
    },
  ],
  "`warehouse.recentDays` is at most": [
    {
      fact: "a view of days that are gone",
      settings: { warehouse: { partitionExpiryDays: 30, recentDays: 31 } },
      problems: [
        {
          field: "sluice:warehouse.recentDays",
          value: "31",
          rule: "at most warehouse.partitionExpiryDays (30): older partitions are gone",
          fix: "write 30 or less",
        },
      ],
    },
  ],
  "The three names under `record` differ": [
    {
      fact: "the id's field read as the event",
      settings: { record: { eventField: "player_id" } },
      problems: [
        {
          field: "sluice:record.eventField",
          value: '"player_id"',
          rule: "another field than record.playerIdField",
          fix: "name the field that holds it in your records",
        },
      ],
    },
  ],
  "`protectData: false` only": [
    {
      fact: "production without protection",
      settings: { protectData: false },
      stack: "production",
      problems: [
        {
          field: "sluice:protectData",
          value: "false",
          rule: "stack production holds data to keep; only local and dev may go without protection",
          fix: "leave protectData out",
        },
      ],
    },
  ],
  "Account `000000000000` only": [
    {
      fact: "the embedded cloud's account in dev",
      settings: { aws: { accountId: "000000000000", region: "us-east-1" } },
      stack: "dev",
      problems: [
        {
          field: "sluice:aws.accountId",
          value: '"000000000000"',
          rule: "that is the account of the embedded cloud, for stack local",
          fix: "write the id of your account: aws sts get-caller-identity --query Account",
        },
      ],
    },
  ],
  "No `forwarder` in the stack `local`": [
    {
      fact: "a forwarder on a laptop",
      settings: { forwarder: { subnetIds: ["subnet-0123456789abcdef0"], securityGroupIds: ["sg-0123456789abcdef0"] } },
      stack: "local",
      problems: [
        {
          field: "sluice:forwarder",
          value: '"on"',
          rule: "stack local has no forwarder: it runs on Fargate, which the embedded cloud does not have",
          fix: "remove the section; send records to the local stream with sluice produce",
        },
      ],
    },
    {
      fact: "memory that Fargate does not offer",
      settings: {
        forwarder: {
          cpu: 512,
          memoryMb: 512,
          subnetIds: ["subnet-0123456789abcdef0"],
          securityGroupIds: ["sg-0123456789abcdef0"],
        },
      },
      problems: [
        {
          field: "sluice:forwarder.memoryMb",
          value: "512",
          rule: "one of 1024, 2048, 3072, 4096, which Fargate offers with cpu 512",
          fix: "write 1024, or another cpu",
        },
      ],
    },
  ],
};

describe.each(Object.entries(VIOLATIONS))("%s", (_text, violations) => {
  test.each(violations)("refuses $fact, and says nothing else", ({ settings, stack, problems }) => {
    expect(problemsOf(settings, stack)).toEqual(problems);
  });
});

test("each documented rule has an example here that violates it", () => {
  const texts = RULES.map((rule) => rule.text);
  const uncovered = texts.filter((text) => !Object.keys(VIOLATIONS).some((start) => text.startsWith(start)));
  expect(uncovered).toEqual([]);
  expect(texts).toHaveLength(Object.keys(VIOLATIONS).length);
});

describe("what the rules allow", () => {
  test("a backend's folder is asked for by name", () => {
    const asked: string[] = [];
    const error = configErrorOf(() =>
      resolveConfig(rawConfig(SHORTEST), { hasFunction: (name) => (asked.push(name), name === "archive") }),
    );
    expect(asked).toEqual(["archive", "warehouse"]);
    expect(error.problems).toEqual([
      {
        field: "sluice:backends.warehouse",
        value: '"warehouse"',
        rule: "a backend's code is in functions/warehouse/, and there is no such folder",
        fix: "make functions/warehouse/ with a handler, or remove the entry",
      },
    ]);
  });

  test("fan-out follows its switches: created without, switched on, switched off, switched on", () => {
    const times = ["2026-11-01T00:00:00Z", "2026-11-02T00:00:00Z", "2026-11-03T00:00:00Z"];
    for (const count of [0, 1, 2, 3]) {
      const fanOut = count % 2 === 1;
      const config = resolve(backendsWith({ fanOut, fanOutSwitches: times.slice(0, count) }));
      expect(config.backends.map((backend) => [backend.fanOut, backend.fanOutSwitches.length])).toEqual([
        [fanOut, count],
        [fanOut, count],
      ]);
    }
  });

  test("a third backend without grants needs nothing but its entry", () => {
    const { backends } = resolve({ backends: { ...(SHORTEST["backends"] as Settings), "third-one": {} } });
    expect(backends.map((backend) => backend.name)).toEqual(["archive", "third-one", "warehouse"]);
    expect(backends[1]).toMatchObject({ grants: [], bisectOnError: true });
  });

  test("a rule is silent where one of its fields has a problem of its own", () => {
    const problems = problemsOf({
      stream: { retentionHours: 23 },
      toleratedOutageHours: 100,
      warehouse: { recentDays: 0, partitionExpiryDays: 2 },
    });
    expect(problems.map((problem) => problem.field)).toEqual([
      "sluice:stream.retentionHours",
      "sluice:warehouse.recentDays",
    ]);
  });
});
