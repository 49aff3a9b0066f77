import * as fc from "fast-check";
import {
  BACKEND_ALARMS,
  MAX_PART_LENGTH,
  NAME_PATTERN,
  type NameInputs,
  REFUSED_PROJECTS,
  STREAM_ALARMS,
  type StackNames,
  joinParts,
  stackNames,
  withinLimit,
} from "../../infra/names.ts";

function inputs(
  project: string,
  environment: string,
  more: Partial<{ region: string; generation: string }> = {},
): NameInputs {
  return {
    project,
    environment,
    aws: { accountId: "123456789012", region: more.region ?? "us-east-1" },
    stream: { generation: more.generation ?? "" },
    warehouse: { dataset: "sluice_dev" },
  };
}

describe("the names of stack local", () => {
  const names = stackNames({ ...inputs("sluice", "local"), aws: { accountId: "000000000000", region: "us-east-1" } });

  test("are the ones that the embedded cloud, the README and producers use", () => {
    expect({
      prefix: names.prefix,
      stream: names.stream,
      archiveBucket: names.archiveBucket,
      deadLetterBucket: names.deadLetterBucket,
      alarmTopic: names.alarmTopic,
      keys: [names.kmsAlias("data"), names.kmsAlias("alarms")],
      function: names.functionName("archive"),
      role: names.functionRole("archive"),
      logGroup: names.functionLogGroup("archive"),
      fanOutConsumer: names.fanOutConsumer("archive"),
      alarms: [names.backendAlarm("archive", "time-to-data-loss"), names.streamAlarm("write-throttles")],
      google: [
        names.serviceAccountId,
        names.workloadIdentityPoolId,
        names.workloadIdentityProviderId,
        names.customRoleId,
      ],
      dataset: names.dataset,
      forwarder: names.forwarder,
    }).toEqual({
      prefix: "sluice-local",
      stream: "sluice-local-player-log",
      archiveBucket: "sluice-local-archive-000000000000-us-east-1",
      deadLetterBucket: "sluice-local-dead-letter-000000000000-us-east-1",
      alarmTopic: "sluice-local-alarms",
      keys: ["alias/sluice-local-data", "alias/sluice-local-alarms"],
      function: "sluice-local-archive",
      role: "sluice-local-archive-function",
      logGroup: "/aws/lambda/sluice-local-archive",
      fanOutConsumer: "sluice-local-archive",
      alarms: ["sluice-local-archive-time-to-data-loss", "sluice-local-stream-write-throttles"],
      google: ["sluice-local-warehouse", "sluice-local-aws", "aws-functions", "sluice_local_warehouse_writer"],
      dataset: "sluice_dev",
      forwarder: {
        cluster: "sluice-local-forwarder",
        service: "sluice-local-forwarder",
        taskFamily: "sluice-local-forwarder",
        taskRole: "sluice-local-forwarder-task",
        executionRole: "sluice-local-forwarder-execution",
        logGroup: "/ecs/sluice-local-forwarder",
      },
    });
  });

  test("give a re-created stream another name", () => {
    expect(stackNames(inputs("sluice", "dev", { generation: "g2" })).stream).toBe("sluice-dev-player-log-g2");
  });
});

describe("a name at its limit", () => {
  test("is kept below it, and cut to exactly it with a hash of the whole from there on", () => {
    expect(withinLimit("a".repeat(29), 30)).toBe("a".repeat(29));
    expect(withinLimit("a".repeat(30), 30)).toMatch(/^a{19}-[a-z2-7]{10}$/);
    expect(withinLimit("a".repeat(31), 30)).toMatch(/^a{19}-[a-z2-7]{10}$/);
    expect(withinLimit("a".repeat(30), 30)).not.toBe(withinLimit("a".repeat(31), 30));
  });

  test("is cut the same way every time", () => {
    const names = stackNames(inputs("sluice", "staging-of-the-future"));
    expect(names.serviceAccountId).toBe(stackNames(inputs("sluice", "staging-of-the-future")).serviceAccountId);
    expect(names.serviceAccountId).toHaveLength(30);
  });
});

test("joined parts tell hyphens inside a part from those between parts", () => {
  expect(joinParts(["sluice", "eu", "west-archive"])).toBe("sluice-eu-west-archive");
  expect(joinParts(["sluice", "eu-west", "archive"])).toBe("sluice-eu--west-archive");
});

test("no alarm of the stream has the kind of a backend's", () => {
  expect(STREAM_ALARMS.filter((kind) => (BACKEND_ALARMS as readonly string[]).includes(kind))).toEqual([]);
});

/** Legal names: of few letters and many hyphens, so that similar ones are tried, or as long as they may be. */
const part = fc
  .oneof(
    fc.stringMatching(/^[ab](?:-?[ab1]){0,5}$/),
    fc.stringMatching(/^[a-z](?:-?[a-z0-9]){0,19}$/),
    fc.constantFrom(
      "stream",
      "forwarder",
      "forwarder-task",
      "task",
      "alarms",
      "data",
      "archive",
      "function",
      "dead-letter",
    ),
  )
  .filter((text) => text.length <= MAX_PART_LENGTH && NAME_PATTERN.test(text));
