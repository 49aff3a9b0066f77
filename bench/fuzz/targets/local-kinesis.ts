import type { Clock } from "../../../contract/clock.ts";
import { Dispatcher } from "../../../local/kinesis/dispatch.ts";
import { OPERATIONS } from "../../../local/kinesis/operations/index.ts";
import { StreamRegistry } from "../../../local/kinesis/registry.ts";
import { CBOR_WIRE, JSON_WIRE } from "../../../local/kinesis/wire.ts";
import type { Wire } from "../../../local/kinesis/wire.ts";
import { ARRIVED_MS } from "../event.ts";
import { bytesFrom } from "../inputs/bytes.ts";
import { JSON_TOKENS } from "../inputs/json.ts";
import { claim } from "../target.ts";
import type { FuzzTarget } from "../target.ts";

const NAMES = [...Object.keys(OPERATIONS), "SubscribeToShard", "Nonsense"];
const MEMBERS = [...new Set(Object.values(OPERATIONS).flatMap(({ members }) => Object.keys(members)))];
const ARN = "arn:aws:kinesis:us-east-1:000000000000:stream/log";
const VALUES = [
  "log",
  ARN,
  "shardId-000000000000",
  "LATEST",
  "TRIM_HORIZON",
  "AT_TIMESTAMP",
  "ZGF0YQ==",
  "0",
  "1e400",
  "-1",
];
const CALLS: readonly (readonly [string, object])[] = [
  ["PutRecord", { StreamName: "log", Data: "ZGF0YQ==", PartitionKey: "k" }],
  ["PutRecords", { StreamARN: ARN, Records: [{ Data: "", PartitionKey: "k", ExplicitHashKey: "1" }] }],
  ["GetShardIterator", { StreamName: "log", ShardId: "shardId-000000000000", ShardIteratorType: "TRIM_HORIZON" }],
  ["GetRecords", { ShardIterator: "AAAA", Limit: 10 }],
  ["ListShards", { StreamName: "log", MaxResults: 1 }],
  ["CreateStream", { StreamName: "other", ShardCount: 2 }],
  ["UpdateShardCount", { StreamName: "log", TargetShardCount: 2, ScalingType: "UNIFORM_SCALING" }],
  ["AddTagsToStream", { StreamName: "log", Tags: { a: "b" } }],
];
/** An operation's number as one byte, then the body. */
const call = (wire: Wire, name: string, input: object): Buffer => {
  return Buffer.concat([Buffer.of(NAMES.indexOf(name)), wire.encode(input)]);
};

function kinesisTarget(name: string, wire: Wire): FuzzTarget {
  const tokens = [...MEMBERS, ...VALUES].map((text) => wire.encode(text));
  return {
    name,
    group: "local cloud",
    claim:
      "the local Kinesis answers any body of any operation with an answer of the API, and takes records afterwards",
    share: 0.05,
    inputs: bytesFrom({
      seeds: CALLS.map(([operation, input]) => call(wire, operation, input)),
      tokens: [...tokens, ...(wire === JSON_WIRE ? JSON_TOKENS : CBOR_TOKENS)],
    }),
    start() {
      let nowMs = ARRIVED_MS;
      const clock: Clock = { now: () => nowMs, after: () => () => undefined };
      let streams: StreamRegistry;
      let dispatcher: Dispatcher;
      const begin = (): void => {
        streams = new StreamRegistry({ accountId: "000000000000", region: "us-east-1" });
        streams.create({ name: "log", shardCount: 1 }, nowMs);
        dispatcher = new Dispatcher(clock, streams);
      };
      begin();
      return {
        run(input) {
          const operation = NAMES[(input[0] ?? 0) % NAMES.length]!;
          const answer = dispatcher.answer(`Kinesis_20131202.${operation}`, wire, input.subarray(1));
          if (answer.kind === "events") return;
          const message = answer.status === 200 ? "" : answer.body.toString("latin1");
          claim([200, 400].includes(answer.status), `${operation} answers ${answer.status} ${message}`);
        },
        checkWorks() {
          // Later the shard takes records again, and what a request has begun is done.
          nowMs += 60_000;
          if (streams.get("log", nowMs) === undefined) begin();
          const put = dispatcher.answer("Kinesis_20131202.PutRecord", wire, wire.encode(CALLS[0]![1]));
          claim(put.kind === "body" && put.status === 200, "takes a good record");
        },
      };
    },
  };
}

/** Heads of CBOR's items: lengths and nestings that are not kept. */
const CBOR_TOKENS = [
  [0xa1],
  [0xbf],
  [0x9f],
  [0xff],
  [0x5f],
  [0x7f],
  [0xc1],
  [0xfb],
  [0x1b],
  [0x9b, 0xff],
  [0x5a, 0xff],
  [0xf6],
  [0x40],
  [0xd9],
].map((bytes) => Uint8Array.from(bytes));

export const kinesisJson = kinesisTarget("local-kinesis-json", JSON_WIRE);
export const kinesisCbor = kinesisTarget("local-kinesis-cbor", CBOR_WIRE);
