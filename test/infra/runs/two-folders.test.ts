import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, mkdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const ROOT = process.cwd();
const STACKS = ["local", "dev", "staging", "production"];
const SOURCES = [
  "contract",
  "functions",
  "infra",
  "local",
  "model",
  "stacks",
  "test/infra/support",
  "Pulumi.yaml",
  "package.json",
];

interface Printed {
  readonly stack: string;
  readonly resources: number;
  readonly sha256: string;
  readonly code: readonly { readonly file: string; readonly bytes: number; readonly sha256: string }[];
}

/** A copy of the project's sources with the same dependencies, as a second checkout has them. */
function checkout(folder: string): string {
  mkdirSync(folder, { recursive: true });
  for (const source of SOURCES) cpSync(join(ROOT, source), join(folder, source), { recursive: true });
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
  return folder;
}

async function declaredIn(folder: string): Promise<readonly Printed[]> {
  const args = [
    "--disable-warning=ExperimentalWarning",
    join(folder, "test/infra/support/print-graph.ts"),
    folder,
    ...STACKS,
  ];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: folder });
  return JSON.parse(stdout) as Printed[];
}

describe("the entry file, run in two folders", () => {
  const scratch = mkdtempSync(join(tmpdir(), "sluice-folders-"));
  afterAll(() => rmSync(scratch, { recursive: true }));

  test("declares identical graphs with identical bundles for every stack", async () => {
    const folders = [checkout(join(scratch, "a")), checkout(join(scratch, "elsewhere/and deeper"))];

    const [first, second] = await Promise.all(folders.map(declaredIn));

    expect(second).toEqual(first);
    expect(first!.map(({ stack }) => stack)).toEqual(STACKS);
    expect(new Set(first!.map(({ sha256 }) => sha256)).size).toBe(STACKS.length);
    for (const { resources, code } of first!) {
      expect(resources).toBeGreaterThan(100);
      expect(code.map(({ file }) => file)).toEqual(["archive-function/index.mjs", "warehouse-function/index.mjs"]);
      for (const { bytes } of code) expect(bytes).toBeGreaterThan(10_000);
    }
  }, 60_000);
});
