import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { archiveHash, assetHash } from "../../../local/provider/archive-hash.ts";
import { checkProviderInputs } from "../../../local/provider/configuration.ts";
import { seenState } from "../../../local/provider/refresh.ts";
import { LOCAL_SALT, checkpoint, statePath } from "../../../local/provider/state.ts";
import type { Graph, GraphResource } from "../../../local/graph.ts";
import { FACTS } from "../support.ts";

const NAME = { project: "sluice", stack: "local" };

test("hashes are those of the engine's own Go package (SDK 3.250)", () => {
  expect(assetHash("export const handler = 1;\n")).toBe(
    "1ee0204973c724ca0103207fb0173401b328bdd6de101ebf002f1656f971e764",
  );
  expect(archiveHash({ files: { "index.mjs": "export const handler = 1;\n" } })).toBe(
    "b8fa37445d28470612407cba2663209b973c331fedeb5a51ef5d807fc4148091",
  );
  expect(archiveHash({ files: { "b.txt": "", "a/c.txt": "é\n" } })).toBe(
    "0cc6884c72083b00641c28fc83e8f7c6201d5781e6732573d6bf40fd6f8cee87",
  );
});

function resource(urn: string, type: string, name: string, more: Partial<GraphResource> = {}): GraphResource {
  return {
    ...{
      urn,
      type,
      name,
      inputs: {},
      outputs: {},
      id: "",
      dependencies: [],
      protect: false,
      deleteBeforeReplace: false,
    },
    ...{ retainOnDelete: false, aliases: [], custom: false, remote: false },
    ...more,
  };
}

test("a state has the engine's URNs: all of the parents' types, the stack's left out", () => {
  const graph: Graph = {
    resources: [
      resource("stack", "pulumi:pulumi:Stack", "sluice-local"),
      resource("aws", "pulumi:providers:aws", "aws", {
        parent: "stack",
        custom: true,
        id: "aws",
        inputs: { region: "r" },
      }),
      resource("topic", "sluice:index:AlarmTopic", "alarms", { parent: "stack" }),
      resource("key", "sluice:index:CustomerKey", "alarms-key", { parent: "topic" }),
      resource("kms", "aws:kms/key:Key", "k", {
        ...{ parent: "key", custom: true, id: "1", provider: "aws::aws", dependencies: ["topic"], protect: true },
      }),
    ],
    outputs: { region: "r" },
  };
  const { latest } = (checkpoint(NAME, graph) as { checkpoint: { latest: { resources: Record<string, unknown>[] } } })
    .checkpoint;
  const [stack, provider, , , kms] = latest.resources;
  expect(stack).toEqual({
    ...{
      urn: "urn:pulumi:local::sluice::pulumi:pulumi:Stack::sluice-local",
      custom: false,
      type: "pulumi:pulumi:Stack",
    },
    outputs: { region: "r" },
  });
  expect(provider).toMatchObject({
    inputs: { __internal: {}, region: "r", version: expect.stringMatching(/^\d+\.\d+\.\d+$/) },
  });
  expect(kms).toMatchObject({
    urn: "urn:pulumi:local::sluice::sluice:index:AlarmTopic$sluice:index:CustomerKey$aws:kms/key:Key::k",
    parent: "urn:pulumi:local::sluice::sluice:index:AlarmTopic$sluice:index:CustomerKey::alarms-key",
    dependencies: ["urn:pulumi:local::sluice::sluice:index:AlarmTopic::alarms"],
    provider: "urn:pulumi:local::sluice::pulumi:providers:aws::aws::aws",
    protect: true,
  });
  expect(statePath(NAME)).toBe(".pulumi/stacks/sluice/local.json");
});

test("the local stack's file has the salt of a local state, so that the engine writes nothing into it", () => {
  const file = readFileSync(join(__dirname, "../../../stacks/Pulumi.local.yaml"), "utf8");
  expect((parse(file) as { encryptionsalt: string }).encryptionsalt).toBe(LOCAL_SALT);
});

test("Pulumi.yaml names no plugins: nothing but a shell leads the engine to a local cloud", () => {
  const project = parse(readFileSync(join(__dirname, "../../../Pulumi.yaml"), "utf8")) as object;
  expect(Object.keys(project)).toEqual(["name", "description", "main", "runtime", "stackConfigDir"]);
});

test("a refresh takes what the cloud has, and what it does not keep as declared", () => {
  const inputs = {
    shardCount: 8,
    tags: { a: "1", b: "2" },
    encryptionType: "KMS",
    schema: '[{"name":"x","mode":"M"}]',
  };
  const found = { shardCount: 12, tags: { a: "3" }, schema: '[{"mode":"M","name":"x"}]', retentionPeriod: 24 };
  expect(seenState({ id: "i", inputs, properties: { ...inputs, arn: "arn" } }, found)).toEqual({
    id: "i",
    inputs: { ...inputs, shardCount: 12, tags: { a: "3", b: "2" } },
    properties: { ...inputs, arn: "arn", shardCount: 12, tags: { a: "3", b: "2" }, retentionPeriod: 24 },
  });
});

test("providers of another account, region or project are not this cloud's", () => {
  const ours = { allowedAccountIds: '["000000000000"]', region: "us-east-1" };
  expect(checkProviderInputs("aws", ours, FACTS)).toBeUndefined();
  expect(checkProviderInputs("aws", { ...ours, allowedAccountIds: '["1"]' }, FACTS)).toBe(
    "this local cloud is account 000000000000, and the stack allows only 1",
  );
  expect(checkProviderInputs("aws", { ...ours, region: "eu-west-1" }, FACTS)).toBe(
    "this local cloud is region us-east-1, and the stack is for eu-west-1",
  );
  expect(checkProviderInputs("gcp", { project: "other" }, FACTS)).toBe(
    "this local cloud is project sluice-local, and the stack is for other",
  );
});
