/** `sluice tune observe` on files. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { Command } from "commander";
import { UsageError } from "../../../cli/errors.ts";
import { type ObserveFlags, observeCommand } from "../../../cli/tune/observe/observe-command.ts";
import { register } from "../../../cli/tune/observe/register.ts";
import { traceText } from "../../../cli/tune/trace/trace-command.ts";
import { generateTrace } from "../../../model/tuning/generated-trace.ts";
import { parseTrace } from "../../../model/tuning/trace-schema.ts";
import { START } from "./support.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "sluice-observe-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const TRACE = generateTrace(
  { shape: "steady", rate: 10 },
  { source: "made up", startsAt: new Date(START), minutes: 3, recordBytes: 100, wireFormat: "plain" },
);

/** What the command prints. */
async function observe(flags: Partial<ObserveFlags>): Promise<string> {
  const stdout = new PassThrough();
  const defaults = { run: join(folder, "run"), since: 1, from: "cloudwatch", out: "-", names: false, sample: 100 };
  await observeCommand(
    { ...defaults, sampleShards: 10, sampleSeconds: 1, maxObjects: 10, ...flags },
    { stdout, stderr: new PassThrough(), exitCode: 0 },
  );
  stdout.end();
  return text(stdout);
}

test("a trace in a file is checked, and written as it was", async () => {
  const from = join(folder, "trace.json");
  writeFileSync(from, traceText(TRACE));
  expect(await observe({ from })).toBe(traceText(TRACE));
  const out = join(folder, "copy.json");
  const summary =
    `made up\n2026-11-07T00:00Z to 2026-11-07T00:03Z, 3 minutes\nlog records/s: mean 10, busiest minute 10\n` +
    `bytes of a log record: 100, sent plain\nkeys: no sample (advice then takes records as spread evenly)\nread: ${from}\n`;
  expect(await observe({ from, out })).toBe(`${summary}${out}\n`);
  expect(parseTrace(readFileSync(out, "utf8"))).toEqual(TRACE);
  // Without --out it is only shown.
  expect(await observe({ from, out: undefined })).toBe(summary);
});

test("a CSV becomes a trace", async () => {
  const from = join(folder, "trace.csv");
  writeFileSync(from, "minute,records,bytes\n2026-11-07T00:00:00Z,600,60000\n");
  expect(parseTrace(await observe({ from }))).toMatchObject({ records: [600], bytes: [60_000], source: "trace.csv" });
});

test("what is no source is refused before anything is asked", async () => {
  const from = join(folder, "nothing");
  await expect(observe({ from })).rejects.toThrow(new UsageError(`--from ${from}: there is no such file`));
  await expect(observe({ from: "local", stack: "dev" })).rejects.toThrow(
    new UsageError("--from local is a run's: name it with --run, not --stack"),
  );
  await expect(observe({ since: 16 * 24 })).rejects.toThrow(
    new UsageError("CloudWatch keeps minutes for 15 days: --since 15d at most; --from archive goes back further"),
  );
  await expect(observe({})).rejects.toThrow(`${join(folder, "run")} holds no run`);
});

test("the command line has the options that it documents", () => {
  const program = new Command();
  register(program, { stdout: process.stdout, stderr: process.stderr, exitCode: 0 });
  const { options } = program.commands[0]!;
  expect(options.map(({ long }) => long)).toEqual([
    ...["--since", "--from", "--out", "--names", "--sample", "--sample-shards", "--sample-seconds", "--max-objects"],
    ...["--run", "--stack"],
  ]);
});
