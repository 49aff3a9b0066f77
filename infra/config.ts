/** The one module that reads a stack's configuration from Pulumi; `config/` holds its pure parts. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
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
