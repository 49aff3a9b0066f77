import protobuf from "protobufjs";
import { WireError, readFields } from "../../../functions/warehouse/protobuf.ts";
import { bytesFrom } from "../inputs/bytes.ts";
import { OVERLONG_VARINT, WIRE_TOKENS, wireMessage } from "../inputs/protobuf.ts";
import { claim } from "../target.ts";
import type { FuzzTarget } from "../target.ts";

const GOOD = Buffer.from([0x08, 0x96, 0x01, 0x12, 0x02, 0x68, 0x69]);

/** Integers are exact up to 2^53. */
function exact(value: number): string {
  return value <= Number.MAX_SAFE_INTEGER ? String(value) : "beyond 2^53";
}

/** Fields as `field=value` or `field:hex`; `undefined` if the bytes are no message, by `WireError` and nothing else. */
function ours(bytes: Buffer): string[] | undefined {
  const fields: string[] = [];
  try {
    readFields(bytes, (field, value, content) => {
      fields.push(content === undefined ? `${field}=${exact(value!)}` : `${field}:${content.toString("hex")}`);
    });
    return fields;
  } catch (error) {
    if (error instanceof WireError) return undefined;
    throw error;
  }
}

/** The same by protobufjs's reader, tags and lengths cut to 32 bits as in Java's; groups are skipped. */
function theirs(bytes: Buffer): string[] | undefined {
  const fields: string[] = [];
  const reader = protobuf.Reader.create(bytes);
  const cut = (): number => Number(BigInt.asUintN(32, BigInt(reader.uint64().toString())));
  try {
    while (reader.pos < reader.len) {
      const tag = cut();
      const field = tag >>> 3;
      if (field === 0) return undefined;
      if ((tag & 7) === 0) fields.push(`${field}=${exact(Number(reader.uint64().toString()))}`);
      else if ((tag & 7) === 2) {
        const length = cut();
        if (length > reader.len - reader.pos) return undefined;
        fields.push(`${field}:${bytes.toString("hex", reader.pos, reader.pos + length)}`);
        reader.skip(length);
      } else reader.skipType(tag & 7, undefined, field);
    }
    return fields;
  } catch {
    return undefined;
  }
}

export const protobufReader: FuzzTarget = {
  name: "protobuf",
  group: "decoder",
  claim: "gives the fields that protobufjs gives, or a WireError",
  share: 1,
  inputs: bytesFrom({ seeds: [GOOD, ""], tokens: WIRE_TOKENS, structured: wireMessage, maxBytes: 512 }),
  start: () => ({
    run(input) {
      const found = ours(input);
      const expected = theirs(input);
      if (found !== undefined && expected !== undefined) {
        claim(found.join() === expected.join(), `${found.join()} is ${expected.join()}`);
      }
      if (found === undefined && expected !== undefined) {
        claim(OVERLONG_VARINT.test(input.toString("latin1")), "takes what protobufjs takes");
      }
    },
    checkWorks() {
      claim(ours(GOOD)?.join() === "1=150,2:6869", "reads a good message");
    },
  }),
};
