import { accessChanges } from "../../preview/access.ts";
import { dataFindings } from "../../preview/data.ts";
import { deliveryNotes } from "../../preview/delivery.ts";
import { differenceOf } from "../../preview/difference.ts";
import { beyondResharding, previewOf } from "../../preview/preview.ts";
import { policyChange } from "../../preview/finding.ts";
import type { GraphResource } from "../../local/graph.ts";
import { BUCKET, DATASET, MAPPING, ROLE_POLICY, STREAM, TABLE, graph, resource } from "./support.ts";

test.each<readonly [boolean, number, number, boolean, string]>([
  [true, 8, 16, false, "double is what Kinesis takes"],
  [true, 8, 17, true, "more than double it refuses"],
  [true, 8, 3, true, "less than half it refuses"],
  [false, 8, 17, false, "a base says what was declared, not what there is"],
])("engine %s, %i to %i shards refused: %s, for %s", (engine, from, to, refused) => {
  const sides = [from, to].map((shardCount) => ({ graph: graph(resource(STREAM, "log", { shardCount })) }));
  const environments = [previewOf({ stack: "dev", before: sides[0], after: sides[1] })];
  expect(beyondResharding({ base: "a", head: "b", engine, environments })).toEqual(refused ? ["dev"] : []);
});

describe("data", () => {
  const findings = (before: GraphResource, after?: GraphResource) =>
    dataFindings(differenceOf(graph(before), graph(...(after === undefined ? [] : [after])))).map(
      ({ severity, what }) => `${severity}: ${what}`,
    );

  test("a deleted stream loses what has not been read, and a protected one stops the deployment", () => {
    const stream = (protect: boolean) => resource(STREAM, "log", { name: "a" }, { protect });
    expect(findings(stream(false))).toEqual(["lost: deleted: all records that a backend has not read yet go with it."]);
    expect(findings(stream(true))).toEqual([
      "refused: deleted: all records that a backend has not read yet would go with it, but the deployment stops there (it is protected).",
    ]);
  });

  test("what is replaced for properties of its own names them, a table its columns", () => {
    const table = (...columns: string[]) =>
      resource(TABLE, "t", { schema: JSON.stringify(columns.map((name) => ({ name, type: "STRING" }))) });
    expect(findings(table("a", "b"), table("a", "c"))).toEqual([
      "lost: replaced by a new, empty one, since column b and column c change: all its rows go with it.",
    ]);
    expect(findings(table("a", "b", "c", "d"), table("a", "e", "f"))[0]).toContain(
      ", since column b and column c and column d and column e and 1 more change: ",
    );
    expect(findings(resource(STREAM, "log", { name: "a" }), resource(STREAM, "log", { name: "b" }))).toEqual([
      "lost: replaced by a new, empty one, since name changes: all records that a backend has not read yet go with it.",
    ]);
  });

  test("protection that a change itself takes away does not count: the state still has it", () => {
    const stream = (name: string, protect: boolean) => resource(STREAM, "log", { name }, { protect });
    expect(findings(stream("a", true), stream("b", false))[0]).toMatch(/^refused: replaced/);
  });

  test("a bucket with objects and a dataset with tables are not deleted unless they say so", () => {
    expect(findings(resource(BUCKET, "b", { bucket: "b" }))[0]).toMatch(
      /^refused: .*S3 deletes no bucket that holds objects/,
    );
    expect(findings(resource(BUCKET, "b", { bucket: "b", forceDestroy: true }))[0]).toMatch(/^lost: /);
    expect(findings(resource(DATASET, "d", {}))[0]).toMatch(/^refused: .*BigQuery deletes no dataset with tables/);
    expect(findings(resource(DATASET, "d", { deleteContentsOnDestroy: true }))[0]).toMatch(/^lost: /);
  });

  test("a view holds no rows, and what is kept on deletion is not lost", () => {
    expect(findings(resource(TABLE, "v", { view: { query: "SELECT 1" } }))).toEqual([]);
    expect(findings(resource(TABLE, "t", {}, { retainOnDelete: true }))[0]).toMatch(/^unguarded: .*stays/);
  });

  test("a property that no table lists may replace a resource that holds data, and only such a one", () => {
    const stream = (invented: number) => resource(STREAM, "log", { invented });
    expect(findings(stream(1), stream(2))).toEqual([
      "may be lost: invented is in no table of replacing properties: to change it may replace the resource, and then all records that a backend has not read yet go with it.",
    ]);
    const role = (invented: number) => resource("aws:iam/role:Role", "r", { invented });
    expect(findings(role(1), role(2))).toEqual([]);
  });

  test.each<readonly [string, GraphResource, GraphResource, string]>([
    [
      "a shorter retention",
      resource(STREAM, "s", { retentionPeriod: 48 }),
      resource(STREAM, "s", { retentionPeriod: 24 }),
      "lost: records older than 24 h leave the stream at once, read or not; it keeps 48 h now.",
    ],
    [
      "a shorter partition expiry",
      resource(TABLE, "t", { timePartitioning: { type: "DAY" } }),
      resource(TABLE, "t", { timePartitioning: { type: "DAY", expirationMs: 86_400_000 * 30 } }),
      "lost: partitions older than 30 days go at once; none go now.",
    ],
    [
      "a dropped column",
      resource(TABLE, "t", { schema: '[{"name":"a","type":"STRING"},{"name":"b","type":"STRING"}]' }),
      resource(TABLE, "t", { schema: '[{"name":"a","type":"STRING"}]' }),
      "lost: the column b and all its values are dropped.",
    ],
    [
      "protection taken off",
      resource(BUCKET, "b", { forceDestroy: false }, { protect: true }),
      resource(BUCKET, "b", { forceDestroy: true }),
      "unguarded: nothing is lost yet, but a guard goes: protect is off; forceDestroy is on: a deletion takes the objects along.",
    ],
  ])("%s", (_, before, after, finding) => {
    expect(findings(before, after)).toEqual([finding]);
    expect(findings(after, before).filter((each) => each.startsWith("lost"))).toEqual([]);
  });
});

