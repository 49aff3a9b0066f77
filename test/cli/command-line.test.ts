import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { gzipSync } from "node:zlib";
import { describeError, CommandError, UsageError } from "../../cli/errors.ts";
import { runCommandLine } from "../../cli/program.ts";
import manifest from "../../package.json" with { type: "json" };

class Text extends Writable {
  text = "";
  override _write(chunk: Buffer | string, _: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

async function sluice(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const stdout = new Text();
  const stderr = new Text();
  const code = await runCommandLine(args, { stdout, stderr });
  return { code, out: stdout.text, err: stderr.text };
}

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "sluice-command-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("command line", () => {
  test.each(["local", "produce", "query", "cat"])("sluice %s --help says what it does", async (command) => {
    const { code, out, err } = await sluice(command, "--help");
    expect([code, err]).toEqual([0, ""]);
    expect(out).toContain(`Usage: sluice ${command}`);
    expect((await sluice("--help")).out).toContain(`  ${command} `);
  });

  test("--version prints the package's", async () => {
    expect(await sluice("--version")).toEqual({ code: 0, out: `${manifest.version}\n`, err: "" });
  });

  test.each([
    [["bogus"], "sluice: unknown command 'bogus'\n  --help says what there is.\n"],
    [["produce", "--bogus"], "sluice: unknown option '--bogus'\n  --help says what there is.\n"],
    [
      ["produce", "--records", "-1"],
      "sluice: option '--records <n>' argument '-1' is invalid. It is a whole number from 0.\n  --help says what there is.\n",
    ],
    [
      ["produce", "--rate", "0"],
      "sluice: option '--rate <n>' argument '0' is invalid. It is a number above 0.\n  --help says what there is.\n",
    ],
    [
      ["produce", "--endpoint", "localhost:1"],
      "sluice: option '--endpoint <url>' argument 'localhost:1' is invalid. It is an address such as http://127.0.0.1:4567.\n  --help says what there is.\n",
    ],
    [
      ["produce", "--stack", "dev", "--stream", "s"],
      "sluice: option '--stack <name>' cannot be used with option '--stream <name>'\n  --help says what there is.\n",
    ],
    [["query"], "sluice: missing required argument 'sql'\n  --help says what there is.\n"],
    [
      ["produce"],
      "sluice: which stream?\n  Name a local run with --run, a stack with --stack, or a stream with --stream.\n",
    ],
    [["produce", "--stack", "nope"], "sluice: there is no stack nope: stacks/Pulumi.nope.yaml does not exist\n"],
    [
      ["produce", "--stream", "s", "--input", "/nowhere/x"],
      "sluice: cannot read the input: /nowhere/x: no such file\n  --input takes NDJSON files, plain or gzip, or - for standard input.\n",
    ],
    [
      ["query", "SELECT 1", "--run", "/nowhere"],
      "sluice: /nowhere holds no run\n  Start a run with npm start, or name one with --run.\n",
    ],
    [["cat", "s3:x"], "sluice: s3:x is no address such as s3://BUCKET/logs/\n"],
  ])("a wrong command line ends with code 2 and says what is wrong: %j", async (args, err) => {
    expect(await sluice(...args)).toEqual({ code: 2, out: "", err });
  });

  test("without a command the help is printed, and the code is 2", async () => {
    const { code, err } = await sluice();
    expect(code).toBe(2);
    expect(err).toContain("Usage: sluice");
  });

  test("errors of ours are printed without a stack, others with it", () => {
    expect(describeError(new UsageError("no", { hint: "do\nthis" }))).toBe("sluice: no\n  do\n  this\n");
    expect(describeError(new CommandError("no"))).toBe("sluice: no\n");
    const refused = Object.assign(new Error("connect ECONNREFUSED 127.0.0.1:9"), { code: "ECONNREFUSED" });
    const text = "sluice: a service does not answer: connect ECONNREFUSED 127.0.0.1:9\n";
    expect(describeError(refused)).toBe(text);
    expect(describeError(Object.assign(new AggregateError([refused]), { code: "ECONNREFUSED" }))).toBe(text);
    expect(describeError(new TypeError("defect"))).toMatch(/^sluice: unexpected error: TypeError: defect\n {4}at /);
  });
});