const stack = fc.record({
  project: part.filter((project) => !REFUSED_PROJECTS.includes(project)),
  environment: part,
  generation: fc.stringMatching(/^[a-z0-9]{0,8}$/),
  region: fc.constantFrom("us-east-1", "ap-northeast-1", "ap-southeast-2", "mx-central-1"),
  backends: fc.uniqueArray(part, { minLength: 1, maxLength: 4 }),
});

interface Named {
  /** Names in one space must differ. */
  readonly space: string;
  readonly name: string;
  /** What the name is of: the same for the same thing only. */
  readonly of: string;
  readonly form: RegExp;
}

const BUCKET =
  /^(?!xn--|sthree-|amzn-s3-demo-)(?!.*(?:-s3alias|--ol-s3|--x-s3|--table-s3)$)[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/;

function namedThings(names: StackNames, backends: readonly string[]): Named[] {
  const list: Named[] = [
    { space: "stream", name: names.stream, of: "stream", form: /^[a-zA-Z0-9_.-]{1,128}$/ },
    { space: "bucket", name: names.archiveBucket, of: "archive", form: BUCKET },
    { space: "bucket", name: names.deadLetterBucket, of: "dead letters", form: BUCKET },
    { space: "topic", name: names.alarmTopic, of: "topic", form: /^[a-zA-Z0-9_-]{1,256}$/ },
    { space: "alias", name: names.kmsAlias("data"), of: "data", form: /^alias\/(?!aws\/)[a-zA-Z0-9/_-]{1,250}$/ },
    { space: "alias", name: names.kmsAlias("alarms"), of: "alarms", form: /^alias\/(?!aws\/)[a-zA-Z0-9/_-]{1,250}$/ },
    {
      space: "service account",
      name: names.serviceAccountId,
      of: "",
      form: /^(?=.{6,30}$)[a-z](?:[-a-z0-9]*[a-z0-9])$/,
    },
    { space: "pool", name: names.workloadIdentityPoolId, of: "", form: /^(?!gcp-)[a-z0-9-]{4,32}$/ },
    { space: "custom role", name: names.customRoleId, of: "", form: /^[a-zA-Z0-9_.]{3,64}$/ },
    { space: "role", name: names.forwarder.taskRole, of: "forwarder task", form: /^[\w+=,.@-]{1,64}$/ },
    { space: "role", name: names.forwarder.executionRole, of: "forwarder execution", form: /^[\w+=,.@-]{1,64}$/ },
    { space: "ecs", name: names.forwarder.cluster, of: "forwarder", form: /^[a-zA-Z0-9_-]{1,255}$/ },
    { space: "log group", name: names.forwarder.logGroup, of: "forwarder", form: /^[\w./#-]{1,512}$/ },
    ...STREAM_ALARMS.map((kind) => ({
      space: "alarm",
      name: names.streamAlarm(kind),
      of: `stream ${kind}`,
      form: /^[ -~]{1,255}$/,
    })),
  ];
  for (const backend of backends) {
    const of = `backend ${backend}`;
    list.push(
      { space: "function", name: names.functionName(backend), of, form: /^[a-zA-Z0-9_-]{1,64}$/ },
      { space: "role", name: names.functionRole(backend), of, form: /^[\w+=,.@-]{1,64}$/ },
      { space: "log group", name: names.functionLogGroup(backend), of, form: /^[\w./#-]{1,512}$/ },
      { space: "consumer", name: names.fanOutConsumer(backend), of, form: /^[a-zA-Z0-9_.-]{1,128}$/ },
      ...BACKEND_ALARMS.map((kind) => ({
        space: "alarm",
        name: names.backendAlarm(backend, kind),
        of: `${of} ${kind}`,
        form: /^[ -~]{1,255}$/,
      })),
    );
  }
  return list;
}

describe("over all legal configurations", () => {
  test("every name is within its limit and character set", () => {
    fc.assert(
      fc.property(stack, ({ project, environment, backends, ...more }) => {
        for (const { name, form } of namedThings(stackNames(inputs(project, environment, more)), backends)) {
          if (!form.test(name)) throw new Error(`${name} is not ${form}`);
        }
      }),
    );
  });

  test("distinct things of one account have distinct names, over stacks and backends", () => {
    fc.assert(
      fc.property(fc.array(stack, { minLength: 2, maxLength: 6 }), (stacks) => {
        const seen = new Map<string, string>();
        for (const { project, environment, backends } of stacks) {
          for (const { space, name, of } of namedThings(stackNames(inputs(project, environment)), backends)) {
            const owner = `${project}/${environment}/${of}`;
            const other = seen.get(`${space} ${name}`) ?? owner;
            if (other !== owner) throw new Error(`${space} ${name} is of ${other} and of ${owner}`);
            seen.set(`${space} ${name}`, owner);
          }
        }
      }),
      { numRuns: 200 },
    );
  });

  test("buckets of two regions and streams of two generations differ", () => {
    const one = stackNames(inputs("sluice", "dev", { region: "us-east-1", generation: "" }));
    const other = stackNames(inputs("sluice", "dev", { region: "us-east-2", generation: "2" }));
    expect(one.archiveBucket).not.toBe(other.archiveBucket);
    expect(one.stream).not.toBe(other.stream);
  });
});
