import * as fc from "fast-check";
import { ConfigError } from "../../infra/config/error.ts";
import { resolveConfig } from "../../infra/config/resolve.ts";
import { settings } from "../../infra/config/table.ts";
import { ALL_FUNCTIONS, SHORTEST, configErrorOf, problemsOf, rawConfig, resolve } from "./support.ts";

describe("the shortest configuration", () => {
  test("is filled in to a whole one", () => {
    expect(resolve({})).toEqual({
      project: "sluice",
      environment: "staging",
      protectData: true,
      tags: {},
      aws: { accountId: "123456789012", region: "us-east-1", concurrencyLimit: 1000 },
      google: { projectId: "example-sluice-dev", projectNumber: "123456789012", location: "US" },
      stream: {
        mode: "provisioned",
        shardCount: 2,
        retentionHours: 24,
        maxRecordKib: 1024,
        shardLevelMetrics: true,
        generation: "",
      },
      record: { playerIdField: "player_id", timestampField: "timestamp", eventField: "event" },
      archive: {
        infrequentAccessAfterDays: 30,
        glacierAfterDays: undefined,
        expireAfterDays: undefined,
        expireNoncurrentAfterDays: 30,
      },
      deadLetters: { expireAfterDays: 90 },
      warehouse: {
        dataset: "sluice_staging",
        partitionExpiryDays: undefined,
        clustering: ["event", "player_id"],
        recentDays: 7,
      },
      toleratedOutageHours: 12,
      alarms: { email: undefined, timeToDataLossHours: 18 },
      logRetentionDays: 30,
      backends: [
        {
          name: "archive",
          grants: ["archive-bucket-write"],
          memoryMb: 256,
          timeoutSeconds: 60,
          batchSize: 10_000,
          batchWindowSeconds: 5,
          parallelizationFactor: 1,
          bisectOnError: false,
          fanOut: false,
          createdWithFanOut: false,
          fanOutSwitches: [],
          reservedConcurrency: undefined,
          environment: {},
        },
        {
          name: "warehouse",
          grants: ["google-warehouse-write"],
          memoryMb: 256,
          timeoutSeconds: 60,
          batchSize: 10_000,
          batchWindowSeconds: 5,
          parallelizationFactor: 1,
          bisectOnError: true,
          fanOut: false,
          createdWithFanOut: false,
          fanOutSwitches: [],
          reservedConcurrency: undefined,
          environment: {},
        },
      ],
      forwarder: undefined,
    });
  });

  test.each([
    ["local", false],
    ["dev", false],
    ["staging", true],
    ["production", true],
  ])("in stack %s protects data: %s", (stack, expected) => {
    expect(resolve({}, stack).protectData).toBe(expected);
  });

  test.each([
    [24, 12, 18],
    [24, 2, 23],
    [24, 7, 21],
    [8760, 168, 8754],
  ])("with %i hours of retention and an outage of %i, the alarm rings at %i", (retentionHours, outage, expected) => {
    const settings = {
      stream: { retentionHours },
      toleratedOutageHours: outage,
      backends: { x: { timeoutSeconds: 61 } },
    };
    expect(resolve(settings).alarms.timeToDataLossHours).toBe(expected);
  });

  test("gives two environments of one project two datasets, hyphens told from the underscore between", () => {
    expect(resolve({}, "eu-dev").warehouse.dataset).toBe("sluice_eu_dev");
    expect(resolve({}, "dev").warehouse.dataset).toBe("sluice_dev");
  });

  test("takes scalars at the top as Pulumi hands them over, as text", () => {
    const config = resolve({ toleratedOutageHours: "20", logRetentionDays: "7", protectData: "false" }, "dev");
    expect([config.toleratedOutageHours, config.logRetentionDays, config.protectData]).toEqual([20, 7, false]);
  });

  test("writes switches of fan-out in UTC, so that another spelling replaces nothing", () => {
    const x = { fanOut: true, fanOutSwitches: ["2026-11-21T18:00+09:00"] };
    expect(resolve({ backends: { x } }).backends[0]!.fanOutSwitches).toEqual(["2026-11-21T09:00:00.000Z"]);
  });
});

