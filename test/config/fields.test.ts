import { showValue } from "../../infra/config/error.ts";
import { settings } from "../../infra/config/table.ts";
import { SHORTEST, type Settings, problemsOf, resolve } from "./support.ts";

const FORWARDER = { subnetIds: ["subnet-0123456789abcdef0"], securityGroupIds: ["sg-0123456789abcdef0"] };
const AUTOSCALING: Settings = { minShards: 2, maxShards: 16 };
const LOAD: Settings = { recordsPerSecond: 500 };
const TIME = "2026-11-21T09:00:00Z";

/** For each setting: values at the edges of what it takes, and values just beyond or of another type. */
const VALUES: Readonly<Record<string, { readonly good: readonly unknown[]; readonly bad: readonly unknown[] }>> = {
  "aws.accountId": {
    good: ["000000000001"],
    bad: [123456789012, "12345678901", "1234567890123", "12345678901x", null],
  },
  "aws.region": {
    good: ["ap-northeast-1", "mx-central-1"],
    bad: ["us-east", "us-eats-1", "US-EAST-1", "cn-north-1", "us-gov-west-1", "us-iso-east-1", "eu-isoe-west-1"],
  },
  "aws.concurrencyLimit": { good: [4, 1_000_000], bad: [0, 1_000_001, "1000"] },
  "google.projectId": {
    good: ["abc-12", "a".repeat(30)],
    bad: ["short", "a".repeat(31), "Abcdef", "abcdef-", "1abcdef"],
  },
  "google.projectNumber": { good: ["100000"], bad: [123456789012, "0123456", "12345", "12345x"] },
  "google.location": { good: ["EU", "asia-northeast1", "me-central2"], bad: ["us", "asia", "us-east-1", ""] },
  "stream.mode": { good: ["on-demand"], bad: ["ondemand", "PROVISIONED", true] },
  "stream.shardCount": { good: [1, 400], bad: [0, 10_001, 1.5, "2", -1] },
  "stream.retentionHours": { good: [24, 8760], bad: [23, 8761, 24.5] },
  "stream.maxRecordKib": { good: [1024, 4096], bad: [1023, 4097] },
  "stream.shardLevelMetrics": { good: [false], bad: ["true", 1] },
  "stream.generation": { good: ["g2", "12345678"], bad: ["123456789", "G2", "g-2", 2] },
  "record.playerIdField": { good: ["p", "x".repeat(128), "id with blanks"], bad: ["", "x".repeat(129), "a\nb"] },
  "record.timestampField": { good: ["ts"], bad: ["", 5] },
  "record.eventField": { good: ["kind"], bad: ["", null] },
  "archive.infrequentAccessAfterDays": { good: [30, "never"], bad: [29, 36_501, "Never", null] },
  "archive.glacierAfterDays": { good: [60, 36_500, "never"], bad: [0, 36_501, "soon"] },
  "archive.expireAfterDays": { good: [31, "never"], bad: [0, 1.5] },
  "archive.expireNoncurrentAfterDays": { good: [1], bad: [0, "never"] },
  "deadLetters.expireAfterDays": { good: [7], bad: [6, "never"] },
  "warehouse.dataset": { good: ["Logs_2", "x".repeat(1024)], bad: ["my-logs", "", "x".repeat(1025)] },
  "warehouse.partitionExpiryDays": { good: [7, "never"], bad: [0, 36_501] },
  "warehouse.clustering": {
    good: [["player_id"], ["event_time", "event", "player_id", "record_id"]],
    bad: [[], ["log"], ["event", "event"], ["event_time", "event", "player_id", "record_id", "log_text"], "event"],
  },
  "warehouse.recentDays": { good: [1, 3650], bad: [0, 3651] },
  toleratedOutageHours: { good: [2, 21], bad: [1, 169, 3.5] },
  "alarms.email": { good: ["ops@example.com"], bad: ["ops", "ops@example", "a b@example.com"] },
  "alarms.timeToDataLossHours": { good: [13, 23], bad: [0, 8760] },
  logRetentionDays: { good: [1, 3653], bad: [0, 2, 3654, "30 days"] },
  protectData: { good: [true], bad: [1, "yes"] },
  tags: {
    good: [{}, { team: "game-1", "a-b_c": "" }],
    bad: [[], { team: "Upper" }, { team: "x".repeat(64) }, { team: 1 }, many(41)],
  },
  backends: { good: [{ x: {} }, { "a-1": {} }], bad: [[], "archive", 1, null] },
  "backends.<name>.grants": { good: [[]], bad: [["s3"], ["archive-bucket-write", "archive-bucket-write"], {}] },
  "backends.<name>.memoryMb": { good: [128, 10_240], bad: [127, 10_241] },
  "backends.<name>.timeoutSeconds": { good: [5, 900], bad: [0, 901] },
  "backends.<name>.batchSize": { good: [1, 10_000], bad: [0, 10_001] },
  "backends.<name>.batchWindowSeconds": { good: [0, 300], bad: [-1, 301] },
  "backends.<name>.parallelizationFactor": { good: [1, 10], bad: [0, 11] },
  "backends.<name>.bisectOnError": { good: [false, true], bad: ["false"] },
  "backends.<name>.fanOut": { good: [false], bad: ["on"] },
  "backends.<name>.createdWithFanOut": { good: [false], bad: [0] },
  "backends.<name>.fanOutSwitches": {
    good: [["2026-11-20T09:00:00.5Z", "2026-11-21T09:00+09:00"]],
    bad: [["2026-11-21"], ["2026-11-21T09:00:00"], ["2026-13-21T09:00:00Z"], [1_795_252_800], TIME],
  },
  "backends.<name>.reservedConcurrency": { good: [2, 900], bad: [0, 1_000_001, "never"] },
  "backends.<name>.environment": {
    good: [{ LEVEL: "debug", a1: "" }],
    bad: [{ LEVEL: 1 }, { LEVEL: "x".repeat(3072) }, "LEVEL=debug"],
  },
  configVersion: { good: [1], bad: [0, 2, "one"] },
  forwarder: { good: [FORWARDER], bad: [true, [], "on"] },
  "forwarder.image": { good: ["fluent/fluent-bit:4.1", "example.com:5000/x@sha256:00"], bad: ["", "UPPER", "a b"] },
  "forwarder.cpu": { good: [256], bad: [255, "256"] },
  "forwarder.memoryMb": { good: [512, 2048], bad: [511, 30_721] },
  "forwarder.desiredCount": { good: [1, 100], bad: [0, 101] },
  "forwarder.subnetIds": { good: [["subnet-01234567"]], bad: [[], ["vpc-01234567"], undefined] },
  "forwarder.securityGroupIds": { good: [["sg-01234567"]], bad: [[], ["subnet-01234567"], undefined] },
  autoscaling: { good: [AUTOSCALING], bad: [true, [], "act"] },
  "autoscaling.mode": { good: ["report", "act"], bad: ["on", ""] },
  "autoscaling.minShards": { good: [1, 2], bad: [0, 10_001, undefined] },
  "autoscaling.maxShards": { good: [2, 10_000], bad: [0, 10_001, undefined] },
  "autoscaling.headroomPercent": { good: [1, 400], bad: [0, 401, 1.5] },
  load: { good: [LOAD], bad: [500, [], "plain"] },
  "load.recordsPerSecond": { good: [1, 1_000_000_000], bad: [0, 0.5, 1_000_000_001, undefined] },
  "load.recordBytes": { good: [1, 4_194_304], bad: [0, 4_194_305] },
  "load.format": { good: ["plain", "kpl", "kpl+zlib"], bad: ["zlib", "KPL"] },
};

