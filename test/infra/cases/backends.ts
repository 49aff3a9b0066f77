import type { Graph } from "../../../local/graph.ts";
import { ofType, resourceNamed } from "../../../local/graph.ts";
import { declared, graphOf } from "../support/stacks.ts";

/** Resources as text, by type and name. */
function byKey(graph: Graph): ReadonlyMap<string, string> {
  return new Map(graph.resources.map((resource) => [`${resource.type} ${resource.name}`, JSON.stringify(resource)]));
}

/** What one graph has and another lacks, and what both have but differently. */
function difference(before: Graph, after: Graph) {
  const [one, other] = [byKey(before), byKey(after)];
  const namesOf = (keys: string[]) => keys.map((key) => key.split(" ")[1]!).sort();
  return {
    removed: namesOf([...one.keys()].filter((key) => !other.has(key))),
    added: namesOf([...other.keys()].filter((key) => !one.has(key))),
    changed: namesOf([...one].filter(([key, text]) => other.has(key) && other.get(key) !== text).map(([key]) => key)),
  };
}

const MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping";

/** Backends are a list: each comes, goes and is switched without touching another. */
export function describeBackends(): void {
  test("removing the archive takes its own resources and its bucket, and changes nothing else", async () => {
    const before = await declared("production");
    const after = await graphOf("production", { configOverrides: { "backends.archive": undefined } });
    const { removed, added, changed } = difference(before.graph, after.graph);
    expect(changed).toEqual([]);
    expect(added).toEqual([]);
    expect(removed.every((name) => name === "archive" || name.startsWith("archive-"))).toBe(true);
    expect(removed).toContain("archive-mapping");
    expect(removed).toContain("archive-data-bucket");
  });

  test("removing the warehouse takes Google's side along, and changes nothing else", async () => {
    const before = await declared("production");
    const after = await graphOf("production", { configOverrides: { "backends.warehouse": undefined } });
    const { removed, added, changed } = difference(before.graph, after.graph);
    expect(changed).toEqual([]);
    expect(added).toEqual([]);
    expect(removed.every((name) => /^(?:warehouse|google)(?:-|$)/.test(name))).toBe(true);
    expect(after.graph.resources.filter(({ type }) => type.startsWith("gcp:"))).toEqual([]);
  });

  test("a third backend adds a consumer of its own, and changes nothing else", async () => {
    const before = await declared("production");
    const after = await graphOf("production", { configOverrides: { "backends.noop": { environment: { NOOP: "1" } } } });
    const { removed, added, changed } = difference(before.graph, after.graph);
    expect({ removed, changed }).toEqual({ removed: [], changed: [] });
    expect(added).toEqual([
      "noop",
      "noop-dropped-events",
      "noop-failed-invocations",
      "noop-function",
      "noop-function-errors",
      "noop-function-throttles",
      "noop-logs",
      "noop-mapping",
      "noop-on-failure-deliveries",
      "noop-policy",
      "noop-polled-events-missing",
      "noop-quarantined-records",
      "noop-role",
      "noop-time-to-data-loss",
      "noop-undelivered-dead-letters",
    ]);
    const handler = resourceNamed(after.graph, "aws:lambda/function:Function", "noop-function");
    expect(handler.inputs["environment"]).toEqual({
      variables: {
        NOOP: "1",
        SLUICE_BACKEND: "noop",
        SLUICE_DEAD_LETTER_BUCKET: expect.stringContaining("dead-letter"),
        SLUICE_EVENT_FIELD: "event",
        SLUICE_PLAYER_ID_FIELD: "player_id",
        SLUICE_STREAM_GENERATION: "",
        SLUICE_STREAM_NAME: "sluice-production-player-log",
        SLUICE_TIMESTAMP_FIELD: "timestamp",
      },
    });
    const policy = resourceNamed(after.graph, "aws:iam/rolePolicy:RolePolicy", "noop-policy").inputs["policy"];
    expect(policy).not.toContain("archive");
  });

  test.each(["staging", "production"])("in %s each backend has a fan-out and concurrency of its own", async (stack) => {
    const { graph, config } = await declared(stack);
    for (const { name } of config.backends) {
      const consumer = resourceNamed(graph, "aws:kinesis/streamConsumer:StreamConsumer", `${name}-fan-out`);
      expect(resourceNamed(graph, MAPPING, `${name}-mapping`).inputs["eventSourceArn"]).toBe(consumer.outputs["arn"]);
      const handler = resourceNamed(graph, "aws:lambda/function:Function", `${name}-function`);
      expect(handler.inputs["reservedConcurrentExecutions"]).toBeGreaterThanOrEqual(config.stream.shardCount);
    }
  });

  test("a switch of fan-out starts the new mapping ten minutes before the switch, after the old one is gone", async () => {
    const after = await graphOf("production", {
      configOverrides: {
        "backends.warehouse.fanOut": false,
        "backends.warehouse.fanOutSwitches": ["2026-11-21T09:05:00Z"],
      },
    });
    const mapping = resourceNamed(after.graph, MAPPING, "warehouse-mapping");
    expect(mapping.inputs).toMatchObject({
      eventSourceArn: "arn:aws:kinesis:us-east-1:333333333333:stream/sluice-production-player-log",
      startingPosition: "AT_TIMESTAMP",
      startingPositionTimestamp: "2026-11-21T08:55:00Z",
    });
    expect(mapping.deleteBeforeReplace).toBe(true);
    expect(ofType(after.graph, "aws:kinesis/streamConsumer:StreamConsumer").map(({ name }) => name)).toEqual([
      "archive-fan-out",
    ]);
    const before = await declared("production");
    expect(difference(before.graph, after.graph)).toEqual({
      removed: ["warehouse-fan-out"],
      added: [],
      changed: ["warehouse-mapping", "warehouse-policy"],
    });
  });

  test("two warehouse backends share Google's side, each with its own role bound", async () => {
    const { graph } = await graphOf("dev", {
      configOverrides: { "backends.copy": { grants: ["google-warehouse-write"] } },
    });
    const provider = graph.resources.find(({ name }) => name === "warehouse-access-provider")!;
    expect(provider.inputs["attributeCondition"]).toBe(
      "attribute.aws_role in ['sluice-dev-copy-function', 'sluice-dev-warehouse-function']",
    );
    expect(ofType(graph, "gcp:serviceaccount/iAMMember:IAMMember").map(({ name }) => name)).toEqual([
      "warehouse-access-copy",
      "warehouse-access-warehouse",
    ]);
  });

  test("a shard count, a retention or an on-demand mode changes the stream, never its name", async () => {
    const onDemand = await graphOf("production", { configOverrides: { "stream.mode": "on-demand" } });
    const stream = resourceNamed(onDemand.graph, "aws:kinesis/stream:Stream", "player-log-stream");
    expect(stream.inputs).toMatchObject({
      name: "sluice-production-player-log",
      streamModeDetails: { streamMode: "ON_DEMAND" },
    });
    expect(stream.inputs["shardCount"]).toBeUndefined();
    const before = await declared("production");
    const doubled = await graphOf("production", { configOverrides: { "stream.shardCount": 16 } });
    expect(difference(before.graph, doubled.graph)).toEqual({ removed: [], added: [], changed: ["player-log-stream"] });
  });
}
