/** Builds the Pulumi CLI from Go modules, pinned by bin/pulumi-cli/go.mod and go.sum. */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { systemClock } from "../../contract/clock.ts";
import { CommandError } from "../errors.ts";

const MODULES = fileURLToPath(new URL("../../bin/pulumi-cli", import.meta.url));
const MODULE_FILES = ["go.mod", "go.sum"];
const PACKAGE = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi";
const VERSION_VARIABLE = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version";
const PROGRESS_MS = 10_000;
/** Last lines of a failed build that are shown. */
const SHOWN_LINES = 15;

/** What is built, and where it is kept. */
export interface CliBuild {
  readonly version: string;
  readonly directory: string;
  readonly binary: string;
}

/** The pinned build below a cache folder: other modules, another folder. */
export function cliBuild(cacheDirectory: string): CliBuild {
  const modules = MODULE_FILES.map((name) => readFileSync(join(MODULES, name), "utf8"));
  const version = /^require github\.com\/pulumi\/pulumi\/pkg\/v3 v(\S+)$/m.exec(modules[0]!)![1]!;
  const digest = createHash("sha256").update(modules.join("\n")).digest("hex").slice(0, 12);
  const directory = join(cacheDirectory, `pulumi-${version}-${digest}`);
  return { version, directory, binary: join(directory, "pulumi") };
}

/** Builds it and gives the binary's path; of two builds side by side the later one's binary stays. Rejects with a CommandError. */
export async function buildCli(
  cacheDirectory: string,
  environment: Readonly<Record<string, string | undefined>>,
  say: (line: string) => void,
): Promise<string> {
  const { version, directory, binary } = cliBuild(cacheDirectory);
  const work = join(directory, `build-${process.pid}`);
  mkdirSync(work, { recursive: true });
  try {
    for (const name of MODULE_FILES) copyFileSync(join(MODULES, name), join(work, name));
    say(`Building the Pulumi CLI ${version} from Go modules, once: a few minutes. It is kept in ${directory}.`);
    const output = join(work, "pulumi");
    const flags = [
      "-v",
      "-mod=readonly",
      "-buildvcs=false",
      "-ldflags",
      `-s -w -X ${VERSION_VARIABLE}=${version}`,
      "-o",
      output,
    ];
    await go(["build", ...flags, PACKAGE], { cwd: work, environment, say });
    renameSync(output, binary);
    say(`Built: ${binary}`);
    return binary;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

interface GoOptions {
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly say: (line: string) => void;
}

function go(args: readonly string[], { cwd, environment, say }: GoOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn("go", args, { cwd, env: environment, stdio: ["ignore", "inherit", "pipe"] });
    const lines: string[] = [];
    let [modules, packages] = [0, 0];
    createInterface({ input: child.stderr }).on("line", (line) => {
      lines.push(line);
      if (line.startsWith("go: downloading")) modules += 1;
      else packages += 1;
    });
    let cancel = (): void => undefined;
    const report = (): void => {
      cancel = systemClock.after(PROGRESS_MS, () => {
        say(`… ${modules} modules downloaded, ${packages} packages compiled`);
        report();
      });
    };
    report();
    child.on("error", (error) => {
      cancel();
      reject(new CommandError(`cannot start go: ${error.message}`, { cause: error }));
    });
    child.on("close", (code) => {
      cancel();
      if (code === 0) resolve();
      else
        reject(new CommandError("the Pulumi CLI could not be built", { hint: lines.slice(-SHOWN_LINES).join("\n") }));
    });
  });
}
