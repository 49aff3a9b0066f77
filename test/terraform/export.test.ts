import { unzipSync } from "fflate";
import { createHash } from "node:crypto";
import type { Graph, GraphResource } from "../../local/graph.ts";
import { localName } from "../../cli/terraform/addresses.ts";
import { exportStack } from "../../cli/terraform/export-stack.ts";
import { refuseForwarder } from "../../cli/terraform/refuse-forwarder.ts";
import { zipOf } from "../../cli/terraform/zip.ts";

const TOPIC = "aws:sns/topic:Topic";
const PROVIDER = "urn:aws::aws";

const declared = (name: string, more: Partial<GraphResource> = {}): GraphResource => ({
  urn: `urn:${name}`,
  type: TOPIC,
  name,
  inputs: { name },
  outputs: {},
  id: "",
  dependencies: [],
  provider: PROVIDER,
  protect: false,
  deleteBeforeReplace: false,
  retainOnDelete: false,
  aliases: [],
  custom: true,
  remote: false,
  ...more,
});
const graph = (...resources: readonly GraphResource[]): Graph => ({ resources, outputs: {} });
const aws = (name: string) => declared(name, { type: "pulumi:providers:aws", inputs: { region: "us-east-1" } });

test.each([
  ["player-log-stream", "player_log_stream"],
  ["archive", "archive"],
  ["0-to-9", "_0_to_9"],
  ["é.b", "__b"],
])("%s is %s in Terraform", (logical, local) => {
  expect(localName(logical)).toBe(local);
});

test.each([
  [
    "a type without a counterpart",
    { type: "aws:sqs/queue:Queue" },
    "a (aws:sqs/queue:Queue) cannot be exported: cli/terraform/resource-types.ts does not have its type",
  ],
  [
    "a plugin's component",
    { type: "awsx:ecs:FargateService", remote: true, custom: false },
    "a (awsx:ecs:FargateService) cannot be exported: a component made by a plugin",
  ],
  [
    "no explicit provider",
    { provider: undefined },
    "a (aws:sns/topic:Topic) cannot be exported: it has no explicit provider",
  ],
  [
    "retainOnDelete",
    { retainOnDelete: true },
    "a (aws:sns/topic:Topic) cannot be exported: retainOnDelete has no counterpart",
  ],
  ["aliases", { aliases: ["urn:b"] }, "a (aws:sns/topic:Topic) cannot be exported: aliases have no counterpart"],
])("%s is refused by name", (_, more, message) => {
  expect(() => exportStack(graph(declared("a", more)), "6")).toThrow(new Error(message));
});

test("names that would meet are refused, and a second provider of a kind", () => {
  expect(() => exportStack(graph(declared("a-b"), declared("a_b")), "6")).toThrow(
    "urn:a_b and urn:a-b would both be aws_sns_topic.a_b",
  );
  expect(() => exportStack(graph(aws("one"), aws("two")), "6")).toThrow("two is a second provider of type aws");
});

test("a dependency on a component is one on all that it holds", () => {
  const component = declared("c", { type: "sluice:index:C", custom: false });
  const [inner, outer] = [
    declared("inner", { parent: component.urn }),
    declared("outer", { dependencies: [component.urn] }),
  ];
  const { main } = exportStack(graph(component, inner, outer), "6");
  expect(main.resource["aws_sns_topic"]!["outer"]).toEqual({ name: "outer", depends_on: ["aws_sns_topic.inner"] });
});

test("a zip file holds the code, and its bytes follow from nothing else", () => {
  const files = { "index.mjs": "export const handler = () => '✓';\n", "a.txt": "a" };
  const zip = zipOf({ files });
  const text = new TextDecoder();
  expect(Object.entries(unzipSync(zip)).map(([name, bytes]) => [name, text.decode(bytes)])).toEqual([
    ["a.txt", files["a.txt"]],
    ["index.mjs", files["index.mjs"]],
  ]);
  expect(createHash("sha256").update(zip).digest("hex")).toBe(
    "6a56af4ce5802dd6d9c5ba2cad1b91da0523a5e8b732287ec5d3b701fcfc8af8",
  );
});

test("a stack with the forwarder on is refused by name", () => {
  const forwarder = { subnetIds: ["subnet-1"] } as never;
  expect(() => refuseForwarder({ environment: "production", forwarder })).toThrow(
    "stack production has its forwarder on (sluice:forwarder), which cannot be exported",
  );
  expect(() => refuseForwarder({ environment: "production", forwarder: undefined })).not.toThrow();
});