test("a section of another type is one problem: its fields are not missing besides", () => {
  expect(problemsOf({ aws: 5 })).toEqual([
    {
      field: "sluice:aws",
      value: "5",
      rule: "a section with the settings accountId, region, concurrencyLimit",
      fix: "write its settings below it, indented",
    },
  ]);
});

describe("unknown keys", () => {
  test("are refused at every level, with the nearest known one", () => {
    const problems = problemsOf({
      streem: {},
      stream: { retention: 48, shardcount: 2, colour: 1 },
      backends: { x: { memory: 256, fanout: true } },
      forwarder: { subnetIds: ["subnet-01234567"], securityGroupIds: ["sg-01234567"], desiredcount: 2 },
    });
    expect(problems.map(({ field, value, fix }) => [field, value, fix])).toEqual([
      ["sluice:streem", "{}", "did you mean stream?"],
      ["sluice:stream.retention", "48", "did you mean retentionHours?"],
      ["sluice:stream.shardcount", "2", "did you mean shardCount?"],
      ["sluice:stream.colour", "1", "remove it"],
      ["sluice:backends.x.memory", "256", "did you mean memoryMb?"],
      ["sluice:backends.x.fanout", "true", "did you mean fanOut?"],
      ["sluice:forwarder.desiredcount", "2", "did you mean desiredCount?"],
    ]);
    expect(problems[1]!.rule).toBe(
      "a known setting: mode, shardCount, retentionHours, maxRecordKib, shardLevelMetrics, generation",
    );
  });

  test("of a path given without --path are refused with the command that works", () => {
    expect(problemsOf({ "stream.shardCount": 4 })[0]).toMatchObject({
      field: "sluice:stream.shardCount",
      value: "4",
      fix: "remove it, and set the part with: pulumi config set --path 'sluice:stream.shardCount' <value>",
    });
  });

  test.each(["__proto__", "constructor", "toString"])("called %s are refused too", (key) => {
    const values = { ...rawConfig(SHORTEST).values, [`sluice:${key}`]: "{}" };
    const error = configErrorOf(() => resolveConfig({ project: "sluice", stack: "dev", values }, ALL_FUNCTIONS));
    expect(error.problems).toEqual([expect.objectContaining({ field: `sluice:${key}` })]);
  });
});

describe("other namespaces", () => {
  function resolveWith(key: string, value: string, project = "sluice") {
    return resolveConfig(
      { project, stack: "dev", values: { ...rawConfig(SHORTEST).values, [key]: value } },
      ALL_FUNCTIONS,
    );
  }

  test.each(["aws:region", "gcp:project", "aws-native:region"])(
    "%s is refused: the program makes its own providers",
    (key) => {
      expect(configErrorOf(() => resolveWith(key, "x")).problems).toEqual([
        {
          field: key,
          value: '"x"',
          rule: "providers take nothing from the stack's configuration",
          fix: "remove it: the program makes its own providers from sluice:aws and sluice:google",
        },
      ]);
    },
  );

  test("a setting under the project's own name is refused with the namespace to use", () => {
    expect(configErrorOf(() => resolveWith("logs:stream", "{}", "logs")).problems).toEqual([
      { field: "logs:stream", value: '"{}"', rule: "all settings are under sluice:", fix: "write it as sluice:stream" },
    ]);
  });

  test("any other is refused", () => {
    expect(configErrorOf(() => resolveWith("other:thing", "1")).problems).toEqual([
      { field: "other:thing", value: '"1"', rule: "only settings under sluice: are read", fix: "remove it" },
    ]);
  });

  test.each(["pulumi:disable-default-providers", "pulumi:autonaming", "pulumi:tags"])(
    "%s is the engine's own, and passes",
    (key) => expect(() => resolveWith(key, "[]")).not.toThrow(),
  );
});

