/** The folder of a run that Pulumi's engine works in: its backend, its home, and what it needs on PATH. */
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { stringify } from "yaml";
import type { Graph } from "../../local/graph.ts";
import { LOCAL_PASSPHRASE, LOCAL_SALT, type StackName, checkpoint, statePath } from "../../local/provider/state.ts";
import { writeWhole } from "../local/endpoints-file.ts";
import type { PulumiCli } from "./find-cli.ts";

/** Name of the folder in a run's folder. */
export const ENGINE_FOLDER = "pulumi";

const LANGUAGE_HOST = fileURLToPath(new URL("../../bin/pulumi-language-nodejs.mjs", import.meta.url));

type Variables = Readonly<Record<string, string>>;

/** Makes a stack in the folder's file backend; `graph`: what it has already, empty for a stack that was never deployed. */
export function writeEngineState(directory: string, name: StackName, graph: Graph): void {
  const backend = join(directory, ENGINE_FOLDER);
  const file = join(backend, statePath(name));
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(join(backend, ".pulumi", "meta.yaml"), "version: 1\n");
  writeWhole(file, checkpoint(name, graph));
}

/** Writes a stack file beside the backend and gives its path. `settings`: Pulumi's map, `sluice:stream` to its value. */
export function writeStackFile(directory: string, stack: string, settings: Readonly<Record<string, unknown>>): string {
  const file = join(directory, ENGINE_FOLDER, `Pulumi.${stack}.yaml`);
  writeFileSync(file, stringify({ encryptionsalt: LOCAL_SALT, config: settings }));
  return file;
}

/**
 * Variables that lead the Pulumi CLI to the run: its providers (`aws:PORT,gcp:PORT`), and a backend and home of its own, so that it
 * touches nobody's stacks, credentials or plugins.
 */
export function engineVariables(directory: string, providers: string): Variables {
  const folder = join(directory, ENGINE_FOLDER);
  return {
    PULUMI_DEBUG_PROVIDERS: providers,
    PULUMI_BACKEND_URL: pathToFileURL(folder).href,
    PULUMI_CONFIG_PASSPHRASE: LOCAL_PASSPHRASE,
    PULUMI_HOME: join(folder, "home"),
    PULUMI_SKIP_UPDATE_CHECK: "true",
    // The providers are running: none is to be downloaded.
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
  };
}

/**
 * PATH with what the CLI needs in front: the CLI itself, a language host where it brings none, and this Node, since an
 * older one cannot run the program.
 */
export function enginePath(directory: string, cli: PulumiCli | undefined, path: string | undefined): string {
  const front = [dirname(process.execPath)];
  if (cli?.hasLanguageHost === false) front.unshift(writeLanguageHost(directory));
  if (cli !== undefined) front.unshift(dirname(cli.path));
  return [...front, path ?? ""].join(delimiter);
}

/** The engine takes an executable of this name from PATH. */
function writeLanguageHost(directory: string): string {
  const folder = join(directory, ENGINE_FOLDER, "bin");
  mkdirSync(folder, { recursive: true });
  const file = join(folder, "pulumi-language-nodejs");
  writeFileSync(file, `#!/bin/sh\nexec ${[process.execPath, LANGUAGE_HOST].map(shellQuoted).join(" ")} "$@"\n`);
  chmodSync(file, 0o755);
  return folder;
}

/** A text as one word of a shell. */
export function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
