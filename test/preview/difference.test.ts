import fc from "fast-check";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { REPLACING_PROPERTIES, effectOfChange, rulesOf } from "../../infra/replacing-properties.ts";
import { schemaChange, tableSchemaReplaces } from "../../infra/table-schema-change.ts";
import { UNKNOWN } from "../../local/pulumi-values.ts";
import { differenceOf } from "../../preview/difference.ts";
import { BUCKET, DATASET, STREAM, TABLE, graph, resource, urn } from "./support.ts";

describe("which resources differ", () => {
  const stream = (inputs: Readonly<Record<string, unknown>>, more = {}) => resource(STREAM, "log", inputs, more);

  test("a property that is changed in place changes the resource, shown old and new", () => {
    const changes = differenceOf(
      graph(stream({ name: "a", shardCount: 2 })),
      graph(stream({ name: "a", shardCount: 4 })),
    );
    expect(changes).toMatchObject([
      {
        kind: "changed",
        name: "log",
        properties: [{ path: "shardCount", before: "2", after: "4", effect: "in place" }],
      },
    ]);
  });

  test("a property that forces a replacement replaces it, and the new one comes first under another name", () => {
    const [change] = differenceOf(graph(stream({ name: "a" })), graph(stream({ name: "b" })));
    expect(change).toMatchObject({ kind: "replaced", deletedFirst: false, properties: [{ effect: "replaces" }] });
  });

  test("a resource under another URN is the same one where an alias says so, and otherwise another", () => {
    const renamed = (aliases: readonly string[]) =>
      resource(STREAM, "events", { name: "a" }, { aliases: [...aliases] });
    expect(differenceOf(graph(stream({ name: "a" })), graph(renamed([urn(STREAM, "log")])))).toMatchObject([
      { kind: "changed", name: "events", formerName: "log", properties: [] },
    ]);
    expect(
      differenceOf(graph(stream({ name: "a" })), graph(renamed([]))).map(({ kind, name }) => [kind, name]),
    ).toEqual([
      ["deleted", "log"],
      ["added", "events"],
    ]);
  });

  test("what is made of a replaced resource goes with it where that cannot change, and else stays", () => {
    const dataset = (location: string) => resource(DATASET, "data", { datasetId: "d", location });
    const table = resource(
      TABLE,
      "table",
      { datasetId: "d", tableId: "t", description: "x" },
      {
        dependencies: [urn(DATASET, "data")],
        propertyDependencies: { datasetId: [urn(DATASET, "data")] },
      },
    );
    const described = {
      ...table,
      urn: urn(TABLE, "view"),
      name: "view",
      propertyDependencies: { description: [urn(DATASET, "data")] },
    };
    const changes = differenceOf(graph(dataset("US"), table, described), graph(dataset("EU"), table, described));
    expect(changes.map(({ kind, name, replacedWith }) => [kind, name, replacedWith])).toEqual([
      ["replaced", "data", undefined],
      ["replaced", "table", "data"],
    ]);
  });

  test("another region of the provider replaces what has a region", () => {
    const provider = (region: string) => resource("pulumi:providers:aws", "aws", { region });
    const more = { provider: `${urn("pulumi:providers:aws", "aws")}::aws` };
    const [bucket, role] = [
      resource(BUCKET, "b", { bucket: "b" }, more),
      resource("aws:iam/role:Role", "r", { name: "r" }, more),
    ];
    const changes = differenceOf(
      graph(provider("us-east-1"), bucket, role),
      graph(provider("eu-west-1"), bucket, role),
    );
    expect(changes.map(({ kind, name }) => [kind, name])).toEqual([
      ["replaced", "b"],
      ["changed", "aws"],
    ]);
  });

  test("protection is no property, and its change is shown", () => {
    const [change] = differenceOf(graph(stream({ name: "a" }, { protect: true })), graph(stream({ name: "a" })));
    expect(change).toMatchObject({
      kind: "changed",
      properties: [{ path: "(option) protect", before: "true", after: "false" }],
    });
  });

  test("a secret is compared, and shown nowhere", () => {
    const topic = (endpoint: string) =>
      resource("aws:sns/topicSubscription:TopicSubscription", "mail", { endpoint }, { secrets: [["endpoint"]] });
    const [change] = differenceOf(graph(topic("old@example.com")), graph(topic("new@example.com")));
    expect(change).toMatchObject({ kind: "replaced" });
    expect(JSON.stringify(change!.properties)).not.toContain("example.com");
    expect(differenceOf(graph(topic("a")), graph(topic("a")))).toEqual([]);
  });

  test("documents are compared part by part, under the names of their parts", () => {
    const policy = (...statements: readonly object[]) =>
      resource("aws:iam/rolePolicy:RolePolicy", "p", { policy: JSON.stringify({ Statement: statements }) });
    const read = { Sid: "Read", Action: ["s3:GetObject"] };
    const [change] = differenceOf(
      graph(policy(read, { Sid: "Write", Action: ["s3:PutObject"] })),
      graph(policy({ Sid: "Write", Action: ["s3:PutObject", "s3:DeleteObject"] }, read)),
    );
    expect(change!.properties.map(({ path, before, after }) => [path, before, after])).toEqual([
      ["policy.Statement[Write].Action", '["s3:PutObject"]', '["s3:PutObject","s3:DeleteObject"]'],
    ]);
  });

  test("what is not known yet is said in words", () => {
    const [change] = differenceOf(graph(stream({ kmsKeyId: "k" })), graph(stream({ kmsKeyId: UNKNOWN })));
    expect(change!.properties[0]!.after).toBe("(known once it is deployed)");
  });

  test("a graph differs from itself in nothing, and from nothing in everything", () => {
    const inputs = fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 5 });
    fc.assert(
      fc.property(fc.array(inputs, { maxLength: 5 }), (all) => {
        const any = graph(...all.map((each, index) => resource(STREAM, `r${index}`, each)));
        const again = graph(...any.resources.map((each) => ({ ...each, inputs: { ...each.inputs } })));
        expect(differenceOf(any, again)).toEqual([]);
        expect(differenceOf(undefined, any).map(({ kind }) => kind)).toEqual(all.map(() => "added"));
        expect(differenceOf(any, undefined).map(({ kind }) => kind)).toEqual(all.map(() => "deleted"));
      }),
      { numRuns: 50 },
    );
  });
});

