/** A setting that was encrypted stays so: in what the engine prints, and in the state that it keeps. */
import { Engine, summary } from "./support/engine.ts";

const TOKEN = "not-to-be-read-by-anyone";
let engine: Engine;

beforeAll(async () => {
  engine = await Engine.start({ stack: "local", made: true });
  await engine.set("sluice:backends.archive.environment.TOKEN", TOKEN, "--secret");
});
afterAll(() => engine.close());

test("up says that there is something and not what, gives it to the function and keeps it encrypted", async () => {
  const output = await engine.up("--diff");
  expect(output).toContain("+ TOKEN: [secret]");
  expect(summary(output)).toEqual(["~ 1 updated", `${engine.graph.resources.length - 1} unchanged`]);
  expect(engine.cloud.services.lambda.configuration("sluice-local-archive")?.environment["TOKEN"]).toBe(TOKEN);
  const stackFile = engine.project.read("stacks/Pulumi.local.yaml");
  expect([output, engine.state(), stackFile].filter((text) => text.includes(TOKEN))).toEqual([]);
});

test("and asked again there is nothing to do", async () => {
  await engine.up("--expect-no-changes");
});
