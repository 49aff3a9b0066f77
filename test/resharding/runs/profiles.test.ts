/** Trace and advice as a user gets them, for a log file and for each profile: the advice meets the objective, the next cheaper design does not. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runCommandLine } from "../../../cli/program.ts";
import { demandOf } from "../../../model/tuning/demand.ts";
import { DEFAULT_GRID, type Design } from "../../../model/tuning/design.ts";
import { hotKeys, withoutHotKeys } from "../../../model/tuning/hot-keys.ts";
import { type Failure, judgedStretch, runDesign } from "../../../model/tuning/outcome.ts";
import { designUsd } from "../../../model/tuning/price.ts";
import { type Problem, defaultStack } from "../../../model/tuning/problem.ts";
import { parseTrace } from "../../../model/tuning/trace-schema.ts";

interface CandidateJson extends Design {
  readonly usd: number;
  readonly oldestSeconds: number;
  readonly failures: readonly Failure[];
}

interface AdviceJson {
  readonly meets: boolean;
  readonly best: CandidateJson;
  readonly nextCheaper: CandidateJson;
  readonly hotKeys: readonly { readonly key: string }[];
}

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "sluice-profiles-"))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function tune(...args: string[]): Promise<string> {
  let out = "";
  let told = "";
  const stdout = { write: (text: string) => ((out += text), true) } as unknown as NodeJS.WritableStream;
  const stderr = { write: (text: string) => ((told += text), true) } as unknown as NodeJS.WritableStream;
  const code = await runCommandLine(["tune", ...args], { stdout, stderr });
  if (code !== 0) throw new Error(`${code}: ${told}`);
  return out;
}

const FILE = "test/fixtures/producers/payloads.ndjson";

test.each<[string, readonly string[], number]>([
  ["a log file, steady", ["--input", FILE, "--rate", "900"], 0],
  ["a log file in a daily wave", ["--input", FILE, "--rate-profile", "daily:900"], 0],
  ["steady", ["--rate", "900"], 0],
  ["daily", ["--rate-profile", "daily:1400:0.5"], 0],
  ["spike", ["--rate-profile", "spike:200:5:20", "--record-size", "800"], 0],
  ["growth", ["--rate-profile", "growth:1000:2"], 0],
  ["hot key", ["--rate", "900", "--hot-key", "90%"], 1],
  ["aggregates", ["--rate", "1500", "--format", "kpl"], 0],
])("%s", async (_, args, keys) => {
  const file = join(folder, "trace.json");
  await tune("trace", ...args, "--duration", "1h", "--starts-at", "2026-11-02T18:30:00Z", "--out", file);
  const {
    best,
    hotKeys: named,
    meets,
    nextCheaper,
  } = JSON.parse(await tune("advise", "--trace", file, "--json")) as AdviceJson;
  expect([meets, named.length]).toEqual([true, keys]);

  // Both again, from what was printed.
  const demand = demandOf(parseTrace(readFileSync(file, "utf8")));
  const hot = hotKeys(demand, 1.5);
  const problem: Problem = {
    ...{ demand: withoutHotKeys(demand, hot), stack: defaultStack(), grid: DEFAULT_GRID, seed: 1 },
    objective: { maxAgeSeconds: 60, headroom: 1.5 },
  };
  const simulated = ({ shards, backends }: Design) => {
    const design = { shards, backends };
    const { failures, maxAgeSeconds } = runDesign(problem, design, { stretch: judgedStretch(problem, shards) });
    return { failures, oldestSeconds: maxAgeSeconds, usd: designUsd(problem, design) };
  };
  expect(simulated(best)).toEqual({
    failures: [],
    oldestSeconds: best.oldestSeconds,
    usd: expect.closeTo(best.usd, 6),
  });
  expect(best.oldestSeconds).toBeLessThanOrEqual(60);
  expect(simulated(nextCheaper).failures).toEqual(nextCheaper.failures);
  expect(nextCheaper.failures.length).toBeGreaterThan(0);
  expect(nextCheaper.usd).toBeLessThan(best.usd);
});
