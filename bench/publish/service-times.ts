/** The cost model's service times, from a run in the cage. Pure. */
import type { MeasuredTime, MeasuredTimes } from "../../model/service-times.ts";
import { SLUICE } from "../cage/contender.ts";
import type { CageResult } from "../cage/result.ts";
import { describeMachine } from "../machine.ts";

/** The file's content with what a run has measured: Sluice's backend, and with the warehouse insertAll as one would write it today. */
export function withServiceTimes(times: MeasuredTimes, result: CageResult): MeasuredTimes {
  const sluice = measured(result, SLUICE);
  if (result.backend === "archive") return { ...times, archive: sluice ?? times.archive };
  return {
    ...times,
    warehouse: sluice ?? times.warehouse,
    insertAll: measured(result, "today") ?? times.insertAll,
  };
}

/** Tenths are more than such a measurement can tell. */
function measured({ contenders, command, machine }: CageResult, name: string): MeasuredTime | undefined {
  const time = contenders.find((each) => each.name.startsWith(name))?.time;
  if (time === undefined) return undefined;
  return {
    cpuMicrosPerRecord: Number(time.cpuMicrosPerRecord.toFixed(1)),
    cpuMsPerInvocation: Number(time.cpuMsPerInvocation.toFixed(1)),
    source: `\`${command}\`, ${describeMachine(machine)}`,
  };
}