describe("the table of replacing properties", () => {
  test.each(["dev", "staging", "production", "local"])("lists every input that stack %s declares", (stack) => {
    const path = join(__dirname, `../infra/expected/${stack}.json`);
    const { resources } = JSON.parse(readFileSync(path, "utf8")) as {
      readonly resources: Readonly<Record<string, { readonly inputs?: Readonly<Record<string, unknown>> }>>;
    };
    const missing = Object.entries(resources).flatMap(([key, { inputs = {} }]) => {
      const [type] = key.split(" ") as [string];
      if (type.startsWith("sluice:") || type === "pulumi:pulumi:Stack") return [];
      return Object.keys(inputs)
        .filter((input) => effectOfChange(rulesOf(type), [input], {}, { [input]: inputs[input] }) === "unknown")
        .map((input) => `${type} ${input}`);
    });
    expect(missing).toEqual([]);
  });

  test("says of AWS what the real provider plans, for all inputs but those that it does not know or that are asked for together", () => {
    const path = join(__dirname, "evidence/aws-replacements.json");
    const { evidence } = JSON.parse(readFileSync(path, "utf8")) as {
      readonly evidence: readonly {
        readonly type: string;
        readonly input: string;
        readonly replacePaths: readonly string[];
      }[];
    };
    const planned = new Map(
      evidence.map(({ type, input, replacePaths }) => [
        `${type} ${input}`,
        replacePaths.length > 0 ? "replaces" : "in place",
      ]),
    );
    const listed = Object.entries(REPLACING_PROPERTIES)
      .filter(([type]) => type.startsWith("aws:"))
      .flatMap(([type, { inputs }]) =>
        Object.entries(inputs).map(([input, effect]) => [`${type} ${input}`, effect] as const),
      );
    expect(listed.filter(([key]) => planned.has(key))).toEqual([...planned].sort(inOrderOf(listed)));
    expect(listed.map(([key]) => key).filter((key) => !planned.has(key))).toEqual([
      "aws:cloudwatch/metricAlarm:MetricAlarm metricQueries",
      "aws:kinesis/stream:Stream maxRecordSizeInKib",
      "aws:kinesis/streamConsumer:StreamConsumer tags",
    ]);
  });

  test("every type has a source", () => {
    for (const rules of Object.values(REPLACING_PROPERTIES)) expect(rules.source).not.toBe("");
  });

  test("positions in lists do not count, and a part speaks for itself", () => {
    const partitioning = (field: string, expirationMs: number) => ({ timePartitioning: { field, expirationMs } });
    const effect = (path: readonly (string | number)[], before: object, after: object) =>
      effectOfChange(rulesOf(TABLE), path, before as Record<string, unknown>, after as Record<string, unknown>);
    expect(effect(["timePartitioning", "field"], partitioning("a", 1), partitioning("b", 1))).toBe("replaces");
    expect(effect(["timePartitioning", "expirationMs"], partitioning("a", 1), partitioning("a", 2))).toBe("in place");
    expect(effect(["timePartitioning"], partitioning("a", 1), {})).toBe("replaces");
    expect(effect(["clusterings", 0], { clusterings: ["a"] }, { clusterings: ["b"] })).toBe("in place");
    expect(effect(["invented"], {}, { invented: 1 })).toBe("unknown");
  });
});

