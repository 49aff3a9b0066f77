/** How long an invocation takes, and what comes of it. */
import type { Random } from "../../contract/clock.ts";
import { APPEND_ROWS_MAX_BYTES } from "../../contract/limits.ts";
import { processorShare } from "../cost/batches.ts";
import { ARCHIVE_LINE_BYTES, ROW_BYTES } from "../cost/sluice-usage.ts";
import { waitOf } from "./draws.ts";
import type { Run } from "./record-kind.ts";
import type { FlowConsumer, FlowSink } from "./types.ts";

/** Size of record for which service times are measured. */
const MEASURED_RECORD_BYTES = 1024;
/** Tables that a batch's rows go to: one for each first digit of the player id. */
const TABLES = 16;
/** Quotas are held over a second: so much may come at once. */
const QUOTA_BURST_MS = 1000;

/** What a batch is for a function. */
export interface BatchLoad {
  readonly logRecords: number;
  /** Processor time on a whole processor, in milliseconds. */
  readonly cpuMs: number;
  /** Bytes to the sink before compression. */
  readonly sinkBytes: number;
  /** Requests to the sink. */
  readonly requests: number;
}

/** What came of an invocation. */
export interface InvocationPlan {
  readonly load: BatchLoad;
  readonly durationMs: number;
  readonly ok: boolean;
}

/** What a batch costs the function of a consumer and its sink. */
export function batchLoad(runs: readonly Run[], { service, sink }: Pick<FlowConsumer, "service" | "sink">): BatchLoad {
  const { cpuMicrosPerRecord, cpuMsPerInvocation, fixedShare } = service;
  const added = sink.kind === "rows" ? ROW_BYTES : ARCHIVE_LINE_BYTES;
  let logRecords = 0;
  let work = 0;
  let sinkBytes = 0;
  for (const { kind, count } of runs) {
    const records = count * kind.logRecords;
    logRecords += records;
    work += records * (fixedShare + ((1 - fixedShare) * kind.logRecordBytes) / MEASURED_RECORD_BYTES);
    sinkBytes += records * (kind.logRecordBytes + added);
  }
  const cpuMs = cpuMsPerInvocation + (work * cpuMicrosPerRecord) / 1000;
  return { logRecords, cpuMs, sinkBytes, requests: requestsOf(sink, logRecords, sinkBytes) };
}

/** An object; or an append for each table that has rows, more where its rows are above a request's limit. */
function requestsOf({ kind }: FlowSink, logRecords: number, sinkBytes: number): number {
  if (kind === "objects") return 1;
  const tables = Math.max(1, Math.min(TABLES, Math.round(logRecords)));
  return tables * Math.ceil(sinkBytes / tables / APPEND_ROWS_MAX_BYTES);
}

/** What stands behind a consumer's function: latency, quotas that all its invocations share, outages. */
export class FlowBackend {
  readonly #consumer: FlowConsumer;
  readonly #unit: Random;
  #bytesFreeMs = 0;
  #requestsFreeMs = 0;

  constructor(consumer: FlowConsumer, unit: Random) {
    this.#consumer = consumer;
    this.#unit = unit;
  }

  /** Plans an invocation that starts now, with `coldMs` before its handler. */
  invoke(runs: readonly Run[], coldMs: number, nowMs: number): InvocationPlan {
    const { memoryMb, sink, timeoutSeconds } = this.#consumer;
    const load = batchLoad(runs, this.#consumer);
    const workMs = load.cpuMs / processorShare(memoryMb);
    const sendMs = (load.sinkBytes / sink.connectionBytesPerSecond) * 1000;
    const waitMs = waitOf(sink.latency, this.#unit) + this.#quotaWait(load, nowMs);
    // Work and sending overlap: whichever is longer counts.
    const serviceMs = Math.max(workMs, sendMs) + waitMs;
    const outage = sink.outages.find(({ fromMs, toMs }) => nowMs < toMs && nowMs + coldMs + serviceMs > fromMs);
    const readyMs = outage === undefined ? serviceMs : Math.max(0, outage.toMs - nowMs) + waitMs;
    const timeoutMs = timeoutSeconds * 1000;
    const failed = readyMs > timeoutMs || (sink.failureRate > 0 && this.#unit() < sink.failureRate);
    return { load, durationMs: Math.ceil(coldMs + Math.min(readyMs, timeoutMs)), ok: !failed };
  }

  #quotaWait({ sinkBytes, requests }: BatchLoad, nowMs: number): number {
    const { quotaBytesPerSecond, quotaRequestsPerSecond } = this.#consumer.sink;
    this.#bytesFreeMs = Math.max(nowMs, this.#bytesFreeMs) + (sinkBytes / quotaBytesPerSecond) * 1000;
    this.#requestsFreeMs = Math.max(nowMs, this.#requestsFreeMs) + (requests / quotaRequestsPerSecond) * 1000;
    return Math.max(0, Math.max(this.#bytesFreeMs, this.#requestsFreeMs) - nowMs - QUOTA_BURST_MS);
  }
}
