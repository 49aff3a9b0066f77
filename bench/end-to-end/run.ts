import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { type Report, reportSchema } from "../../cli/report/schema.ts";
import { ProcessorTimes } from "./processor-times.ts";
import { type EndToEndRun, type ProcessorTime, throughBoth } from "./result.ts";

const LAUNCHER = join(import.meta.dirname, "../../bin/sluice.mjs");
/** How often processor times are looked at, in milliseconds. */
const LOOK_MS = 100;

/** One way to run `sluice local`. */
export interface RunPlan {
  readonly name: string;
  readonly options: readonly string[];
}

/** The log that a run sends. */
export interface GeneratedLog {
  readonly records: number;
  readonly seed: number;
}

/** Runs `sluice local` as a user does, in a temporary folder. An Error if it leaves no report; `undefined` when the signal ended it. */
export async function runLocally(
  { name, options }: RunPlan,
  { records, seed }: GeneratedLog,
  signal: AbortSignal,
): Promise<EndToEndRun | undefined> {
  if (signal.aborted) return undefined;
  const folder = mkdtempSync(join(tmpdir(), "sluice-end-to-end-"));
  try {
    const asked = [...options, "--records", String(records), "--seed", String(seed)];
    const reportFile = join(folder, "report.json");
    const startedMs = performance.now();
    const busyBefore = busySeconds();
    const child = spawn(process.execPath, [LAUNCHER, "local", ...asked, "--data", folder, "--report", reportFile], {
      stdio: ["ignore", "ignore", "inherit"],
    });
    const times = new ProcessorTimes(child.pid!);
    const looking = setInterval(() => times.look(), LOOK_MS);
    const stop = (): void => void child.kill("SIGTERM");
    signal.addEventListener("abort", stop);
    const exitCode = await new Promise<number | null>((resolve) => child.on("exit", resolve));
    clearInterval(looking);
    signal.removeEventListener("abort", stop);
    if (signal.aborted) return undefined;
    const wallSeconds = (performance.now() - startedMs) / 1000;
    const busy = busySeconds() - busyBefore;
    if (!existsSync(reportFile)) throw new Error(`${name}: sluice local ended with ${exitCode}, without a report`);
    const report: Report = reportSchema.parse(JSON.parse(readFileSync(reportFile, "utf8")));
    const processorTime = times.byRole();
    return {
      name,
      command: `npm start -- ${asked.join(" ")}`,
      shards: report.stream.shards,
      limits: report.stream.limits,
      records,
      recordBytes: report.input.bytes / report.input.accepted,
      putsPerSecond: report.input.recordsPerSecond,
      delivery: report.delivery,
      throughBoth: throughBoth(report.delivery),
      wallSeconds,
      ...(processorTime.length === 0
        ? {}
        : { processorTime, othersShare: othersShare(busy, processorTime, wallSeconds) }),
      exitCode,
      audit: report.audit,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Processor seconds that the whole machine has spent since it started. */
function busySeconds(): number {
  return cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0) / 1000;
}

function othersShare(busy: number, own: readonly ProcessorTime[], wallSeconds: number): number {
  const ownSeconds = own.reduce((sum, { seconds }) => sum + seconds, 0);
  return Math.max(0, busy - ownSeconds) / (wallSeconds * cpus().length);
}
