import { createHash } from "node:crypto";
import { AggregateReader } from "../../../functions/shared/aggregate.ts";
import { AggregatedRecord } from "../../../simulation/workload/kpl-aggregate.ts";
import { AGGREGATE_SEEDS, WRAPPER_TOKENS, aggregate, sealedAggregate } from "../inputs/wrapped.ts";
import { bytesFrom } from "../inputs/bytes.ts";
import { OVERLONG_VARINT, WIRE_TOKENS } from "../inputs/protobuf.ts";
import { claim } from "../target.ts";
import type { FuzzTarget } from "../target.ts";

/** A tag beyond 32 bits, perhaps: protobufjs refuses it, Java's parser, and so the KCL, cuts it. */
const LONG_VARINT = /[\x80-\xff]{4}/;
const GOOD = aggregate([Buffer.from("one"), Buffer.from(""), Buffer.from("three")]);

function read(reader: AggregateReader, bytes: Buffer): string[] | undefined {
  if (!reader.holds(bytes, 0, bytes.length)) return undefined;
  const found: string[] = [];
  for (let at = reader.first(0); (at = reader.next(bytes, at, bytes.length)) >= 0;) {
    claim(reader.dataStart >= 4 && reader.dataEnd >= reader.dataStart, "data lies within the aggregate");
    claim(reader.dataEnd <= bytes.length - 16, "data ends before the digest");
    found.push(bytes.toString("hex", reader.dataStart, reader.dataEnd));
  }
  return found;
}

/** The same by the format's description: Node's digest and protobufjs. */
function expected(bytes: Buffer): string[] | undefined {
  const message = bytes.subarray(4, -16);
  if (bytes.length <= 20 || bytes.readUInt32BE(0) !== 0xf3899ac2) return undefined;
  if (!createHash("md5").update(message).digest().equals(bytes.subarray(-16))) return undefined;
  try {
    const { records } = AggregatedRecord.decode(message) as unknown as { records: readonly { data: Uint8Array }[] };
    return records.map(({ data }) => Buffer.from(data).toString("hex"));
  } catch {
    return undefined;
  }
}

export const aggregateReader: FuzzTarget = {
  name: "aggregate",
  group: "decoder",
  claim: "gives the sub-records that Node's MD5 and protobufjs give, or takes the bytes for no aggregate where they do",
  share: 1,
  inputs: bytesFrom({
    seeds: AGGREGATE_SEEDS,
    tokens: [...WRAPPER_TOKENS, ...WIRE_TOKENS],
    structured: sealedAggregate,
  }),
  start() {
    const reader = new AggregateReader();
    return {
      run(input) {
        const found = read(reader, input);
        const wanted = expected(input);
        if (found !== undefined && wanted === undefined) {
          claim(LONG_VARINT.test(input.toString("latin1")), "takes for an aggregate what protobufjs decodes");
          return;
        }
        if (found === undefined && wanted !== undefined) {
          claim(OVERLONG_VARINT.test(input.toString("latin1")), "takes what protobufjs decodes");
          return;
        }
        claim(found?.join() === wanted?.join(), `${found?.join()} is ${wanted?.join()}`);
      },
      checkWorks() {
        claim(read(reader, GOOD)?.join() === "6f6e65,,7468726565", "reads a good aggregate");
      },
    };
  },
};
