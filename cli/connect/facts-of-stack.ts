import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { ConfigError } from "../../infra/config/error.ts";
import { resolveConfig } from "../../infra/config/resolve.ts";
import { readStackFile } from "../../infra/config/stack-file.ts";
import type { StackConfig } from "../../infra/stack-config.ts";
import { UsageError } from "../errors.ts";
import { type StackFacts, stackFacts } from "./stack-facts.ts";

const PROJECT_ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** The facts of a declared stack, from its stack file; nothing is deployed or asked. Throws a UsageError. */
export function factsOfStack(stack: string, projectRoot = PROJECT_ROOT): StackFacts {
  return stackFacts(configOfStack(stack, projectRoot));
}

/** The resolved configuration of a declared stack, from its stack file. Throws a UsageError. */
export function configOfStack(stack: string, projectRoot = PROJECT_ROOT): StackConfig {
  const name = `stacks/Pulumi.${stack}.yaml`;
  const path = join(projectRoot, name);
  if (!/^[A-Za-z0-9_.-]+$/.test(stack) || !existsSync(path)) {
    throw new UsageError(`there is no stack ${stack}: ${name} does not exist`);
  }
  const { name: project } = parse(readFileSync(join(projectRoot, "Pulumi.yaml"), "utf8")) as { name: string };
  try {
    const { values } = readStackFile(readFileSync(path, "utf8"), { name });
    const hasFunction = (backend: string): boolean => existsSync(join(projectRoot, "functions", backend));
    return resolveConfig({ project, stack, values }, { hasFunction });
  } catch (error) {
    if (error instanceof ConfigError) throw new UsageError(error.message, { cause: error });
    throw error;
  }
}
