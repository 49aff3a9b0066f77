import { createHash } from "node:crypto";
import protobuf from "protobufjs";

// https://github.com/awslabs/amazon-kinesis-producer/blob/master/aggregation-format.md
const { root } = protobuf.parse(`
  syntax = "proto2";
  message AggregatedRecord {
    repeated string partition_key_table = 1;
    repeated string explicit_hash_key_table = 2;
    repeated Record records = 3;
  }
  message Tag {
    required string key = 1;
    optional string value = 2;
  }
  message Record {
    required uint64 partition_key_index = 1;
    optional uint64 explicit_hash_key_index = 2;
    required bytes data = 3;
    repeated Tag tags = 4;
  }
`);
/** The message of an aggregate. */
export const AggregatedRecord = root.lookupType("AggregatedRecord");
/** What an aggregate begins with. */
export const KPL_MAGIC = Buffer.from("f3899ac2", "hex");

/** What an aggregate holds beside its payloads. */
export interface AggregateKeys {
  readonly partitionKeys?: readonly string[];
  readonly explicitHashKeys?: readonly string[];
  readonly tags?: readonly { readonly key: string; readonly value?: string }[];
}

/** A KPL aggregate of payloads, made by protobufjs: an encoder that is not ours. Keys are dealt out in turn. */
export function kplAggregate(payloads: readonly (string | Uint8Array)[], keys: AggregateKeys = {}): Buffer {
  const { partitionKeys = ["a"], explicitHashKeys = [], tags = [] } = keys;
  return aggregateOf(
    AggregatedRecord.encode({
      partitionKeyTable: partitionKeys,
      explicitHashKeyTable: explicitHashKeys,
      records: payloads.map((payload, index) => ({
        partitionKeyIndex: index % partitionKeys.length,
        ...(explicitHashKeys.length > 0 ? { explicitHashKeyIndex: index % explicitHashKeys.length } : {}),
        data: Buffer.from(payload),
        tags,
      })),
    }).finish(),
  );
}

/** Magic number, message, and the message's digest. */
export function aggregateOf(message: Uint8Array): Buffer {
  return Buffer.concat([KPL_MAGIC, message, createHash("md5").update(message).digest()]);
}
