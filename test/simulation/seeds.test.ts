import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { describeFailure, report } from "../../simulation/report.ts";
import { type SeedResult, runSeed } from "../../simulation/run-seed.ts";
import { scenario } from "../../simulation/scenario.ts";

const SIMULATE = join(process.cwd(), "bin", "simulate.mjs");

interface Report {
  readonly digest: string;
  readonly violations: number;
  readonly failingSeeds: readonly { readonly seed: number }[];
}

test("seeds hold every invariant, and the same seeds are the same runs in another process", async () => {
  const results = [];
  for (let seed = 40; seed < 44; seed++) results.push(await runSeed(seed));
  const here = report(results);
  expect(here.failingSeeds).toEqual([]);
  expect(here.counts.faults).toBeGreaterThan(0);

  const again = await runSeed(40);
  expect(again.digest).toBe(results[0]!.digest);

  const command = [SIMULATE, "--first-seed", "40", "--seeds", "4", "--json"];
  const there = JSON.parse(execFileSync(process.execPath, command, { encoding: "utf8" })) as Report;
  expect([there.violations, there.digest]).toEqual([0, here.digest]);
});

test("any integer from 0 to 2^53 - 1 is a seed of its own", () => {
  const specs = [0, 1, 2 ** 32, 2 ** 52, Number.MAX_SAFE_INTEGER - 1, Number.MAX_SAFE_INTEGER].map((seed) => {
    const { seed: own, ...rest } = scenario(seed);
    expect(own).toBe(seed);
    return JSON.stringify(rest);
  });
  expect(new Set(specs).size).toBe(specs.length);
});

test("a failing seed is printed with what it violates and the command that shows it again, and the exit code is 1", () => {
  const { status, stderr, stdout } = simulate("--seeds", "1", "--first-seed", "1", "--plant", "position-not-counted");
  expect(status).toBe(1);
  expect(stderr).toMatch(/^seed 1: \d+ violations?, digest [0-9a-f]{16}\n {2}content \(archive, 2026-/m);
  expect(stderr).toContain(
    "  again: npm run simulate -- --seeds 1 --first-seed 1 --plant position-not-counted --verbose\n",
  );
  expect(stdout).toMatch(/^1 seed from 1: \d+ violations, digest/);
});

test("a seed whose run breaks off is a failing seed, and the others are run", () => {
  const find = "const violations = new Violations();";
  const plant = {
    ...{ name: "breaks-off", what: "", by: "end", file: "simulation/world/world.ts", find },
    replace: `${find} if (spec.seed === 6) throw new Error("planted");`,
  };
  const script = `
    import("./simulation/pool.ts").then(async ({ runSeeds }) => {
      const options = { firstSeed: 5, seeds: 2, workers: 1, onResult: () => true, plant: ${JSON.stringify(plant)} };
      process.stdout.write(JSON.stringify(await runSeeds(options)));
    });`;
  const results = JSON.parse(
    execFileSync(process.execPath, ["-"], { input: script, encoding: "utf8" }),
  ) as SeedResult[];
  expect(results.map(({ seed, violations }) => [seed, violations.map(({ invariant }) => invariant)])).toEqual([
    [5, []],
    [6, ["end"]],
  ]);
  expect(results[1]!.violations[0]!.detail).toMatch(/^Error: planted\n/);
});

test("a failure says how many more violations there were", () => {
  const violation = { invariant: "lost", backend: "archive", atMs: 0, detail: "0:1:0" } as const;
  const counts = { kinesisRecords: 0, records: 0, invocations: 0, faults: 0, failed: 0, elapsedMs: 0 };
  expect(describeFailure({ seed: 7, digest: "abc", violations: [violation], violationCount: 3, counts }))
    .toBe(`seed 7: 3 violations, digest abc
  lost (archive, 1970-01-01T00:00:00.000Z): 0:1:0
  and 2 more
  again: npm run simulate -- --seeds 1 --first-seed 7 --verbose
`);
  expect(describeFailure({ seed: 7, digest: "abc", violations: [], violationCount: 1, counts }, "one-too-far"))
    .toBe(`seed 7: 1 violation, digest abc
  and 1 more
  again: npm run simulate -- --seeds 1 --first-seed 7 --plant one-too-far --verbose
`);
});

test.each([
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const)("%s ends a run with one line of what was done", async (signal, code) => {
  const child = spawn(process.execPath, [SIMULATE, "--seeds", "1000000", "--first-seed", "40", "--verbose"]);
  let err = "";
  child.stderr.on("data", (text: Buffer) => (err += text.toString()));
  // The first line of the first seed: it is under way.
  child.stdout.once("data", () => child.kill(signal));
  const [status] = (await once(child, "close")) as [number | null];
  expect(err).toMatch(/^ended after \d+ seeds? of 1000000: 0 violations\n$/);
  expect(status).toBe(code);
});

test("a reader that goes away ends a run without a word", async () => {
  const child = spawn(process.execPath, [SIMULATE, "--seeds", "1000000", "--verbose"]);
  let err = "";
  child.stderr.on("data", (text: Buffer) => (err += text.toString()));
  child.stdout.once("data", () => child.stdout.destroy());
  const [status] = (await once(child, "close")) as [number | null];
  expect([status, err]).toEqual([141, ""]);
});

test.each([
  [["--seeds", "0"], "It is a whole number from 1."],
  [["--first-seed", "9007199254740991", "--seeds", "2"], "the last seed is above 2^53 - 1"],
  [["--plant", "nothing"], "Known defects: position-not-counted, "],
])("a wrong command line is told, with exit code 2: %j", (args, message) => {
  const { status, stderr } = simulate(...args);
  expect([status, stderr.includes(message), stderr.split("\n").length]).toEqual([2, true, 2]);
});

function simulate(...args: readonly string[]) {
  return spawnSync(process.execPath, [SIMULATE, ...args], { encoding: "utf8" });
}
