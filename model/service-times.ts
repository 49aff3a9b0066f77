/** What an invocation costs in time: processor times as measured in the bench's cage of 256 MB, waits as assumed. */
import measured from "./service-times.json" with { type: "json" };

/** What one invocation costs in time. */
export interface ServiceTime {
  /** Processor time of one log record on a whole processor, in microseconds. */
  readonly cpuMicrosPerRecord: number;
  /** Processor time of one invocation beside its records', in milliseconds. */
  readonly cpuMsPerInvocation: number;
  /** Time that an invocation waits for its backend without working, in milliseconds. */
  readonly waitMsPerInvocation: number;
}

/** Service times of what is priced and simulated. */
export interface ServiceTimes {
  readonly archive: ServiceTime;
  readonly warehouse: ServiceTime;
  /** A backend of one's own, of which nothing is known: taken for a warehouse. */
  readonly other: ServiceTime;
  /** A warehouse over insertAll with the official client. */
  readonly insertAll: ServiceTime;
}

/** What `model/service-times.json` holds of each; `npm run bench -- archive --publish` and `-- warehouse --publish` write it. */
export interface MeasuredTime {
  readonly cpuMicrosPerRecord: number;
  readonly cpuMsPerInvocation: number;
  /** Which run measured it. */
  readonly source: string;
}

/** The whole file. */
export type MeasuredTimes = Readonly<Record<"archive" | "warehouse" | "insertAll", MeasuredTime>>;

/** What is measured, with its sources. */
export const MEASURED_TIMES: MeasuredTimes = measured;

/** Guesses, which no bench on loopback can replace: a PUT within the region; an acknowledged append in another cloud. */
const WAIT_MS = { archive: 60, warehouse: 150 } as const;

/** The published service times. */
export const SERVICE_TIMES: ServiceTimes = {
  archive: withWait(measured.archive, WAIT_MS.archive),
  warehouse: withWait(measured.warehouse, WAIT_MS.warehouse),
  other: withWait(measured.warehouse, WAIT_MS.warehouse),
  insertAll: withWait(measured.insertAll, WAIT_MS.warehouse),
};

function withWait({ cpuMicrosPerRecord, cpuMsPerInvocation }: MeasuredTime, waitMsPerInvocation: number): ServiceTime {
  return { cpuMicrosPerRecord, cpuMsPerInvocation, waitMsPerInvocation };
}