describe("sluice cat", () => {
  beforeAll(() => {
    const bucket = join(folder, "run", "s3", "b", "logs", "dt=2026-01-01");
    mkdirSync(bucket, { recursive: true });
    writeFileSync(join(bucket, "1.gz"), gzipSync("one\ntwo"));
    writeFileSync(join(bucket, "2.gz"), Buffer.concat([gzipSync("three\n"), gzipSync("four\n")]));
    writeFileSync(join(folder, "run", "s3", "b", "plain"), "plain\n");
  });

  test.each([
    ["s3://b/logs/", "one\ntwo\nthree\nfour\n"],
    ["s3://b", "one\ntwo\nthree\nfour\nplain\n"],
    ["s3://b/logs/dt=2026-01-01/2.gz", "three\nfour\n"],
    ["s3://b/lo", "one\ntwo\nthree\nfour\n"],
    ["s3://b/logs/dt=2026", "one\ntwo\nthree\nfour\n"],
    ["s3://b/p", "plain\n"],
  ])("%s prints the lines of all objects with that prefix", async (what, out) => {
    expect(await sluice("cat", what, "--run", join(folder, "run"))).toEqual({ code: 0, out, err: "" });
  });

  test("files and folders are read by their path", async () => {
    const logs = join(folder, "run", "s3", "b", "logs");
    expect((await sluice("cat", join(logs, "dt=2026-01-01", "1.gz"), logs)).out).toBe(
      "one\ntwo\none\ntwo\nthree\nfour\n",
    );
  });

  test("what is not there is an error that names the buckets", async () => {
    expect(await sluice("cat", "s3://c/x", "--run", join(folder, "run"))).toEqual({
      code: 1,
      out: "",
      err: "sluice: there are no objects at s3://c/x\n  Buckets of this run: s3://b/\n",
    });
  });

  test("a broken object is an error that names it", async () => {
    const path = join(folder, "broken.gz");
    writeFileSync(path, gzipSync("x".repeat(1000)).subarray(0, 20));
    const { code, err } = await sluice("cat", path);
    expect(code).toBe(1);
    expect(err).toContain(`sluice: ${path}: cannot be read: `);
  });

  test("a broken object does not hold up those behind it, and the code is 1 at the end", async () => {
    const logs = join(folder, "broken-run", "s3", "b", "logs");
    mkdirSync(logs, { recursive: true });
    writeFileSync(join(logs, "1.gz"), gzipSync("x".repeat(1000)).subarray(0, 20));
    writeFileSync(join(logs, "2.gz"), gzipSync("two\n"));
    const { code, out, err } = await sluice("cat", "s3://b/logs/", "--run", join(folder, "broken-run"));
    expect([code, out.endsWith("two\n")]).toEqual([1, true]);
    expect(err).toMatch(new RegExp(`^sluice: ${join(logs, "1.gz")}: cannot be read: .*\n$`));
  });

  test("a reader that goes away ends it quietly, and the help too", async () => {
    const big = join(folder, "big.gz");
    writeFileSync(big, gzipSync("0123456789abcdef\n".repeat(500_000)));
    expect(await withoutReader("cat", big)).toEqual([0, ""]);
    expect(await withoutReader("--help")).toEqual([0, ""]);
  });
});

/** Exit code and errors of a command whose output is closed as soon as there is some, or before. */
async function withoutReader(...args: readonly string[]): Promise<[unknown, string]> {
  const main = join(import.meta.dirname, "../../cli/main.ts");
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", main, ...args]);
  let err = "";
  child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
  if (args[0] === "--help") child.stdout.destroy();
  else child.stdout.once("data", () => child.stdout.destroy());
  const code = await new Promise((resolve) => child.on("close", resolve));
  return [code, err];
}
