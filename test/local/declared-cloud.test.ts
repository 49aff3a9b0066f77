/** The declared stacks on the local cloud: what it knows, what it makes, what it leaves. */
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Graph, GraphResource } from "../../local/graph.ts";
import { REALISERS, realiserOf, typesWithoutBehaviour } from "../../local/realise/index.ts";
import { ManualClock } from "../support/manual-clock.ts";
import { STACKS, declared } from "../infra/support/stacks.ts";
import { behaviourOf, openCloud, runFolder } from "./support.ts";

// The first run loads the SDK, which takes as long as a busy machine lets it.
jest.setTimeout(60_000);

const page = readFileSync(join(__dirname, "../../docs/local-cloud.md"), "utf8");

async function declaredTypes(): Promise<ReadonlySet<string>> {
  const runs = await Promise.all(STACKS.map((stack) => declared(stack)));
  return new Set(runs.flatMap(({ graph }) => graph.resources.filter(isRealised).map(({ type }) => type)));
}

function isRealised({ custom, remote }: GraphResource): boolean {
  return custom || remote;
}

/** Resources with behaviour, in order of making. */
function withBehaviour(graph: Graph): readonly GraphResource[] {
  return graph.resources.filter(({ type, custom }) => custom && realiserOf(type)?.behaviour === "real");
}

test("every type that a stack declares has a realiser; the others are for what the four stacks leave off: mails, auto-scaler, forwarder", async () => {
  const types = await declaredTypes();
  const known = REALISERS.map(({ type }) => type);
  expect(new Set(known).size).toBe(known.length);
  expect([...types].filter((type) => !known.includes(type))).toEqual([]);
  expect(known.filter((type) => !types.has(type))).toEqual([
    "aws:scheduler/schedule:Schedule",
    "aws:sns/topicSubscription:TopicSubscription",
    "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
    "aws:ecs/cluster:Cluster",
    "awsx:ecs:FargateService",
  ]);
});

test("docs/local-cloud.md lists every type, what a change of it replaces, and which do nothing", () => {
  const rows = page.split("\n").filter((line) => /^\| `[\w-]+:/.test(line));
  const real = rows.map((row) => row.split("|").map((cell) => cell.trim().replaceAll("`", "")));
  expect(real.map(([, type, , fixed]) => [type, fixed])).toEqual(
    REALISERS.flatMap((each) => (each.behaviour === "real" ? [[each.type, each.fixed.join(", ")]] : [])),
  );
  const listed = page.split("\n").flatMap((line) => /^- `([\w-]+:[^`]+)`/.exec(line)?.slice(1) ?? []);
  expect(listed).toEqual(REALISERS.filter(({ behaviour }) => behaviour === "none").map(({ type }) => type));
});

test("the cloud of stack local has what its graph declares, and nothing once all of it is deleted", async () => {
  const { graph } = await declared("local");
  const directory = runFolder();
  const cloud = await openCloud(directory, new ManualClock(), { graph });
  const { services } = cloud;
  for (const { type, id, inputs } of withBehaviour(graph)) {
    expect([type, inputs]).toMatchObject([type, behaviourOf(type).read(id, services)]);
  }
  const silent = [...typesWithoutBehaviour(graph)].reduce((sum, [, count]) => sum + count, 0);
  expect(silent + withBehaviour(graph).length).toBe(graph.resources.filter(({ custom }) => custom).length);
  expect(services.warehouse.catalog.tables("sluice-local", "sluice_local")).toHaveLength(17);

  for (const resource of [...withBehaviour(graph)].reverse()) {
    const realiser = behaviourOf(resource.type);
    await realiser.delete(resource, services);
    expect([resource.id, realiser.read(resource.id, services)]).toEqual([resource.id, undefined]);
  }
  const { streams, mappings, roles, google, warehouse } = services;
  expect(streams.list(services.clock.now())).toEqual([]);
  expect([mappings.size, roles.size]).toEqual([0, 0]);
  expect(Object.values(google).map(({ size }) => size)).toEqual([0, 0, 0, 0]);
  expect(warehouse.catalog.datasets("sluice-local")).toEqual([]);
  expect(readdirSync(join(directory, "s3")).filter((name) => !name.startsWith("."))).toEqual([]);
  await cloud.close();
});

test("an unknown type is an error that names it, and nothing of the cloud is left running", async () => {
  const { graph } = await declared("local");
  const last = graph.resources.find(({ custom }) => custom)!;
  const unknown = { ...last, type: "aws:sqs/queue:Queue", name: "spare" };
  const resources = [...graph.resources, unknown];
  const before = process.getActiveResourcesInfo();
  const directory = runFolder();
  const clock = new ManualClock();
  await expect(openCloud(directory, clock, { graph: { ...graph, resources } })).rejects.toThrow(
    new Error("The local cloud does not know aws:sqs/queue:Queue (spare)."),
  );
  expect(process.getActiveResourcesInfo().filter((each) => each === "TCPServerWrap")).toEqual(
    before.filter((each) => each === "TCPServerWrap"),
  );
  expect(clock.waiting).toBe(0);
  const again = await openCloud(directory, clock);
  expect(existsSync(join(directory, "warehouse.duckdb"))).toBe(true);
  await again.close();
});
