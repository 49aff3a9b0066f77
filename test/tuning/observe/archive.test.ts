/** Traces of archived objects. */
import { gzipSync } from "node:zlib";
import { observeArchive } from "../../../cli/tune/observe/archive-observation.ts";
import { CommandError } from "../../../cli/errors.ts";
import { formatObjectKey } from "../../../contract/keys.ts";
import { parseTrace } from "../../../model/tuning/trace-schema.ts";
import { MemoryBucket } from "../../replay/support.ts";
import { MINUTE, START } from "./support.ts";

const ALL = { sinceMs: -Infinity, untilMs: Infinity };
const QUESTION = {
  ...{ generation: "", window: ALL, maxObjects: 100, source: "a test", playerIdField: "player_id" },
  nameOf: (key: string) => key,
};

/** An object with a line for each player, all of one minute. */
function object(sequence: number, minute: number, players: readonly string[], positions = false): [string, Buffer] {
  const arrived = new Date(START + minute * MINUTE + 1).toISOString();
  const lines = players.map((player, index) => {
    const id = positions ? `0:${sequence}:${index}` : `0:${sequence + index}:0`;
    return `{"record_id":"${id}","arrived_at":"${arrived}","log":{"player_id":"${player}"}}\n`;
  });
  const name = { prefix: "logs/", hour: arrived.slice(0, 13), shard: 0, records: players.length };
  const key = formatObjectKey({ ...name, firstSequenceNumber: `${sequence}`, lastSequenceNumber: `${sequence + 99}` });
  return [key, gzipSync(lines.join(""))];
}

const many = (player: string, count: number): string[] => Array.from({ length: count }, () => player);

test("records, bytes and keys by the minute of their arrival", async () => {
  const archive = new MemoryBucket("archive", [
    object(100, 0, [...many("bot", 30), ...many("one", 10)]),
    object(200, 2, many("bot", 20)),
  ]);
  const { trace, objects, objectsRead } = await observeArchive({ ...QUESTION, archive });
  expect([objects, objectsRead]).toEqual([2, 2]);
  expect(trace).toMatchObject({
    ...{ startsAt: new Date(START).toISOString(), wireFormat: "plain", records: [40, 0, 20], bytes: [760, 0, 380] },
    keys: { sampledRecords: 60, distinctKeys: 2, shareError: 0 },
  });
  expect(trace.keys!.heavy.map(({ key, share }) => [key, share])).toEqual([
    ["bot", 50 / 60],
    ["one", 10 / 60],
  ]);
  expect(parseTrace(JSON.stringify(trace))).toEqual(trace);
});

test("of too many objects every nth is read, and counts for the others of its shard and hour", async () => {
  const archive = new MemoryBucket(
    "archive",
    Array.from({ length: 8 }, (_, index) => object(100 * (index + 1), index, many("one", 10 + index))),
  );
  const { trace, objectsRead } = await observeArchive({ ...QUESTION, archive, maxObjects: 4 });
  expect(objectsRead).toBe(4);
  // Rounded by the minute.
  expect(Math.abs(trace.records.reduce((sum, count) => sum + count, 0) - 108)).toBeLessThanOrEqual(4);
  expect(archive.keys.length).toBe(8);
});

test("several records of one Kinesis record are an aggregate's; only the window's records count", async () => {
  const archive = new MemoryBucket("archive", [
    object(100, 0, many("one", 10), true),
    object(200, 1, many("two", 5), true),
  ]);
  const window = { sinceMs: START + MINUTE, untilMs: START + 2 * MINUTE };
  const { trace } = await observeArchive({ ...QUESTION, archive, window });
  expect(trace).toMatchObject({ wireFormat: "kpl", records: [5], keys: { sampledRecords: 5 } });
});

test("an empty archive is no trace, and a damaged object is named", async () => {
  const archive = new MemoryBucket("archive");
  await expect(observeArchive({ ...QUESTION, archive })).rejects.toThrow(
    new CommandError("the archive holds nothing of this time: a test"),
  );
  const [key] = object(100, 0, ["one"]);
  await archive.put(key, Buffer.from("no gzip"));
  await expect(observeArchive({ ...QUESTION, archive })).rejects.toThrow(`${key}: cannot be read: `);
});