function many(count: number): Record<string, string> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`t${index}`, "x"]));
}

/** Settings in which only the one that a key names is set, in a backend called x where it belongs to one. */
function settingsWith(key: string, value: unknown): Settings {
  const [section, ...rest] = key.split(".") as [string, ...string[]];
  const field = rest[rest.length - 1];
  if (field === undefined) return { [section]: value };
  if (section === "backends") return { backends: { x: { [field]: value } } };
  const base = { forwarder: FORWARDER, autoscaling: AUTOSCALING, load: LOAD }[section] ?? SHORTEST[section];
  return { [section]: { ...(base as Settings | undefined), [field]: value } };
}

/** A row for `test.each`: what the title shows, and the value. */
function shown(value: unknown): readonly [string, unknown] {
  return [showValue(value), value];
}

const SETTINGS = settings();

test("each setting has its edges here", () => {
  expect(Object.keys(VALUES)).toEqual(SETTINGS.map((setting) => setting.key));
});

describe.each(SETTINGS)("$key", ({ key, rule }) => {
  const { good, bad } = VALUES[key]!;

  test.each(good.map(shown))("takes %s", (_, value) => {
    expect(() => resolve(settingsWith(key, value))).not.toThrow();
  });

  test.each(bad.map(shown))("refuses %s with its rule, once", (_, value) => {
    const problems = problemsOf(settingsWith(key, value));
    expect(problems).toHaveLength(1);
    const [problem] = problems;
    expect(problem!.field.replace(/\[\d+\]$/, "").startsWith(`sluice:${key.replace("<name>", "x")}`)).toBe(true);
    expect(rule.startsWith(problem!.rule)).toBe(true);
    expect(problem!.fix).toMatch(/^write /);
  });
});

