import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { parse } from "yaml";
import { ConfigError } from "../../infra/config/error.ts";
import { resolveConfig } from "../../infra/config/resolve.ts";
import { readStackFile } from "../../infra/config/stack-file.ts";
import { ALL_FUNCTIONS, configErrorOf } from "./support.ts";

const ROOT = join(__dirname, "../..");

function committed(stack: string) {
  const name = `stacks/Pulumi.${stack}.yaml`;
  const { values, secretKeys } = readStackFile(readFileSync(join(ROOT, name), "utf8"), { name });
  expect(secretKeys).toEqual([]);
  return resolveConfig({ project: "sluice", stack, values }, ALL_FUNCTIONS);
}

describe("the committed stack files", () => {
  test.each(["local", "dev", "staging", "production"])("%s resolves, with both backends", (stack) => {
    const config = committed(stack);
    expect(config.environment).toBe(stack);
    expect(config.backends.map((backend) => backend.name)).toEqual(["archive", "warehouse"]);
    expect(config.forwarder).toBeUndefined();
  });

  test("local is the embedded cloud: 8 shards, its own account and project, nothing protected", () => {
    const config = committed("local");
    expect(config.aws).toEqual({ accountId: "000000000000", region: "us-east-1", concurrencyLimit: 1000 });
    expect(config.google).toEqual({ projectId: "sluice-local", projectNumber: "100000000000", location: "US" });
    expect(config.stream).toMatchObject({ mode: "provisioned", shardCount: 8, generation: "" });
    expect(config.warehouse.partitionExpiryDays).toBeUndefined();
    expect(config.protectData).toBe(false);
  });

  test("production keeps records for 72 hours or more, with fan-out and concurrency of each backend's own", () => {
    const config = committed("production");
    expect(config.stream.retentionHours).toBeGreaterThanOrEqual(72);
    expect(config.protectData).toBe(true);
    for (const backend of config.backends) {
      expect(backend).toMatchObject({ fanOut: true, createdWithFanOut: true, fanOutSwitches: [] });
      expect(backend.reservedConcurrency).toBeGreaterThanOrEqual(config.stream.shardCount);
    }
  });

  test("production keeps more, and has more shards, than dev and staging", () => {
    const [dev, staging, production] = ["dev", "staging", "production"].map(committed);
    const sizes = [dev!, staging!, production!].map((config) => [
      config.stream.shardCount,
      config.stream.retentionHours,
      config.archive.expireAfterDays,
      config.warehouse.partitionExpiryDays,
    ]);
    expect(sizes).toEqual([
      [1, 24, 30, 30],
      [2, 72, 90, 90],
      [8, 96, 1825, 730],
    ]);
  });

  test("Pulumi.yaml names the entry, the stack files' folder, Node without a TypeScript loader, and no plugins", () => {
    const project = parse(readFileSync(join(ROOT, "Pulumi.yaml"), "utf8")) as Record<string, unknown>;
    expect(project).toEqual({
      name: "sluice",
      description: expect.any(String),
      main: "infra/index.ts",
      runtime: { name: "nodejs", options: { typescript: false, packagemanager: "npm" } },
      stackConfigDir: "stacks",
    });
    expect(existsSync(join(ROOT, "stacks"))).toBe(true);
  });
});

const read = (text: string, decrypt?: (cipher: string) => string) =>
  readStackFile(text, { name: "stacks/Pulumi.x.yaml", ...(decrypt && { decrypt }) });

describe("a stack file", () => {
  test("becomes Pulumi's map: structures as JSON, scalars as text", () => {
    const text = `config:
  sluice:stream: { shardCount: 8, generation: "2" }
  sluice:toleratedOutageHours: 48
  sluice:protectData: true
  sluice:tags:
    team: "1"
  sluice:note: plain text
  sluice:nothing:
  sluice:fanOutSwitches: [2026-11-21T09:00:00Z]
`;
    expect(read(text)).toEqual({
      values: {
        "sluice:stream": '{"shardCount":8,"generation":"2"}',
        "sluice:toleratedOutageHours": "48",
        "sluice:protectData": "true",
        "sluice:tags": '{"team":"1"}',
        "sluice:note": "plain text",
        "sluice:nothing": "",
        "sluice:fanOutSwitches": '["2026-11-21T09:00:00Z"]',
      },
      secretKeys: [],
    });
  });

  test("may hold Pulumi's own keys", () => {
    const text = "secretsprovider: passphrase\nencryptedkey: a\nencryptionsalt: v1:abc\nconfig:\n  sluice:a: b\n";
    expect(read(text).values).toEqual({ "sluice:a": "b" });
  });

  test.each(["", "config:\n", "encryptionsalt: v1:abc\n"])("without settings is empty: %j", (text) => {
    expect(read(text)).toEqual({ values: {}, secretKeys: [] });
  });

  test("with other keys at the top is refused, all of them at once", () => {
    const error = configErrorOf(() => read("environment: [prod]\nsluice:stream: {}\nconfig: {}\n"));
    expect(error.message).toBe(`stacks/Pulumi.x.yaml has 2 problems.

  environment
    value: ["prod"]
    rule:  known keys are config, encryptionsalt, secretsprovider, encryptedkey
    fix:   remove it; all settings stand below config

  sluice:stream
    value: {}
    rule:  known keys are config, encryptionsalt, secretsprovider, encryptedkey
    fix:   move it below config, indented`);
  });

  test.each([
    ["a list", "- a\n", "file"],
    ["settings that are a text", "config: text\n", "config"],
    ["a key twice", "config: {}\nconfig: {}\n", "file"],
    ["a broken line", "config: {\n", "file"],
    ["an alias without its anchor", "config: *nothing\n", "file"],
  ])("that is no map of settings is refused: %s", (_, text, field) => {
    expect(configErrorOf(() => read(text)).problems[0]!.field).toBe(field);
  });

  test("with encrypted values is refused where nothing can decrypt them, naming each", () => {
    const text = "config:\n  sluice:alarms:\n    email: { secure: AAAB }\n  sluice:x: { secure: AAAC }\n";
    expect(configErrorOf(() => read(text)).problems).toEqual(
      ["sluice:alarms.email", "sluice:x"].map((field) => ({
        field,
        value: "(encrypted)",
        rule: "only the Pulumi CLI can decrypt it",
        fix: "write it as plain text: pulumi config set --plaintext",
      })),
    );
  });

  test("with encrypted values is read with a decrypter, and names the keys that hold some", () => {
    const text =
      'config:\n  sluice:alarms:\n    email: { secure: AAAB }\n  sluice:list: [{ secure: C }, 1]\n  sluice:a: "1"\n';
    expect(read(text, (cipher) => `plain ${cipher}`)).toEqual({
      values: { "sluice:alarms": '{"email":"plain AAAB"}', "sluice:list": '["plain C",1]', "sluice:a": "1" },
      secretKeys: ["sluice:alarms", "sluice:list"],
    });
  });

  test("of arbitrary text gives values or a ConfigError, never another throw", () => {
    const yaml = fc.oneof(
      fc.string(),
      fc.json(),
      fc.jsonValue().map((value) => `config: ${JSON.stringify(value)}`),
      fc.stringMatching(/^[a-c:{}[\]&*!|>\-\n "']{0,40}$/),
    );
    fc.assert(
      fc.property(yaml, (text) => {
        try {
          for (const value of Object.values(read(text).values)) expect(typeof value).toBe("string");
        } catch (error) {
          if (!(error instanceof ConfigError)) throw error;
        }
      }),
      { numRuns: 500 },
    );
  });
});
