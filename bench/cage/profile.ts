/** Looks at what takes a function's processor time, in a pass of its own. */
import { readFileSync, rmSync } from "node:fs";
import { SourceMap, type SourceMapPayload } from "node:module";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { CommandError } from "../../cli/errors.ts";
import type { StandIns } from "../stand-ins/stand-ins.ts";
import type { CagedFunction } from "./caged-function.ts";
import type { Contender } from "./contender.ts";
import type { EventSet } from "./events.ts";
import { Entrant } from "./measure.ts";
import { threadNanos } from "./process-time.ts";
import { type Profile, type SourceOf, type StageTimes, stagesOfProfile, stagesOfThreads } from "./stages.ts";

/** Linux counts threads' time in hundredths of a second: several runs make that fine enough. */
const RUNS = 4;
const POLL_MS = 20;
const PATIENCE_MS = 30_000;

/** What the pass needs. */
export interface ProfileOptions {
  readonly contender: Contender;
  readonly standIns: StandIns;
  readonly memoryMb: number;
  readonly warmUp: EventSet;
  readonly set: EventSet;
  readonly signal: AbortSignal;
}

/**
 * Runs a contender some times over a set under V8's sampling profiler, in the memory of its cage and with the processor's share lifted, so
 * that samples are spaced by processor time. Gives microseconds by stage, all records together, verified like any run.
 */
export async function profiled(options: ProfileOptions): Promise<StageTimes> {
  const { contender, standIns, memoryMb, signal } = options;
  const size = { memoryMb, limitProcessor: false };
  const entrant = new Entrant({ contender, size, standIns, signal, profiler: true });
  try {
    await entrant.warmUp(options.warmUp);
    const { pid } = entrant.function;
    await answerOf(entrant.function, "started");
    const before = threadNanos(pid);
    for (let run = 0; run < RUNS; run++) await entrant.run(options.set);
    const after = threadNanos(pid);
    const profile = JSON.parse(await answerOf(entrant.function, "profile.json")) as Profile;
    let mainMicros = 0;
    const others = new Map<string, number>();
    for (const [id, { name, nanos }] of after) {
      const micros = (nanos - (before.get(id)?.nanos ?? 0)) / 1000;
      if (name === "main") mainMicros = micros;
      else others.set(name, (others.get(name) ?? 0) + micros);
    }
    return stagesOfThreads(mainMicros, stagesOfProfile(profile, sourcesOf(entrant.bundle.sourceMap)), others);
  } finally {
    await entrant.close();
  }
}

/** Sends SIGUSR2 and waits for the file that answers it; see profiler.mjs. */
async function answerOf({ pid, folder }: CagedFunction, name: string): Promise<string> {
  const file = join(folder, name);
  process.kill(pid, "SIGUSR2");
  for (let waited = 0; waited < PATIENCE_MS; waited += POLL_MS) {
    await sleep(POLL_MS);
    try {
      const text = readFileSync(file, "utf8");
      rmSync(file);
      return text;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
  }
  throw new CommandError(`the profiler of a function did not answer within ${PATIENCE_MS / 1000} s`);
}

function sourcesOf(sourceMap: string): SourceOf {
  const map = new SourceMap(JSON.parse(sourceMap) as SourceMapPayload);
  return (line, column) => {
    const entry = map.findEntry(line, column);
    return "originalSource" in entry ? entry.originalSource : undefined;
  };
}