test("every problem is reported at once, each with field, value, rule and fix", () => {
  const raw = {
    project: "Sluice",
    stack: "dev_1",
    values: {
      "aws:region": "us-east-1",
      "sluice:aws": '{"accountId":123456789012,"region":"us-east-1"}',
      "sluice:stream": '{"shardCount":0}',
      "sluice:backends": '{"archive":{"grants":["archive-bucket-write"],"fanOut":true}}',
    },
  };
  expect(configErrorOf(() => resolveConfig(raw, ALL_FUNCTIONS)).message)
    .toBe(`The configuration of stack "dev_1" has 8 problems.

  project name
    value: "Sluice"
    rule:  up to 20 lower-case letters, digits and single hyphens, beginning with a letter; not gcp, sthree, amzn
    fix:   change name in Pulumi.yaml, for example to sluice

  stack name
    value: "dev_1"
    rule:  up to 20 lower-case letters, digits and single hyphens, beginning with a letter
    fix:   name the stack for example dev: pulumi stack rename dev

  aws:region
    value: "us-east-1"
    rule:  providers take nothing from the stack's configuration
    fix:   remove it: the program makes its own providers from sluice:aws and sluice:google

  sluice:aws.accountId
    value: 123456789012
    rule:  12 digits, in quotes
    fix:   write for example accountId: "123456789012"

  sluice:google.projectId
    value: (missing)
    rule:  6 to 30 lower-case letters, digits and hyphens, beginning with a letter, not ending with a hyphen
    fix:   write for example projectId: "example-sluice-dev"

  sluice:google.projectNumber
    value: (missing)
    rule:  the project's number, digits only, in quotes
    fix:   write for example projectNumber: "123456789012"

  sluice:stream.shardCount
    value: 0
    rule:  a whole number from 1 to 10,000
    fix:   write for example shardCount: 2, or leave it out (default: 2)

  sluice:backends.archive.fanOut
    value: true
    rule:  createdWithFanOut: false, switched 0 times, gives false
    fix:   append the time of the last record delivered (now − iterator age) to fanOutSwitches: the new mapping starts there instead of reading the whole retention again; for a backend never deployed, write createdWithFanOut: true instead`);
});

describe("whatever the configuration holds", () => {
  const outcome = (values: Record<string, string>, stack = "dev"): "resolved" | "refused" => {
    try {
      resolveConfig({ project: "sluice", stack, values }, ALL_FUNCTIONS);
      return "resolved";
    } catch (error) {
      if (error instanceof ConfigError && error.problems.length > 0) return "refused";
      throw error;
    }
  };

  test("an empty one is refused", () => {
    expect(outcome({})).toBe("refused");
  });

  test("arbitrary texts under arbitrary keys give a ConfigError, never another throw", () => {
    const key = fc.oneof(
      fc.string(),
      fc.constantFrom(...Object.keys(SHORTEST), "stream", "forwarder").map((name) => `sluice:${name}`),
    );
    const value = fc.oneof(
      fc.string(),
      fc.json(),
      fc.constantFrom("null", "[]", "{}", "[".repeat(50_000), `${"[".repeat(50_000)}${"]".repeat(50_000)}`),
    );
    fc.assert(
      fc.property(fc.dictionary(key, value), (values) => {
        expect(outcome(values)).toBe("refused");
      }),
    );
  });

  test("arbitrary values in any setting give a configuration or a ConfigError that names the setting", () => {
    const keys = settings().map((setting) => setting.key.replace("<name>", "x"));
    const value = fc.oneof(
      fc.jsonValue(),
      fc.integer(),
      fc.constantFrom("never", true, [], {}, null),
      fc.array(fc.string()),
    );
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...keys), value, { maxKeys: 6 }), (changes) => {
        const tree = structuredClone(SHORTEST) as Record<string, unknown>;
        for (const [key, change] of Object.entries(changes)) {
          let node = tree;
          const path = key.split(".");
          for (const part of path.slice(0, -1)) {
            if (typeof node[part] !== "object" || node[part] === null) node[part] = {};
            node = node[part] as Record<string, unknown>;
          }
          node[path[path.length - 1]!] = structuredClone(change);
        }
        const { values } = rawConfig(tree);
        expect(["resolved", "refused"]).toContain(outcome(values));
      }),
      { numRuns: 400 },
    );
  });
});
