import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { type AdviseFlags, runAdvise } from "../../cli/tune/advise/advise-command.ts";
import { runCommandLine } from "../../cli/program.ts";
import { hashKeyOf } from "../../model/stream/hash-key.ts";
import { parseTrace } from "../../model/tuning/trace-schema.ts";

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "sluice-tune-"))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function terminal() {
  const written = { stdout: "", stderr: "" };
  const to = (key: keyof typeof written) =>
    ({ write: (text: string) => ((written[key] += text), true) }) as unknown as NodeJS.WritableStream;
  return { written, stdout: to("stdout"), stderr: to("stderr") };
}

async function run(...args: string[]) {
  const { written, ...streams } = terminal();
  return { code: await runCommandLine(["tune", ...args], streams), ...written };
}

test("a trace has sizes, keys and shares of its files, players hashed", async () => {
  const ids = ["a", "a", "a", "b"].map((digit) => digit.repeat(32));
  const lines = ids.map((id) => JSON.stringify({ player_id: id, event: "x" }));
  const file = join(folder, "log.ndjson.gz");
  writeFileSync(file, gzipSync(`${lines.join("\n")}\n`));
  const args = ["trace", "--input", file, "--rate", "100", "--duration", "1h", "--starts-at", "2026-11-21T09:00:00Z"];
  const { code, stdout } = await run(...args);
  const trace = parseTrace(stdout);
  expect([code, trace.startsAt, trace.records.length, trace.records[0]]).toEqual([
    0,
    "2026-11-21T09:00:00.000Z",
    60,
    6000,
  ]);
  expect(trace.bytes[0]).toBe(6000 * lines[0]!.length);
  expect(trace.source).toBe("4 records of log.ndjson.gz, at 100 records/s");
  expect(trace.keys).toMatchObject({ sampledRecords: 4, distinctKeys: 2, shareError: 0 });
  expect(trace.keys!.heavy.map(({ hashKey, share }) => [hashKey, share])).toEqual([
    [hashKeyOf(ids[0]!), 0.75],
    [hashKeyOf(ids[3]!), 0.25],
  ]);
  expect(stdout).not.toContain("a".repeat(32));
  expect((await run(...args, "--show-ids")).stdout).toContain(`"key":"${"a".repeat(32)}"`);
});

test("a wrong command line or file ends with code 2 and says what is wrong", async () => {
  const file = join(folder, "trace.json");
  writeFileSync(file, '{"format":"sluice-trace"}');
  expect(await run("trace")).toMatchObject({ code: 2, stderr: "sluice: a trace needs --rate or --rate-profile\n" });
  expect((await run("trace", "--rate-profile", "waves:1")).stderr).toContain("It is steady:RATE");
  const nowhere = join(folder, "nowhere", "out");
  for (const args of [
    ["trace", "--rate", "5", "--out", nowhere],
    ["advise", "--trace", file, "--html", nowhere],
    ["observe", "--from", file, "--out", nowhere],
  ])
    expect(await run(...args)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(`${nowhere}: its folder does not exist`),
    });
  const { code, stderr } = await run("advise", "--trace", file);
  expect(code).toBe(2);
  expect(stderr).toContain(`${file} is no trace: version: `);
  expect(stderr).toContain("; source: is missing; ");
  expect(await run("advise", "--trace", nowhere)).toMatchObject({
    code: 2,
    stderr: `sluice: cannot read the trace ${nowhere}: there is no such file\n`,
  });
  expect(await run("advise", "--trace", folder)).toMatchObject({
    code: 2,
    stderr: `sluice: cannot read the trace ${folder}: it is a folder\n`,
  });
  expect(await run("advise", "--trace", file, "--write")).toMatchObject({
    code: 2,
    stderr: "sluice: --write needs --stack: the file that is changed\n",
  });
});

test("the advice is printed and written into the stack's file, which the validator takes", async () => {
  for (const part of ["Pulumi.yaml", "stacks", "functions"])
    cpSync(join(process.cwd(), part), join(folder, part), { recursive: true });
  const trace = join(folder, "trace.csv");
  const minutes = Array.from({ length: 5 }, (_, index) => `2026-11-21T09:0${index}:00Z,24000,12000000`);
  writeFileSync(trace, ["minute,records,bytes", ...minutes].join("\n"));
  const flags: AdviseFlags = {
    ...{
      trace,
      format: "plain",
      sloAge: 20,
      headroom: 1.5,
      growth: 0.05,
      stack: "production",
      seed: 1,
      json: false,
      write: true,
    },
  };
  const { written, ...streams } = terminal();
  const context = { ...streams, exitCode: 0 };
  const clock = { now: () => Date.parse("2026-11-21T10:00:00Z") };
  await runAdvise(flags, { clock, projectRoot: folder }, context);
  expect(context.exitCode).toBe(0);
  expect(written.stdout).toContain("Cheapest that meets it: 1 shard, $");
  expect(written.stdout).toMatch(/Declared now: 8 shards, .*: met, oldest/);
  expect(written.stdout).toMatch(/at \+5 %\/week this lasts until 2027-\d\d-\d\d/);
  expect(written.stderr).toMatch(
    /^1 shard: the busiest minutes, 11 numbers of shards after it … 0\.0 s\n1 shard, archive 1 lane 10 s 256 MB, warehouse 1 lane 10 s 256 MB: 5 minutes, tries left: 24 … 0\.0 s\n/,
  );
  expect(written.stderr).toMatch(/\nadvised after \d+ simulations, 0\.0 s\n/);
  expect(written.stderr).toContain("stream.shardCount: 8 → 1");
  const file = readFileSync(join(folder, "stacks/Pulumi.production.yaml"), "utf8");
  expect(file).toContain("# A week-end and a day to notice and repair.");
  expect(file).toContain("shardCount: 1\n");
  expect(file).toContain("fanOutSwitches:");
  await runAdvise({ ...flags, maxCost: 1, json: true, write: true }, { clock, projectRoot: folder }, context);
  expect(context.exitCode).toBe(4);
});
