import protobuf from "protobufjs";
import { WireError, readFields } from "../../../functions/warehouse/protobuf.ts";
import { bytesFrom } from "../inputs/bytes.ts";
import { WIRE_TOKENS, wireMessage } from "../inputs/protobuf.ts";
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

/** The same by protobufjs, which takes groups as well. */
function theirs(bytes: Buffer): { fields: string[]; beyond: boolean } | undefined {
  const fields: string[] = [];
  const reader = protobuf.Reader.create(bytes);
  let beyond = false;
  try {
    while (reader.pos < reader.len) {
      // protobufjs would cut a tag to 32 bits.
      const tag = Number(reader.uint64().toString());
      const field = Math.floor(tag / 8);
      if (field === 0 || field >= 2 ** 29) return undefined;
      const type = tag % 8;
      if (type === 0) fields.push(`${field}=${exact(Number(reader.uint64().toString()))}`);
      else if (type === 2) fields.push(`${field}:${Buffer.from(reader.bytes()).toString("hex")}`);
      else {
        beyond ||= type === 3;
        reader.skipType(type);
      }
    }
    return { fields, beyond };
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
        claim(found.join() === expected.fields.join(), `${found.join()} is ${expected.fields.join()}`);
      }
      if (expected !== undefined && !expected.beyond) claim(found !== undefined, "takes what protobufjs takes");
    },
    checkWorks() {
      claim(ours(GOOD)?.join() === "1=150,2:6869", "reads a good message");
    },
  }),
};
