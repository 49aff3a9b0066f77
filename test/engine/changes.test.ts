/** The engine's own word on changes of a stack that is up: what is updated, what is replaced, and what is not there to be done. */
import { systemClock } from "../../contract/clock.ts";
import { Engine, nameOf, succeeded, summary } from "./support/engine.ts";

const HEX_DIGITS = [..."0123456789abcdef"];
let engine: Engine;
let all: number;

beforeAll(async () => {
  engine = await Engine.start({ stack: "local" });
  all = engine.graph.resources.length;
});
afterAll(() => engine.close());

function openShards(): number {
  const stream = engine.cloud.services.streams.get("sluice-local-player-log", systemClock.now())!;
  return stream.model.openShardIds(systemClock.now()).length;
}

test("a first preview creates everything, and makes nothing", async () => {
  const steps = await engine.changes();
  expect(steps.map(({ op }) => op)).toEqual(Array(all).fill("create"));
  expect(engine.cloud.services.streams.list(systemClock.now())).toEqual([]);
});

test("up makes all that the program declares, and asked again twice there is nothing to do", async () => {
  expect(summary(await engine.up())).toEqual([`+ ${all} created`]);
  expect(summary(await engine.up("--expect-no-changes"))).toEqual([`${all} unchanged`]);
  const refreshed = await engine.run("preview", "--refresh", "--expect-no-changes", "--suppress-outputs");
  expect([refreshed.code, summary(refreshed.output)]).toEqual([0, [`${all} unchanged`]]);
  expect(engine.project.changedStackFiles()).toEqual([]);
});

test("the engine's stack outputs are those of the runner in this process", () => {
  const { checkpoint } = JSON.parse(engine.state()) as {
    checkpoint: { latest: { resources: { type: string; outputs?: unknown }[] } };
  };
  const stack = checkpoint.latest.resources.find(({ type }) => type === "pulumi:pulumi:Stack");
  expect(stack?.outputs).toEqual(engine.graph.outputs);
});

test("a new shard count is one update of the stream in place, and reshards it", async () => {
  await engine.set("sluice:stream.shardCount", "16");
  expect(openShards()).toBe(8);
  const output = await engine.up("--diff");
  expect(output).toContain("~ aws:kinesis/stream:Stream: (update)");
  expect(output).toContain("~ shardCount: 8 => 16");
  expect(summary(output)).toEqual(["~ 1 updated", `${all - 1} unchanged`]);
  expect(openShards()).toBe(16);
});

test("what was changed behind the engine's back a refresh finds, and the next up puts right", async () => {
  const stream = engine.cloud.services.streams.get("sluice-local-player-log", systemClock.now())!;
  expect(stream.model.updateShardCount(12, systemClock.now())).toBeUndefined();
  const drift = await engine.run("preview", "--refresh", "--expect-no-changes", "--diff", "--suppress-outputs");
  expect(drift.output).toContain("~ shardCount: 12 => 16");
  expect([drift.code === 0, summary(drift.output)]).toEqual([false, ["~ 1 to update", `${all - 1} unchanged`]]);
  expect(summary(await engine.up("--refresh"))).toEqual(["~ 1 updated", `${all - 1} unchanged`]);
  expect(openShards()).toBe(16);
});

test("a function's changed source is the update of that function alone, with the new code", async () => {
  engine.project.edit("functions/archive/handler.ts", "export ", 'console.log("changed source");\nexport ');
  const steps = await engine.changes();
  expect(steps.map(({ op, urn }) => `${op} ${nameOf(urn)}`)).toEqual([
    "update aws:lambda/function:Function archive-function",
  ]);
  expect(Object.keys(steps[0]!.detailedDiff ?? {})).toEqual(["code"]);
  expect(summary(await engine.up())).toEqual(["~ 1 updated", `${all - 1} unchanged`]);
  const { files } = engine.cloud.services.lambda.configuration("sluice-local-archive")!;
  expect(String(files["index.mjs"])).toContain("changed source");
});

test("a column added at the end is an update of every table in place, and of what reads and writes them", async () => {
  const column = '{ name: "region", type: "STRING", mode: "NULLABLE", protoNumber: 9, description: "Where." },';
  engine.project.edit("contract/columns.ts", "\n] as const satisfies", `\n  ${column}\n] as const satisfies`);
  const steps = await engine.changes();
  const named = steps.map(({ op, urn }) => `${op} ${nameOf(urn)}`);
  expect(named.filter((step) => step.includes(":Table "))).toEqual(
    expect.arrayContaining(HEX_DIGITS.map((digit) => `update gcp:bigquery/table:Table warehouse-data-${digit}`)),
  );
  expect(new Set(steps.map(({ op }) => op))).toEqual(new Set(["update"]));
  succeeded({ code: 0, output: await engine.up() });
  const { warehouse } = engine.cloud.services;
  const columns = HEX_DIGITS.map((digit) => {
    const table = warehouse.catalog.findTable({
      ...{ project: "sluice-local", dataset: "sluice_local", name: `player_log_${digit}` },
    })!;
    return table.fields.at(-1)!.name;
  });
  expect(columns).toEqual(Array(16).fill("region"));
});

test("a component renamed with an alias changes nothing; without one its resources would be made anew", async () => {
  const restore = engine.project.edit(
    "infra/program.ts",
    'new EventStream(\n    "player-log",',
    'new EventStream(\n    "player-events",',
  );
  const withoutAlias = engine.project.edit(
    "infra/components/event-stream.ts",
    '"sluice:index:EventStream", name, {}, opts)',
    '"sluice:index:EventStream", name, {}, { ...opts, aliases: [{ name: "player-log" }] })',
  );
  const renamed = await engine.run("preview", "--expect-no-changes", "--suppress-outputs");
  expect([renamed.code, summary(renamed.output)]).toEqual([0, [`${all} unchanged`]]);
  withoutAlias();
  const steps = await engine.changes();
  expect(steps.map(({ op, urn }) => `${op} ${nameOf(urn)}`)).toEqual(
    expect.arrayContaining([
      "create aws:kinesis/stream:Stream player-events-stream",
      "delete aws:kinesis/stream:Stream player-log-stream",
    ]),
  );
  restore();
});

test("destroy leaves nothing of the stack in the cloud", async () => {
  const destroyed = await engine.run("destroy", "--yes", "--skip-preview", "--suppress-outputs");
  expect([destroyed.code, summary(destroyed.output)]).toEqual([0, [`- ${all} deleted`]]);
  const { streams, mappings, roles, warehouse } = engine.cloud.services;
  expect([streams.list(systemClock.now()), [...mappings.keys()], [...roles.keys()]]).toEqual([[], [], []]);
  expect(warehouse.catalog.datasets("sluice-local")).toEqual([]);
});
