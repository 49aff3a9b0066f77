import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { ConfigError } from "../../infra/config/error.ts";
import { resolveConfig } from "../../infra/config/resolve.ts";
import { readStackFile } from "../../infra/config/stack-file.ts";
import { stackNames } from "../../infra/names.ts";
import { UsageError } from "../errors.ts";

const PROJECT_ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** What a producer needs to know of a stream. */
export interface StreamFacts {
  readonly streamName: string;
  /** `undefined`: from the environment or profile. */
  readonly region: string | undefined;
  /** Record limit, data and partition key together, in bytes. */
  readonly maxRecordBytes: number;
  readonly playerIdField: string;
}

/** The stream that a stack declares, from its stack file; nothing is deployed or asked. Throws a UsageError. */
export function streamOfStack(stack: string, projectRoot = PROJECT_ROOT): StreamFacts {
  const name = `stacks/Pulumi.${stack}.yaml`;
  const path = join(projectRoot, name);
  if (!/^[A-Za-z0-9_.-]+$/.test(stack) || !existsSync(path)) {
    throw new UsageError(`there is no stack ${stack}: ${name} does not exist`);
  }
  const { name: project } = parse(readFileSync(join(projectRoot, "Pulumi.yaml"), "utf8")) as { name: string };
  try {
    const { values } = readStackFile(readFileSync(path, "utf8"), { name });
    const hasFunction = (backend: string): boolean => existsSync(join(projectRoot, "functions", backend));
    const config = resolveConfig({ project, stack, values }, { hasFunction });
    return {
      streamName: stackNames(config).stream,
      region: config.aws.region,
      maxRecordBytes: config.stream.maxRecordKib * 1024,
      playerIdField: config.record.playerIdField,
    };
  } catch (error) {
    if (error instanceof ConfigError) throw new UsageError(error.message, { cause: error });
    throw error;
  }
}
