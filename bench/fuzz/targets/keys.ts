import { formatObjectKey, parseObjectKey } from "../../../contract/keys.ts";
import { formatRecordId, parseRecordId, shardId, shardNumber } from "../../../contract/record-id.ts";
import { isReason, REASONS } from "../../../contract/reasons.ts";
import { bytesFrom } from "../inputs/bytes.ts";
import { claim } from "../target.ts";
import type { FuzzTarget } from "../target.ts";

const ID = "g2/7:49590338271490256608559692538361571095921575989136588898:41";
const KEY = "g2/quarantine/warehouse/dt=2026-01-01/hour=12/7-4959-4960-3.ndjson.gz";

/** The shard's number, `undefined` for a RangeError. */
function shardOf(text: string): number | undefined {
  try {
    return shardNumber(text);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

export const keys: FuzzTarget = {
  name: "keys",
  group: "decoder",
  claim: "a record id, object key or shard id that is taken apart is put together again as it was; all else is none",
  share: 1,
  inputs: bytesFrom({
    seeds: [
      ID,
      "0:1:0",
      "01:1:0",
      KEY,
      "logs/dt=2026-13-01/hour=99/0-1-1-0.ndjson.gz",
      "shardId-000000000007",
      "__proto__",
    ],
    tokens: [
      ..."0123456789:/-",
      "g2/",
      "logs/",
      "dt=2026-01-01",
      "/hour=12/",
      ".ndjson.gz",
      "shardId-",
      "\n",
      "é",
      "UNPACK_LIMIT",
    ],
    maxBytes: 300,
  }),
  start: () => ({
    run(input) {
      const text = input.toString("utf8");
      const id = parseRecordId(text);
      if (id !== undefined) claim(formatRecordId(id) === text, "puts a record id together again");
      const key = parseObjectKey(text);
      if (key !== undefined && Number.isSafeInteger(key.records) && Number.isSafeInteger(key.shard)) {
        const again = parseObjectKey(formatObjectKey(key));
        claim(JSON.stringify(again) === JSON.stringify(key), "puts an object key together again");
      }
      const shard = shardOf(text);
      if (shard !== undefined) claim(shardId(shard) === text, "puts a shard id together again");
      claim(isReason(text) === Object.keys(REASONS).includes(text), "knows its reasons, and no others");
    },
    checkWorks() {
      claim(parseRecordId(ID)?.position === 41, "takes a good record id apart");
      claim(parseObjectKey(KEY)?.records === 3, "takes a good object key apart");
    },
  }),
};
