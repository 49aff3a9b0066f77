/** How a backend's mapping cuts a steady load into invocations. Pure. */
import { MAX_EVENT_BYTES } from "../../contract/limits.ts";
import { EventEncoder } from "../event-source/event.ts";
import { DEFAULT_TIMINGS } from "../event-source/settings.ts";
import { laneCount } from "../capacity.ts";
import type { PricedBackend } from "./configuration.ts";
import type { StreamTraffic, WireFormat } from "./load.ts";

/** Memory that brings one whole processor, in MB. https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html */
const MB_PER_PROCESSOR = 1769;

/** A backend's invocations, in the mean. */
export interface Invocations {
  readonly perSecond: number;
  /** Log records in one. */
  readonly logRecords: number;
  readonly seconds: number;
  /** Share of the time that a lane is busy; a backend above 1 falls behind. */
  readonly laneBusy: number;
}

/** Events as long as a stack's own: names of usual length. */
const EVENTS = new EventEncoder({
  eventSourceArn: "arn:aws:kinesis:us-east-1:123456789012:stream/sluice-production-player-log",
  region: "us-east-1",
  invokeIdentityArn: "arn:aws:iam::123456789012:role/sluice-production-warehouse-function",
});
const EMPTY_RECORD_BYTES = EVENTS.recordBytes("shardId-000000000000", {
  sequenceNumber: "49590338271490256608559692538361571095921575989136588898",
  partitionKey: "",
  data: new Uint8Array(0),
  arrivalMs: 1_767_225_600_123,
});

/** Bytes that one Kinesis record takes in an event, in base64. */
export function eventRecordBytes({ recordBytes, partitionKeyBytes }: StreamTraffic): number {
  return EMPTY_RECORD_BYTES + partitionKeyBytes + 4 * Math.ceil(recordBytes / 3);
}

/** Bytes of an event that its records may take. */
export const EVENT_RECORDS_BYTES = MAX_EVENT_BYTES - EVENTS.envelopeBytes;

/** Kinesis records that one event holds: 6 MB, each record in base64. */
export function recordsPerEvent(traffic: StreamTraffic): number {
  return Math.max(1, Math.floor(EVENT_RECORDS_BYTES / eventRecordBytes(traffic)));
}

/** Processors that a function's one thread has: more than one make its work no shorter. */
export function processorShare(memoryMb: number): number {
  return Math.min(1, memoryMb / MB_PER_PROCESSOR);
}

/**
 * A batch begins with its first record and takes in what arrives within the batch window, or until the next poll, up to the
 * batch size and the event's 6 MB. All KPL aggregates have one partition key, so a shard of them is one lane.
 */
export function invocationsOf(
  backend: PricedBackend,
  traffic: StreamTraffic,
  format: WireFormat,
  shards: number,
): Invocations {
  const lanes = laneCount(shards, format === "plain" ? backend.parallelizationFactor : 1);
  const laneRate = traffic.recordsPerSecond / lanes;
  const poll = (backend.fanOut ? DEFAULT_TIMINGS.fanOutPollMs : DEFAULT_TIMINGS.idlePollMs) / 1000;
  const gathered = 1 + laneRate * Math.max(backend.batchWindowSeconds, poll);
  const batch = Math.min(gathered, backend.batchSize, recordsPerEvent(traffic));
  const logRecords = batch * traffic.logRecords;
  const { cpuMicrosPerRecord, cpuMsPerInvocation, waitMsPerInvocation } = backend.serviceTime;
  const cpuSeconds = (logRecords * cpuMicrosPerRecord) / 1e6 + cpuMsPerInvocation / 1e3;
  const seconds = cpuSeconds / processorShare(backend.memoryMb) + waitMsPerInvocation / 1e3;
  return { perSecond: (laneRate / batch) * lanes, logRecords, seconds, laneBusy: (laneRate / batch) * seconds };
}
