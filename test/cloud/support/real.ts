/** What a cloud test on real accounts runs with. */
import { join } from "node:path";
import { systemClock } from "../../../contract/clock.ts";
import { enginePath } from "../../../cli/pulumi/engine-folder.ts";
import { findOrBuildCli } from "../../../cli/pulumi/find-cli.ts";
import type { CloudRunOptions } from "./cloud-run.ts";
import { Leftovers } from "./leftovers.ts";
import { pulumiCli } from "./pulumi.ts";

const PROJECT_ROOT = join(import.meta.dirname, "../../..");
const FOLDER = join(PROJECT_ROOT, ".sluice", "cloud-test");

/** All but the settings. */
export async function realParts(): Promise<Omit<CloudRunOptions, "settings">> {
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  const cli = await findOrBuildCli(process.env, say);
  const environment = { ...process.env, PATH: enginePath(FOLDER, cli, process.env["PATH"]) };
  return {
    ...{ projectRoot: PROJECT_ROOT, clock: systemClock, random: Math.random, say },
    leftovers: new Leftovers(FOLDER),
    backendUrl: process.env["PULUMI_BACKEND_URL"],
    pulumi: pulumiCli(cli.path, PROJECT_ROOT, environment),
  };
}
