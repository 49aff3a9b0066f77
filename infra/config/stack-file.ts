/**
 * Reads a stack file, `stacks/Pulumi.<stack>.yaml`, into the map that Pulumi hands to the program. Pure.
 * How values become texts: https://github.com/pulumi/pulumi/blob/master/sdk/go/common/resource/config/value.go
 */
import { parseDocument } from "yaml";
import { ConfigError, type ConfigProblem, showValue } from "./error.ts";

/** Pulumi's own keys beside `config`. https://www.pulumi.com/docs/iac/concepts/projects/stack-settings-file/ */
const PULUMI_KEYS = ["config", "encryptionsalt", "secretsprovider", "encryptedkey"];

/** A stack file's configuration, as `PULUMI_CONFIG` and `PULUMI_CONFIG_SECRET_KEYS` carry it. */
export interface StackFile {
  readonly values: Readonly<Record<string, string>>;
  /** Keys of `values` that hold something encrypted. */
  readonly secretKeys: readonly string[];
}

/** How a stack file is read. */
export interface StackFileOptions {
  /** What messages call the file, e.g. `stacks/Pulumi.dev.yaml`. */
  readonly name: string;
  /** Decrypts a `{ secure: … }` value. Without it such a value is a problem: only Pulumi holds the key. */
  decrypt?(ciphertext: string): string;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function cipherOf(value: unknown): string | undefined {
  if (!isMap(value) || Object.keys(value).length !== 1 || typeof value["secure"] !== "string") return undefined;
  return value["secure"];
}

function parseFile(text: string, name: string): Record<string, unknown> {
  const notYaml = (error: Error): ConfigProblem => {
    const [rule = "YAML"] = error.message.split("\n");
    return { field: "file", value: "(not YAML)", rule, fix: "correct the line" };
  };
  const document = parseDocument(text);
  if (document.errors.length > 0) throw new ConfigError(name, document.errors.map(notYaml));
  let root: unknown;
  try {
    root = document.toJS() ?? {};
  } catch (error) {
    // An alias without its anchor, or so many that they would fill the memory.
    throw new ConfigError(name, [notYaml(error as Error)]);
  }
  if (isMap(root)) return root;
  throw new ConfigError(name, [
    { field: "file", value: showValue(root), rule: "a map with the key config", fix: "write config: first" },
  ]);
}

/** Reads the text of a stack file. Throws a `ConfigError` where the file itself is wrong; what its values say is not looked at. */
export function readStackFile(text: string, options: StackFileOptions): StackFile {
  const problems: ConfigProblem[] = [];
  const file = parseFile(text, options.name);
  for (const key of Object.keys(file).filter((key) => !PULUMI_KEYS.includes(key))) {
    const rule = `known keys are ${PULUMI_KEYS.join(", ")}`;
    const fix = key.includes(":") ? "move it below config, indented" : "remove it; all settings stand below config";
    problems.push({ field: key, value: showValue(file[key]), rule, fix });
  }
  const config = file["config"] ?? {};
  if (!isMap(config)) {
    problems.push({
      field: "config",
      value: showValue(config),
      rule: "a map of settings",
      fix: "write settings below it, indented",
    });
    throw new ConfigError(options.name, problems);
  }

  const reveal = (value: unknown, field: string): { value: unknown; isSecret: boolean } => {
    const cipher = cipherOf(value);
    if (cipher !== undefined) {
      if (options.decrypt !== undefined) return { value: options.decrypt(cipher), isSecret: true };
      const rule = "only the Pulumi CLI can decrypt it";
      problems.push({
        field,
        value: "(encrypted)",
        rule,
        fix: "write it as plain text: pulumi config set --plaintext",
      });
      return { value: undefined, isSecret: true };
    }
    if (Array.isArray(value)) {
      const items = value.map((item, index) => reveal(item, `${field}[${index}]`));
      return { value: items.map((item) => item.value), isSecret: items.some((item) => item.isSecret) };
    }
    if (!isMap(value)) return { value, isSecret: false };
    const entries = Object.entries(value).map(([key, item]) => [key, reveal(item, `${field}.${key}`)] as const);
    return {
      value: Object.fromEntries(entries.map(([key, item]) => [key, item.value])),
      isSecret: entries.some(([, item]) => item.isSecret),
    };
  };

  const secretKeys: string[] = [];
  const values: Record<string, string> = {};
  for (const [key, item] of Object.entries(config)) {
    const { value, isSecret } = reveal(item, key);
    if (isSecret) secretKeys.push(key);
    values[key] = typeof value === "string" ? value : value === null ? "" : JSON.stringify(value);
  }
  if (problems.length > 0) throw new ConfigError(options.name, problems);
  return { values, secretKeys };
}
