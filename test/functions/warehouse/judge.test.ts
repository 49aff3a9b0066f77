import { RecordReader, timeRange, wantedFields } from "../../../functions/shared/record.ts";
import { Unpacker } from "../../../functions/shared/unpack.ts";
import { Judgement } from "../../../functions/warehouse/judge.ts";
import { kinesisEvent } from "../../support/kinesis-event.ts";

const WANTED = wantedFields({ playerId: "player_id", timestamp: "timestamp", event: "event" });
const RANGE = timeRange(Date.UTC(2026, 5, 15, 12), undefined);

test("pieces of the same verdict share one object, however they alternate", () => {
  const payloads = ["1", '{"player_id":"a"}', "2", '{"player_id":"b"}', '{"player_id":"bc"}'];
  const pieces = new Unpacker(WANTED).unpack(kinesisEvent(payloads).Records);

  const { verdicts } = new Judgement(pieces, new RecordReader(), RANGE);

  expect([...verdicts.values()].map(({ reason, detail }) => [reason, detail])).toEqual([
    ["NOT_JSON_OBJECT", ""],
    ["PLAYER_ID_INVALID", "1 characters"],
    ["NOT_JSON_OBJECT", ""],
    ["PLAYER_ID_INVALID", "1 characters"],
    ["PLAYER_ID_INVALID", "2 characters"],
  ]);
  expect(new Set(verdicts.values()).size).toBe(3);
});
