import { KinesisServiceException } from "@aws-sdk/client-kinesis";
import type { KinesisClient } from "@aws-sdk/client-kinesis";
import { parseSequenceNumber } from "../../../model/stream/sequence-number.ts";
import { CALLS, send } from "./calls.ts";
import type { Call, Memory } from "./calls.ts";

/** One answer with everything that differs from run to run replaced: fields by path, or the error. */
export interface Outcome {
  readonly call: Call;
  readonly fields: ReadonlyMap<string, string>;
  readonly failed: boolean;
}

/** Makes all calls in order. `settle` waits until the server has done what takes it time. */
export async function runCalls(client: KinesisClient, settle: () => Promise<void>): Promise<readonly Outcome[]> {
  const memory: Memory = { sequenceNumber: "", shardId: "", iterator: "" };
  const outcomes: Outcome[] = [];
  for (const call of CALLS) {
    outcomes.push(await runCall(client, call, memory));
    if (/^(Create|Delete|Split|Merge|Update)/.test(call.operation)) await settle();
  }
  return outcomes;
}

async function runCall(client: KinesisClient, call: Call, memory: Memory): Promise<Outcome> {
  const fields = new Map<string, string>();
  try {
    const { $metadata, ...answer } = await send(client, call.operation, call.input(memory));
    remember(answer, call, memory);
    fields.set("status", String($metadata.httpStatusCode));
    flatten(answer, "", fields);
    return { call, fields, failed: false };
  } catch (error) {
    if (!(error instanceof KinesisServiceException)) throw error;
    fields.set("error", error.name);
    fields.set("message", normal(error.message));
    fields.set("status", String(error.$metadata.httpStatusCode));
    return { call, fields, failed: true };
  }
}

function remember(answer: Record<string, unknown>, { operation }: Call, memory: Memory): void {
  const { SequenceNumber, ShardId, ShardIterator, NextShardIterator } = answer as Record<string, string | undefined>;
  if (operation === "PutRecord") [memory.sequenceNumber, memory.shardId] = [SequenceNumber!, ShardId!];
  memory.iterator = ShardIterator ?? NextShardIterator ?? memory.iterator;
}

function flatten(value: unknown, path: string, fields: Map<string, string>): void {
  if (value === undefined) return;
  if (value instanceof Date) fields.set(path, "a time");
  else if (value instanceof Uint8Array) fields.set(path, Buffer.from(value).toString("base64"));
  else if (Array.isArray(value)) {
    fields.set(`${path}.length`, String(value.length));
    value.forEach((item, index) => flatten(item, `${path}.${index}`, fields));
  } else if (typeof value === "object" && value !== null) {
    for (const [key, item] of Object.entries(value)) flatten(item, path === "" ? key : `${path}.${key}`, fields);
  } else if (path === "MillisBehindLatest") fields.set(path, value === 0 ? "none" : "some");
  else if (path.endsWith("ShardIterator")) fields.set(path, "an iterator");
  else fields.set(path, normal(String(value)));
}

/** Replaces sequence numbers by what they say of shard and place, and times. */
function normal(text: string): string {
  return text
    .replace(/\d{56}/g, (digits) => {
      const parsed = parseSequenceNumber(digits);
      if (parsed === undefined) return digits;
      const { shard, index, shardCreatedSeconds, arrivalSeconds } = parsed;
      const start = index === 0 && arrivalSeconds === shardCreatedSeconds;
      return `number of shard ${shard}, ${start ? "start" : index >= 2 ** 62 ? "end" : "record"}`;
    })
    .replace(/currentTimestampInMillis: \d+/, "currentTimestampInMillis: a time");
}

/** A field in which two answers differ. `field` has no array indexes. */
export interface Found {
  readonly operation: string;
  readonly call: string;
  readonly field: string;
  readonly ours: string | undefined;
  readonly theirs: string | undefined;
}

/** Every field in which the answers differ: only `answer` where one is an error, and only its length for a list of another length. */
export function compare(ours: readonly Outcome[], theirs: readonly Outcome[]): readonly Found[] {
  return ours.flatMap((own, index) => {
    const other = theirs[index]!;
    const { operation, title: call } = own.call;
    if (own.failed !== other.failed) {
      const text = ({ fields }: Outcome) => fields.get("message") ?? "success";
      return [{ operation, call, field: "answer", ours: text(own), theirs: text(other) }];
    }
    const paths = new Set([...own.fields.keys(), ...other.fields.keys()]);
    const differing = [...paths].filter((path) => own.fields.get(path) !== other.fields.get(path));
    const unequalLists = differing.filter((path) => path.endsWith(".length")).map((path) => path.slice(0, -6));
    const telling = differing.filter(
      (path) => path.endsWith(".length") || !unequalLists.some((list) => path.startsWith(list)),
    );
    return telling.map((path) => ({
      operation,
      call,
      field: path.replace(/\.\d+(?=\.|$)/g, ""),
      ours: own.fields.get(path),
      theirs: other.fields.get(path),
    }));
  });
}
