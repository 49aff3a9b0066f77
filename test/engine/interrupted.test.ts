/** An up that was cut short: what Ctrl-C leaves another up finishes; what a kill leaves the engine asks about first. */
import { eventually } from "../support/eventually.ts";
import { Engine, type EngineRun, nameOf, succeeded, summary } from "./support/engine.ts";
import { type Gate, gateTables } from "./support/gate.ts";

let engine: Engine;
let gate: Gate;

beforeAll(async () => {
  engine = await Engine.start({ stack: "local", keepsCheckpoints: true });
  gate = gateTables(engine.cloud.services.warehouse);
});
afterAll(() => engine.close());

/** Starts an up and sends it a signal while a table is being made, which is made in the end. */
async function interruptedUp(table: string, signal: "SIGINT" | "SIGKILL"): Promise<EngineRun> {
  const reached = gate.close(table);
  // One thing at a time where it is killed: a file backend's state is cut off where it is being written.
  const parallel = signal === "SIGKILL" ? "1" : "8";
  const { child, ended } = engine.start("up", "--yes", "--skip-preview", "--suppress-outputs", "--parallel", parallel);
  await reached;
  child.kill(signal);
  if (signal === "SIGKILL") await ended;
  gate.open();
  return await ended;
}

function isThere(name: string): boolean {
  return (
    engine.cloud.services.warehouse.catalog.findTable({ project: "sluice-local", dataset: "sluice_local", name }) !==
    undefined
  );
}

test("Ctrl-C waits for what is under way and makes no more", async () => {
  const { code, output } = await interruptedUp("player_log_7", "SIGINT");
  expect(code).toBeGreaterThan(0);
  expect(output).toContain("error: update canceled");
  expect([isThere("player_log_7"), isThere("log_recent")]).toEqual([true, false]);
});

test("a kill leaves a lock, and one resource of which the state only knows that it was begun", async () => {
  const { code } = await interruptedUp("log_recent", "SIGKILL");
  expect(code).toBeNull();
  await eventually(() => isThere("log_recent"), Boolean);
  const locked = await engine.run("up", "--yes", "--skip-preview");
  expect(locked.output).toContain("the stack is currently locked by 1 lock(s)");
  succeeded(await engine.run("cancel", "--yes"));
});

test("the next up takes that resource over and makes the rest; the engine asks for its note to be cleared", async () => {
  const { resources } = engine.graph;
  const { checkpoint } = JSON.parse(engine.state()) as {
    checkpoint: { latest: { pending_operations: { type: string; resource: { urn: string } }[] } };
  };
  expect(checkpoint.latest.pending_operations.map(({ type, resource }) => `${type} ${nameOf(resource.urn)}`)).toEqual([
    "creating gcp:bigquery/table:Table warehouse-data-recent",
  ]);
  const output = await engine.up();
  expect(output).toContain("warning: Attempting to deploy or update resources with 1 pending operations");
  expect(summary(output)).toEqual([
    expect.stringMatching(/^\+ \d+ created$/),
    expect.stringMatching(/^\d+ unchanged$/),
  ]);
  succeeded(await engine.run("refresh", "--yes", "--skip-preview", "--suppress-outputs", "--clear-pending-creates"));
  const again = await engine.up("--expect-no-changes");
  expect(summary(again)).toEqual([`${resources.length} unchanged`]);
  expect(again).not.toContain("pending");
});
