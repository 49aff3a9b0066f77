/** The one module that reads a stack's configuration from Pulumi; `config/` holds its pure parts. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { NAMESPACE } from "./config/parse.ts";
import { resolveConfig } from "./config/resolve.ts";
import type { StackConfig } from "./stack-config.ts";

/**
 * The configuration of the stack that runs, under the Pulumi CLI or in process after `setAllConfig`. Reads everything
 * and validates all of it; throws a `ConfigError` that lists every problem. Call it before any resource is made.
 *
 * `projectRoot` is the folder of Pulumi.yaml: a backend's code must be in `functions/<name>/` below it.
 */
export function loadConfigFromPulumi(projectRoot: string): StackConfig {
  return resolveConfig(
    { project: pulumi.getProject(), stack: pulumi.getStack(), values: pulumi.runtime.allConfig() },
    { hasFunction: (backend) => existsSync(join(projectRoot, "functions", backend)), now: Date.now() },
  );
}

/** A function of the SDK's runtime that its types leave out. */
const { isConfigSecret } = pulumi.runtime as unknown as { isConfigSecret(key: string): boolean };

/** Whether the stack file has anything of a setting encrypted, as `pulumi config set --secret` leaves it; `setting`: `backends`. */
export function isSecretSetting(setting: string): boolean {
  return isConfigSecret(`${NAMESPACE}:${setting}`);
}
