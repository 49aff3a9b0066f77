/** Finds Pulumi's engine: the CLI on PATH, or one that was built from Go modules and kept. */
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { CommandError } from "../errors.ts";
import { buildCli, cliBuild } from "./build-cli.ts";

/** A Pulumi CLI. */
export interface PulumiCli {
  readonly path: string;
  /** Whether it can run Node.js programs by itself; one that was built from modules cannot. */
  readonly hasLanguageHost: boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;

const LANGUAGE_HOST = "pulumi-language-nodejs";

/** The CLI on PATH, else the one that was kept; `undefined` where there is neither. */
export function findCli(environment: Environment): PulumiCli | undefined {
  const onPath = programOnPath("pulumi", environment);
  if (onPath !== undefined) {
    const beside = existsSync(join(dirname(onPath), LANGUAGE_HOST));
    return { path: onPath, hasLanguageHost: beside || programOnPath(LANGUAGE_HOST, environment) !== undefined };
  }
  const { binary } = cliBuild(cacheDirectory(environment));
  return existsSync(binary) ? { path: binary, hasLanguageHost: false } : undefined;
}

/**
 * As {@link findCli}; where there is none and Go is, builds one and keeps it. Rejects with a CommandError that says what is needed. `say`: takes
 * lines about the progress of a build, which takes minutes.
 */
export async function findOrBuildCli(environment: Environment, say: (line: string) => void): Promise<PulumiCli> {
  const found = findCli(environment);
  if (found !== undefined) return found;
  if (programOnPath("go", environment) === undefined) {
    throw new CommandError("Pulumi's engine is needed, and neither pulumi nor go is on PATH", {
      hint:
        "Install the Pulumi CLI (https://www.pulumi.com/docs/install/), or Go (https://go.dev/dl/): " +
        "with Go, the CLI is built from its modules once and kept.",
    });
  }
  return { path: await buildCli(cacheDirectory(environment), environment, say), hasLanguageHost: false };
}

/** Sluice's folder among the user's caches. https://specifications.freedesktop.org/basedir-spec/latest/ */
function cacheDirectory({ XDG_CACHE_HOME }: Environment): string {
  return join(
    XDG_CACHE_HOME === undefined || XDG_CACHE_HOME === "" ? join(homedir(), ".cache") : XDG_CACHE_HOME,
    "sluice",
  );
}

function programOnPath(name: string, { PATH = "" }: Environment): string | undefined {
  return PATH.split(delimiter)
    .filter((directory) => directory !== "")
    .map((directory) => join(directory, name))
    .find((path) => existsSync(path));
}
