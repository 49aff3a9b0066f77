import fc from "fast-check";
import { isReason } from "../../../contract/reasons.ts";
import { DEFAULT_LIMITS } from "../../../functions/shared/unpack.ts";
import { canonicalJson } from "../../../local/bigquery/json.ts";
import { BothConsumers } from "../both-consumers.ts";
import type { Ended } from "../both-consumers.ts";
import { bytesFrom } from "../inputs/bytes.ts";
import { GOOD_RECORD, JSON_SEEDS, JSON_TOKENS, logRecord, utf8 } from "../inputs/json.ts";
import { AGGREGATE_SEEDS, COMPRESSED_SEEDS, WRAPPER_TOKENS, wrappedPayload } from "../inputs/wrapped.ts";
import { claim } from "../target.ts";
import type { FuzzTarget } from "../target.ts";

/** Small, so that limits are met. */
const LIMITS = { ...DEFAULT_LIMITS, maxPieces: 60, maxUnpackedBytes: 16_384, maxRatio: 50, maxStreams: 20 };
const GOOD = Buffer.from(GOOD_RECORD);

/** What the warehouse has must be what the archive has of the same piece. */
function checkSame(archived: Ended, stored: Ended): void {
  claim(stored.reason === undefined || isReason(stored.reason), "quarantine has a reason of the list");
  if (stored.where !== "log") {
    claim(stored.content.equals(archived.content), "the warehouse keeps the bytes that the archive keeps");
    return;
  }
  const canonical = canonicalJson(archived.content.toString("utf8")).text;
  claim(canonical === stored.content.toString("utf8"), "the warehouse's log is the archive's record, canonical");
}

export const consumers: FuzzTarget = {
  name: "consumers",
  group: "consumer",
  claim:
    "both handlers acknowledge any batch; each piece ends in one place in each backend, the same bytes in both; neighbours are written",
  share: 0.02,
  inputs: bytesFrom({
    seeds: [...JSON_SEEDS, ...COMPRESSED_SEEDS, ...AGGREGATE_SEEDS],
    tokens: [...JSON_TOKENS, ...WRAPPER_TOKENS],
    structured: fc.oneof(wrappedPayload, utf8(logRecord)),
  }),
  start() {
    const both = new BothConsumers(LIMITS);
    const checkGood = (ended: ReadonlyMap<string, Ended>, sequenceNumber: number): void => {
      claim(ended.get(`3:${sequenceNumber}:0`)?.where === "log", "a good record is written");
    };
    return {
      async run(input) {
        const { archive, warehouse } = await both.send([GOOD, input, GOOD]);
        claim([...archive.keys()].sort().join() === [...warehouse.keys()].sort().join(), "both have the same ids");
        for (const [id, archived] of archive) checkSame(archived, warehouse.get(id)!);
        for (const ended of [archive, warehouse]) for (const number of [1000, 1002]) checkGood(ended, number);
      },
      async checkWorks() {
        const { archive, warehouse } = await both.send([GOOD]);
        for (const ended of [archive, warehouse]) checkGood(ended, 1000);
      },
    };
  },
};
