/** Ten thousand small invocations, and what memory they took. */
import { writeFileSync } from "node:fs";
import { residentMemory } from "../../local/lambda/memory.ts";
import type { StandIns } from "../stand-ins/stand-ins.ts";
import type { Contender } from "./contender.ts";
import type { EventSet } from "./events.ts";
import { type FlatnessResult, isFlat, PARTS } from "./flatness.ts";
import { Entrant } from "./measure.ts";

/** Makes Linux forget the highest resident memory of a process. https://man7.org/linux/man-pages/man5/proc_pid_clear_refs.5.html */
const FORGET_PEAK = "5";
const KB_PER_MB = 1024;

/** What the pass needs. */
export interface MemoryPassOptions {
  readonly contender: Contender;
  readonly standIns: StandIns;
  readonly memoryMb: number;
  /** Small events, sent again and again. */
  readonly set: EventSet;
  /** Rounded up to whole tenths of whole sets. */
  readonly invocations: number;
  readonly signal: AbortSignal;
  readonly onPart: (part: number) => void;
}

/** Invokes a contender so often, with the processor's share lifted and its memory held; contents are verified after each set. */
export async function memoryPass(options: MemoryPassOptions): Promise<FlatnessResult> {
  const { contender, standIns, memoryMb, set, signal } = options;
  const entrant = new Entrant({ contender, size: { memoryMb, limitProcessor: false }, standIns, signal });
  const setsInPart = Math.ceil(options.invocations / PARTS / set.events.length);
  const peakMb: number[] = [];
  let [records, failed] = [0, 0];
  try {
    const { pid } = entrant.function;
    for (let part = 1; part <= PARTS; part++) {
      options.onPart(part);
      writeFileSync(`/proc/${pid}/clear_refs`, FORGET_PEAK);
      for (let round = 0; round < setsInPart; round++) {
        const done = await entrant.run(set);
        records += done.records;
        failed += done.failed;
      }
      peakMb.push(Math.ceil((residentMemory(pid)?.peakKb ?? 0) / KB_PER_MB));
    }
    const invocations = PARTS * setsInPart * set.events.length;
    return {
      ...{ invocations, recordsPerInvocation: records / invocations, failed, peakMb },
      overallMb: Math.max(entrant.function.peakMb, ...peakMb),
      flat: isFlat(peakMb),
    };
  } finally {
    await entrant.close();
  }
}
