/** `sluice preview --engine`, as it reads what the real engine says of this program. */
import { previewByEngine } from "../../cli/preview/engine-command.ts";
import { failureLines } from "../../cli/preview/verdict.ts";
import { engineSides } from "../../preview/engine.ts";
import { previewOf } from "../../preview/preview.ts";
import { Engine } from "./support/engine.ts";

let engine: Engine;

beforeAll(async () => {
  engine = await Engine.start({ stack: "local", made: true });
});

afterAll(() => engine.close());

async function previewed() {
  const { output } = await engine.run("preview", "--json", "--show-sames");
  const { before, after, verdicts } = engineSides(output);
  return previewOf({ stack: "local", before: { graph: before }, after: { graph: after }, verdicts });
}

test("without a change nothing differs, and cost and capacity are those of the whole stack", async () => {
  const { changes, access, cost, capacity } = await previewed();
  expect([changes, access]).toEqual([[], []]);
  expect(cost.after).toEqual(cost.before);
  expect(cost.after!.usd).toBeGreaterThan(0);
  expect(capacity.after!.backends.map(({ name }) => name).sort()).toEqual(["archive", "warehouse"]);
});

test("updates and replacements are those of the engine, and what goes with them is said", async () => {
  await engine.set("sluice:stream.shardCount", "16");
  await engine.set("sluice:google.location", "EU");
  const { changes, data, capacity } = await previewed();
  const own = changes.filter(({ replacedWith }) => replacedWith === undefined);
  expect(own.map(({ kind, name }) => [kind, name])).toEqual([
    ["replaced", "warehouse-data-dataset"],
    ["changed", "player-log-stream"],
    ["changed", "warehouse-function"],
  ]);
  // The engine leaves the tables as they are: it does not know that they go with their dataset.
  expect(
    changes.filter(({ replacedWith, type }) => replacedWith !== undefined && type.endsWith(":Table")),
  ).toHaveLength(17);
  expect(data[0]).toMatchObject({ severity: "lost", name: "warehouse-data-dataset" });
  expect(capacity.after!.stream.shards).toBe(16);
});

test("stacks that the engine cannot preview are failures in its own words, and cost no other stack its preview", async () => {
  const request = { projectRoot: engine.project.directory, environment: engine.environment };
  const signal = new AbortController().signal;
  const steps: string[] = [];
  const all = await previewByEngine({ ...request, onStep: (step) => steps.push(step) }, signal);
  // The state has the stack `local` alone.
  expect(all.environments.map(({ stack, failure }) => [stack, failure?.problems])).toEqual(
    ["dev", "production", "staging"].map((stack) => [
      stack,
      [{ what: expect.stringContaining(`no stack named '${stack}' found`) as unknown }],
    ]),
  );
  expect(steps).toEqual(["dev", "production", "staging"].map((stack) => `${stack}: asking Pulumi's engine …`));
  expect(failureLines(all)[0]).toMatch(
    /^sluice: dev cannot be deployed: Pulumi's engine cannot preview it\n {2}error: no stack/,
  );

  const one = await previewByEngine({ ...request, stack: "local" }, signal);
  expect(one.environments.map(({ stack, failure }) => [stack, failure])).toEqual([["local", undefined]]);
});
