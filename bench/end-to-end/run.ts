import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Report, reportSchema } from "../../cli/report/schema.ts";
import { ProcessorTimes } from "./processor-times.ts";
import { type EndToEndRun, throughBoth } from "./result.ts";

const LAUNCHER = join(import.meta.dirname, "../../bin/sluice.mjs");
/** How often processor times are looked at, in milliseconds. */
const LOOK_MS = 100;

/** One way to run `sluice local`. */
export interface RunPlan {
  readonly name: string;
  readonly options: readonly string[];
}

/** Runs `sluice local` as a user does, in a temporary folder. An Error if it leaves no report. */
export async function runLocally({ name, options }: RunPlan, records: number, seed: number): Promise<EndToEndRun> {
  const folder = mkdtempSync(join(tmpdir(), "sluice-end-to-end-"));
  try {
    const asked = [...options, "--records", String(records), "--seed", String(seed)];
    const reportFile = join(folder, "report.json");
    const startedMs = performance.now();
    const child = spawn(process.execPath, [LAUNCHER, "local", ...asked, "--data", folder, "--report", reportFile], {
      stdio: ["ignore", "ignore", "inherit"],
    });
    const times = new ProcessorTimes(child.pid!);
    const looking = setInterval(() => times.look(), LOOK_MS);
    const exitCode = await new Promise<number | null>((resolve) => child.on("exit", resolve)).finally(() =>
      clearInterval(looking),
    );
    const wallSeconds = (performance.now() - startedMs) / 1000;
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
      ...(processorTime.length === 0 ? {} : { processorTime }),
      exitCode,
      audit: report.audit,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
