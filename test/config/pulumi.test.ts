import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { loadConfigFromPulumi } from "../../infra/config.ts";
import { readStackFile } from "../../infra/config/stack-file.ts";
import { configErrorOf } from "./support.ts";

let root: string;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "sluice-config-"));
  mkdirSync(join(root, "functions/archive"), { recursive: true });
  const mocks = { newResource: () => ({ id: "", state: {} }), call: () => ({}) };
  await pulumi.runtime.setMocks(mocks, "sluice", "local", false);
  const name = "stacks/Pulumi.local.yaml";
  const { values } = readStackFile(readFileSync(join(__dirname, "../..", name), "utf8"), { name });
  pulumi.runtime.setAllConfig({ ...values });
});

afterAll(() => rmSync(root, { recursive: true }));

test("a backend without its folder below the project is refused", () => {
  expect(configErrorOf(() => loadConfigFromPulumi(root)).problems).toEqual([
    expect.objectContaining({
      field: "sluice:backends.warehouse",
      fix: "make functions/warehouse/ with a handler, or remove the entry",
    }),
  ]);
});

test("project, stack and settings are Pulumi's own", () => {
  mkdirSync(join(root, "functions/warehouse"));
  const config = loadConfigFromPulumi(root);
  expect([config.project, config.environment, config.stream.shardCount]).toEqual(["sluice", "local", 8]);
});
