/** Traces of a stream that is up: from its metrics, or from a sample alone. */
import type { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { DescribeStreamSummaryCommand, type KinesisClient } from "@aws-sdk/client-kinesis";
import type { Clock } from "../../../contract/clock.ts";
import { MINUTE_MS, TRACE_FORMAT, TRACE_VERSION, type Trace } from "../../../model/tuning/trace.ts";
import type { StackFacts } from "../../connect/stack-facts.ts";
import { CommandError } from "../../errors.ts";
import { type SampleFacts, type FactsOptions, sampleFacts } from "./sample-facts.ts";
import { ratesOf } from "./sample-rates.ts";
import { listShards } from "../shard-list.ts";
import { streamMetrics } from "./stream-metrics.ts";
import { type SampleLimits, type StreamSample, sampleStream } from "./stream-sample.ts";

/** A player id, which is the partition key: part of the bytes that Kinesis counts. */
const PARTITION_KEY_BYTES = 32;
const HOUR_MS = 3_600_000;

export interface StreamQuestion extends Pick<FactsOptions, "nameOf"> {
  readonly kinesis: Pick<KinesisClient, "send">;
  readonly facts: StackFacts;
  readonly clock: Clock;
  /** At the beginning of a minute. */
  readonly sinceMs: number;
  readonly untilMs: number;
  readonly sample: SampleLimits;
  /** Where it comes from, in words. */
  readonly source: string;
}

/** A trace, and what was read for it. */
export interface StreamObservation {
  readonly trace: Trace;
  readonly sample: StreamSample;
}

/** From CloudWatch: rates of everything; sizes and keys from the sample. */
export async function observeMetrics(
  question: StreamQuestion & { readonly cloudwatch: Pick<CloudWatchClient, "send"> },
): Promise<StreamObservation> {
  const { kinesis, facts, cloudwatch, sinceMs, untilMs, source } = question;
  const listed = await listShards(kinesis, facts.streamName);
  const shards = listed.map(({ id, startingHashKey, endingHashKey }) => ({ id, startingHashKey, endingHashKey }));
  const metrics = await streamMetrics({ cloudwatch, facts, shards, sinceMs, untilMs });
  const { sample, found } = await sampled(question);
  const logRecords = found?.logRecords ?? 1;
  return {
    sample,
    trace: {
      ...headOf(source, metrics.startMs, found),
      records: metrics.records.map((records) => Math.round(records * logRecords)),
      bytes: metrics.bytes.map((bytes, minute) =>
        found === undefined
          ? Math.max(0, bytes - metrics.records[minute]! * PARTITION_KEY_BYTES)
          : Math.round(bytes * found.logBytesPerByte),
      ),
      ...(metrics.throttled && { throttled: metrics.throttled }),
      ...(found && { keys: found.keys }),
      ...(metrics.shards.length > 0 && { shards: metrics.shards }),
      backends: metrics.backends,
    },
  };
}

/** From the stream alone. Throws a CommandError where the sample is empty. */
export async function observeStream(question: StreamQuestion): Promise<StreamObservation> {
  const { facts, untilMs, source } = question;
  const { sample, found, shards, sinceMs } = await sampled(question);
  if (found === undefined) {
    throw new CommandError(`the sample of stream ${facts.streamName} holds no record`, {
      hint: "--sample and --since say what is looked at; what retention has taken away is gone.",
    });
  }
  const rates = ratesOf(sample.pages, shards, sinceMs, untilMs);
  return {
    sample,
    trace: {
      ...headOf(source, rates.startMs, found),
      records: rates.records.map((kinesisRecords) => Math.round(kinesisRecords * found.logRecords)),
      bytes: rates.bytes.map((bytes) => Math.round(bytes * found.logBytesPerByte)),
      keys: found.keys,
    },
  };
}

/** What was looked at. */
interface Sampled {
  readonly sample: StreamSample;
  readonly found: SampleFacts | undefined;
  /** How many shards were open in the span. */
  readonly shards: number;
  /** From when on there was anything to look at. */
  readonly sinceMs: number;
}

async function sampled({
  kinesis,
  facts,
  clock,
  sinceMs: askedMs,
  sample: limits,
  nameOf,
}: StreamQuestion): Promise<Sampled> {
  const { streamName, record } = facts;
  const { StreamDescriptionSummary: summary } = await kinesis.send(
    new DescribeStreamSummaryCommand({ StreamName: streamName }),
  );
  const { StreamCreationTimestamp, RetentionPeriodHours } = summary!;
  const keptMs = clock.now() - RetentionPeriodHours! * HOUR_MS;
  const sinceMs = Math.max(askedMs, keptMs, StreamCreationTimestamp!.getTime());
  const listed = await listShards(kinesis, streamName, new Date(sinceMs));
  const sample = await sampleStream({ kinesis, streamName, listed, clock, sinceMs, ...limits });
  const found = sampleFacts(sample.pages, { playerIdField: record.playerIdField, nameOf });
  return { sample, found, shards: listed.length, sinceMs };
}

function headOf(source: string, startMs: number, found: SampleFacts | undefined) {
  return {
    format: TRACE_FORMAT,
    version: TRACE_VERSION,
    source,
    startsAt: new Date(Math.floor(startMs / MINUTE_MS) * MINUTE_MS).toISOString(),
    wireFormat: found?.wireFormat ?? "plain",
  } as const;
}