describe("delivery", () => {
  const stream = resource(STREAM, "log", { retentionPeriod: 24, shardCount: 2 });
  const mapping = (inputs: Readonly<Record<string, unknown>>) => resource(MAPPING, "archive-mapping", inputs);
  const notes = (before: readonly GraphResource[], after: readonly GraphResource[]) => {
    const [old, now] = [graph(...before), graph(...after)];
    return deliveryNotes(differenceOf(old, now), old, now, 100);
  };

  test("a replaced mapping at TRIM_HORIZON reads the whole retention again", () => {
    const at = (eventSourceArn: string) => mapping({ eventSourceArn, startingPosition: "TRIM_HORIZON" });
    expect(notes([stream, at("a")], [stream, at("b")])).toEqual([
      "archive-mapping is replaced: the new mapping reads the whole retention again, all that the stream keeps " +
        "(24 h, at the declared load 8,640,000 records). They come under the same record ids, and cost what they cost the first time.",
    ]);
  });

  test("a replaced mapping at LATEST leaves a gap", () => {
    const at = (eventSourceArn: string) => mapping({ eventSourceArn, startingPosition: "LATEST" });
    expect(notes([stream, at("a")], [stream, at("b")])[0]).toMatch(/records in between are never read/);
  });

  test("a replaced stream has nothing to read again", () => {
    const at = (eventSourceArn: string) => mapping({ eventSourceArn, startingPosition: "TRIM_HORIZON" });
    const other = resource(STREAM, "log", { ...stream.inputs, name: "other" });
    expect(notes([stream, at("a")], [other, at("b")])).toEqual([]);
  });

  test("more than twice the shards is more than one deployment", () => {
    const of = (shardCount: number) => [resource(STREAM, "log", { shardCount })];
    expect(notes(of(2), of(4))).toEqual(["log goes from 2 to 4 shards in one step, while records flow."]);
    expect(notes(of(2), of(9))).toEqual([
      "log cannot go from 2 to 9 shards in one deployment, AWS at most doubles or halves them: go there first with sluice tune apply --target 9, or deploy it in 3 steps.",
    ]);
    expect(notes(of(8), of(1))[0]).toMatch(/ in 3 steps\.$/);
  });

  describe("of a stream whose shards the auto-scaler sets", () => {
    const scaler = (mode: "report" | "act") =>
      resource("aws:lambda/function:Function", "autoscaler-function", {
        environment: { variables: { SLUICE_SCALER_MODE: mode, SLUICE_MIN_SHARDS: "1", SLUICE_MAX_SHARDS: "16" } },
      });
    const scaled = (shardCount: number, inputs: object = {}) =>
      resource(STREAM, "log", { ...stream.inputs, ...inputs, shardCount }, { ignoreChanges: ["shardCount"] });
    const owned = [scaled(2), scaler("act")];

    test("any preview with changes names the owner; one without says nothing", () => {
      expect(notes(owned, [scaled(2, { retentionPeriod: 48 }), scaler("act")])).toEqual([
        "The auto-scaler owns the shard count of log, from 1 to 16: it stays as it is. Cost and capacity are those of the declared 2.",
      ]);
      expect(notes(owned, owned)).toEqual([]);
    });

    test("another declared count is not deployed", () => {
      expect(notes(owned, [scaled(9), scaler("act")])).toEqual([
        "The shard count of log stays as it is: the auto-scaler owns it (sluice:autoscaling), 9 is not deployed.",
      ]);
    });

    test("who takes it over, and who gets it back, is said", () => {
      const takesOver =
        "From now on the auto-scaler owns the shard count of log, from 1 to 16 (sluice:autoscaling): the declared 2 is only what a new stream begins with.";
      expect(notes([stream], owned)).toEqual([takesOver]);
      expect(notes([stream, scaler("report")], owned)).toEqual([takesOver]);
      const back =
        "The auto-scaler owns the shard count of log no longer: the declared 2 holds again. Declare the count that the stream has first, or it goes to 2.";
      expect(notes(owned, [stream])).toEqual([back]);
      expect(notes(owned, [stream, scaler("report")])).toEqual([back]);
    });

    test("with mode report the declared count holds, as without the auto-scaler", () => {
      const [before, after] = [stream, resource(STREAM, "log", { ...stream.inputs, shardCount: 4 })];
      expect(notes([before, scaler("report")], [after, scaler("report")])).toEqual([
        "log goes from 2 to 4 shards in one step, while records flow.",
      ]);
    });
  });

  test("fewer attempts, a lower age and a missing destination are said", () => {
    const before = { maximumRetryAttempts: -1, maximumRecordAgeInSeconds: 7200, destinationConfig: {} };
    const after = { maximumRetryAttempts: 3, maximumRecordAgeInSeconds: 3600 };
    expect(notes([stream, mapping(before)], [stream, mapping(after)])).toEqual([
      "archive-mapping gives up on records after 1 h; after 2 h now.",
      "archive-mapping gives up on a batch after 3 attempts; after never now.",
      "archive-mapping has no on-failure destination any more: records that are given up on are gone.",
    ]);
  });
});