describe("names of entries", () => {
  test.each([
    ["tags", { Team: "x" }, "Team", "a name of a letter, then up to 62 letters, digits, _ and -, in lower case"],
    [
      "backends",
      { Archive: {} },
      "Archive",
      "a name of up to 20 lower-case letters, digits and single hyphens, beginning with a letter",
    ],
    [
      "backends",
      { ["x".repeat(21)]: {} },
      "x".repeat(21),
      "a name of up to 20 lower-case letters, digits and single hyphens, beginning with a letter",
    ],
    [
      "backends",
      { "a--b": {} },
      "a--b",
      "a name of up to 20 lower-case letters, digits and single hyphens, beginning with a letter",
    ],
  ])("in %s, %j is refused by name", (section, entries, name, rule) => {
    expect(problemsOf({ [section]: entries })).toEqual([
      { field: `sluice:${section}.${name}`, value: JSON.stringify(name), rule, fix: "rename the entry, or remove it" },
    ]);
  });

  test.each(["AWS_REGION", "LAMBDA_TASK_ROOT", "SLUICE_DATASET", "1A", "A-B"])(
    "the environment variable %s is refused by name",
    (name) => {
      expect(problemsOf({ backends: { x: { environment: { [name]: "secret" } } } })).toEqual([
        {
          field: `sluice:backends.x.environment.${name}`,
          value: JSON.stringify(name),
          rule: "a name of letters, digits and _, not beginning with AWS_, LAMBDA_ or SLUICE_",
          fix: "rename the entry, or remove it",
        },
      ]);
    },
  );

  test("an entry called __proto__ is refused like any other bad name", () => {
    const backends = JSON.parse('{ "archive": { "grants": ["archive-bucket-write"] }, "__proto__": {} }') as Settings;
    expect(
      problemsOf({ backends, tags: JSON.parse('{ "__proto__": "x" }') }).map(({ field, value }) => [field, value]),
    ).toEqual([
      ["sluice:backends.__proto__", '"__proto__"'],
      ["sluice:tags.__proto__", '"__proto__"'],
    ]);
  });
});

test("the value of an environment variable is never shown", () => {
  const [problem] = problemsOf({ backends: { x: { environment: { TOKEN: 12345 } } } });
  expect(problem).toMatchObject({ field: "sluice:backends.x.environment.TOKEN", value: "(hidden)" });
});