type Entries = readonly (readonly [string, unknown])[];

function inOrderOf(entries: Entries): (one: readonly [string, unknown], other: readonly [string, unknown]) => number {
  const position = new Map(entries.map(([key], index) => [key, index]));
  return ([one], [other]) => (position.get(one) ?? -1) - (position.get(other) ?? -1);
}

describe("a changed schema", () => {
  const schema = (...columns: readonly object[]) => JSON.stringify(columns);
  const [id, text] = [
    { name: "id", type: "STRING", mode: "REQUIRED" },
    { name: "text", type: "STRING" },
  ];

  test.each<readonly [string, string, string, boolean]>([
    ["a column that may be null is added", schema(id), schema(id, text), false],
    ["a column that must be set is added", schema(text), schema(text, id), true],
    ["a column is dropped", schema(id, text), schema(id), false],
    ["a column is renamed", schema(id, text), schema(id, { ...text, name: "words" }), true],
    ["a column gets another type", schema(text), schema({ ...text, type: "BYTES" }), true],
    ["a type gets its other name", schema({ name: "n", type: "INT64" }), schema({ name: "n", type: "INTEGER" }), false],
    ["a column need not be set any more", schema(id), schema({ ...id, mode: "NULLABLE" }), false],
    ["a column must be set from now on", schema(text), schema({ ...text, mode: "REQUIRED" }), true],
    ["columns change places", schema(id, text), schema(text, id), false],
    ["a description changes", schema(text), schema({ ...text, description: "x" }), false],
    ["it cannot be read", schema(text), "{", true],
  ])("%s", (_, before, after, replaces) => {
    expect(tableSchemaReplaces(before, after)).toBe(replaces);
  });

  test("names what is added, dropped and changed", () => {
    const change = schemaChange(schema(id, text), schema({ ...id, type: "INT64" }, { name: "more", type: "STRING" }));
    expect(change).toEqual({ added: ["more"], dropped: ["text"], changed: ["id"] });
  });
});
