import { Option } from "commander";

/** `--run DIR`: which run of the local cloud is meant. */
export function runOption(): Option {
  return new Option("--run <dir>", "folder of a run of the local cloud").default(".sluice/latest");
}
