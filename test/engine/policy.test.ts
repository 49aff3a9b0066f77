/** The policy pack, run by the engine itself. */
import { join } from "node:path";
import { Engine } from "./support/engine.ts";

const PACK = join(__dirname, "../../policy/pack");
let engine: Engine;

beforeAll(async () => {
  engine = await Engine.start({ stack: "production", made: true });
});
afterAll(() => engine.close());

/** What the engine says under "Policies:", without the way to the pack. */
function policies(output: string): readonly string[] {
  const [, part = ""] = output.split("Policies:\n");
  return part
    .split(/\n(?=\S|$)/)[0]!
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.includes("(local:"));
}

test("production passes every rule", async () => {
  const { code, output } = await engine.run("preview", "--policy-pack", PACK, "--suppress-outputs");
  expect([code, policies(output)]).toEqual([0, []]);
});

test("a bucket that takes plain HTTP stops the preview", async () => {
  const undo = engine.project.edit(
    "infra/policies/resource.ts",
    '"aws:SecureTransport": "false"',
    '"aws:SecureTransport": "true"',
  );
  const { code, output } = await engine.run("preview", "--policy-pack", PACK, "--suppress-outputs");
  undo();
  expect(code).toBe(1);
  const said = policies(output);
  expect(said.filter((line) => line.startsWith("- ["))).toEqual(
    Array(2).fill("- [mandatory]  tls-only  (pulumi:pulumi:Stack: sluice-production)"),
  );
  const buckets = said.flatMap((line) => /^(\S+-bucket): the bucket takes requests without TLS/.exec(line)?.[1] ?? []);
  expect(buckets.sort()).toEqual(["archive-data-bucket", "dead-letter-bucket"]);
});
