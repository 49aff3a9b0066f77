/** The commands of docs/engine.md as a user types them: a run that the engine makes, and another up while records flow. */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { parseObjectKey } from "../../contract/keys.ts";
import { playerLog } from "../../cli/generate/player-log.ts";
import { RunFolder } from "../support/run-folder.ts";
import { SluiceCommand, sluice } from "../support/run-sluice.ts";
import { ProjectCopy } from "./support/project-copy.ts";

const LAUNCHER = join(__dirname, "../../bin/sluice.mjs");
const INPUT = ["--records", "2000", "--seed", "3"];
const PAUSE_MS = 100;
const AFTER_UP = 10;

const folder = mkdtempSync(join(tmpdir(), "sluice-engine-run-"));
const project = new ProjectCopy();
let served: SluiceCommand;

afterAll(() => {
  served.kill();
  project.remove();
  rmSync(folder, { recursive: true, force: true });
});

/** Output of a shell's command; rejects where it fails. */
async function shell(command: string): Promise<string> {
  const { stdout } = await promisify(execFile)("sh", ["-c", command]);
  return stdout;
}

/** Numbers of the shards that archived records came from, in order. */
function archivedShards(run: string): readonly number[] {
  const keys = new RunFolder(run).keys("archiveBucket", "logs/");
  return [...new Set(keys.map((key) => parseObjectKey(key)!.shard))].sort((one, other) => one - other);
}

/** The audit of a report, without what differs from run to run: how often Lambda delivered again. */
function auditOf(report: string): unknown {
  const { audit } = JSON.parse(readFileSync(report, "utf8")) as { audit: Record<string, Record<string, unknown>> };
  return Object.fromEntries(
    Object.entries(audit).map(([backend, { accepted, written, quarantined, pending, missing, duplicates, holds }]) => [
      backend,
      { accepted, written, quarantined, pending, missing, duplicates, holds },
    ]),
  );
}

test("npm start -- --engine pulumi gives the audit that npm start gives", async () => {
  const [engine, inProcess] = [join(folder, "engine.json"), join(folder, "in-process.json")];
  served = new SluiceCommand([
    ...["local", "--engine", "pulumi", "--serve", "--data", join(folder, "data"), "--report", engine, ...INPUT],
  ]);
  await served.until(() => served.printed.includes("Serving until Ctrl-C"));
  const { code } = await sluice("local", "--data", join(folder, "other"), "--report", inProcess, ...INPUT);
  expect(code).toBe(0);
  expect(auditOf(engine)).toEqual(auditOf(inProcess));
  expect(served.printed).toMatch(/\+ \d+ created/);
});

test("pulumi up with another shard count reshards the running stream while records flow, and the audit holds", async () => {
  const run = join(folder, "data", "latest");
  const endpoints = new RunFolder(run).endpoints();
  project.edit("stacks/Pulumi.local.yaml", "shardCount: 8", "shardCount: 16");
  const producer = spawn(
    process.execPath,
    [LAUNCHER, ...["produce", "--endpoint", endpoints.kinesis, "--stream", endpoints.streamName, "--input", "-"]],
    { stdio: ["pipe", "ignore", "inherit"] },
  );
  const up = shell(
    `eval "$('${process.execPath}' '${LAUNCHER}' local env --run '${run}')" && cd '${project.directory}' && ` +
      "pulumi up -s local --yes --skip-preview --non-interactive --color never --suppress-outputs",
  );
  let isUp = false;
  void up.finally(() => (isUp = true));
  const lines = playerLog({ seed: 4, records: 1_000_000, startMs: Date.now() });
  // While it runs, and a while after it.
  for (let after = 0; after < AFTER_UP; after += isUp ? 1 : 0) {
    for (let index = 0; index < 50; index++) producer.stdin.write(`${lines.next().value as string}\n`);
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  producer.stdin.end();
  const [code] = (await once(producer, "exit")) as [number];
  expect([code, await up]).toEqual([0, expect.stringContaining("~ 1 updated")]);

  let audit = await sluice("audit", "--deep", "--json", "--run", run);
  // Not delivered yet is missing.
  while (audit.code === 3) audit = await sluice("audit", "--deep", "--json", "--run", run);
  expect([audit.code, audit.err]).toEqual([0, ""]);
  expect(archivedShards(run)).toEqual(Array.from({ length: 24 }, (_, index) => index));
});

test("the run ends as any other", async () => {
  served.signal("SIGINT", "group");
  expect((await served.ended).code).toBe(0);
  expect(readdirSync(join(folder, "data", "latest", "pulumi", ".pulumi", "stacks", "sluice"))).toContain("local.json");
});