describe("access", () => {
  const role = (...statements: readonly object[]) => [
    resource("aws:iam/role:Role", "warehouse-role", { name: "sluice-dev-warehouse-function" }),
    resource(ROLE_POLICY, "p", {
      role: "sluice-dev-warehouse-function",
      policy: JSON.stringify({ Statement: statements }),
    }),
  ];
  const put = { Effect: "Allow", Action: ["s3:PutObject"], Resource: ["arn:aws:s3:::logs/x/*"] };
  const changes = (before: readonly GraphResource[], after: readonly GraphResource[]) =>
    accessChanges(graph(...before), graph(...after)).map(({ who, kind, what, wide }) => [
      who,
      kind,
      what.join("; "),
      wide,
    ]);

  test("what a role gains and loses is said in plain words", () => {
    expect(changes(role(), role(put))).toEqual([["warehouse role", "may now", "write objects logs/x/*", false]]);
    expect(changes(role(put), role())).toEqual([["warehouse role", "may no longer", "write objects logs/x/*", false]]);
  });

  test("a statement of another name or shape that says the same is no change", () => {
    const other = { Sid: "Other", Effect: "Allow", Action: "s3:PutObject", Resource: "arn:aws:s3:::logs/x/*" };
    expect(changes(role(put), role(other))).toEqual([]);
  });

  test("a condition that goes is a wider permission", () => {
    const bound = { ...put, Condition: { StringEquals: { "s3:ResourceAccount": "111111111111" } } };
    expect(changes(role(bound), role(put)).map(([, kind, what]) => [kind, what])).toEqual([
      ["may now", "write objects logs/x/*"],
      ["may no longer", "write objects logs/x/*, if s3:ResourceAccount StringEquals 111111111111"],
    ]);
  });

  test("wildcards, everybody and another account are wide, and come first", () => {
    const provider = resource("pulumi:providers:aws", "aws", { allowedAccountIds: '["111111111111"]' });
    const bucket = (Principal: unknown) =>
      resource("aws:s3/bucketPolicy:BucketPolicy", "b", {
        policy: JSON.stringify({ Statement: [{ ...put, Principal }] }),
      });
    const wide = (after: GraphResource) =>
      changes([provider], [provider, after]).map(([who, , , isWide]) => [who, isWide]);
    expect(wide(bucket("*"))).toEqual([["everybody", true]]);
    expect(wide(bucket({ AWS: "arn:aws:iam::111111111111:root" }))).toEqual([["account 111111111111", false]]);
    expect(wide(bucket({ AWS: "arn:aws:iam::222222222222:root" }))[0]![1]).toBe(true);
    const all = { Effect: "Allow", Action: ["kms:*"], Resource: ["*"] };
    expect(changes(role(), role(put, all))).toEqual([
      ["warehouse role", "may now", "do everything of KMS to everything; write objects logs/x/*", true],
    ]);
  });

  test("a refusal that goes is said, and a policy that is no JSON says nothing", () => {
    const deny = { Effect: "Deny", Action: ["s3:*"], Resource: ["*"] };
    expect(changes(role(deny), role())[0]!.slice(0, 2)).toEqual(["warehouse role", "is no longer refused to"]);
    expect(changes([], [resource(ROLE_POLICY, "p", { role: "r", policy: "{" })])).toEqual([]);
  });
});

test("of policy findings the new ones are told from those solved and those that stand", () => {
  const finding = (rule: string, severity: "advisory" | "mandatory") =>
    ({ rule, severity, resource: "r", message: "m", fix: "f", link: "l" }) as const;
  const [a, b, c, d] = [
    finding("a", "advisory"),
    finding("b", "mandatory"),
    finding("c", "advisory"),
    finding("d", "mandatory"),
  ];
  expect(policyChange([a, b], [b, c, d])).toEqual({ new: [d, c], solved: [a], standing: [b] });
});
