import { ConfigError, type ConfigProblem } from "../../infra/config/error.ts";
import { type RawConfig, resolveConfig } from "../../infra/config/resolve.ts";
import type { StackConfig } from "../../infra/stack-config.ts";

/** Settings as in a stack file, without the namespace. */
export type Settings = Readonly<Record<string, unknown>>;

/** The shortest configuration that resolves. */
export const SHORTEST: Settings = {
  aws: { accountId: "123456789012", region: "us-east-1" },
  google: { projectId: "example-sluice-dev", projectNumber: "123456789012" },
  backends: {
    archive: { grants: ["archive-bucket-write"] },
    warehouse: { grants: ["google-warehouse-write"] },
  },
};

/** Every backend has its folder, and it is 9 o'clock. */
export const ALL_FUNCTIONS = { hasFunction: () => true, now: Date.parse("2026-11-21T09:00:00Z") };

/** Pulumi's map for settings. */
export function rawConfig(settings: Settings, stack = "staging"): RawConfig {
  const values = Object.entries(settings).map(([key, value]) => [
    `sluice:${key}`,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  return { project: "sluice", stack, values: Object.fromEntries(values) as Record<string, string> };
}

/** Resolves the shortest configuration with some sections replaced. */
export function resolve(settings: Settings, stack?: string): StackConfig {
  return resolveConfig(rawConfig({ ...SHORTEST, ...settings }, stack), ALL_FUNCTIONS);
}

/** The problems of the shortest configuration with some sections replaced. */
export function problemsOf(settings: Settings, stack?: string): readonly ConfigProblem[] {
  return configErrorOf(() => resolve(settings, stack)).problems;
}

/** The `ConfigError` that a call throws; none is a failure of the test. */
export function configErrorOf(call: () => unknown): ConfigError {
  try {
    call();
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error("it resolved");
}

/** Both backends, with the same settings added to each. */
export function backendsWith(settings: Settings, only?: "archive" | "warehouse"): Settings {
  const entries = Object.entries(SHORTEST["backends"] as Record<string, Settings>);
  return {
    backends: Object.fromEntries(
      entries.map(([name, backend]) => [
        name,
        only === undefined || only === name ? { ...backend, ...settings } : backend,
      ]),
    ),
  };
}
