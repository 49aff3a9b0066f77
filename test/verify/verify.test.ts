import { gzipSync } from "node:zlib";
import type { KinesisClient, PutRecordsCommand } from "@aws-sdk/client-kinesis";
import fc from "fast-check";
import { archiveFinder, findersOf } from "../../cli/verify/finders.ts";
import { markedRecords, newRunId } from "../../cli/verify/marked-records.ts";
import { type VerifyResult, allFound, renderVerification, verificationJson } from "../../cli/verify/render.ts";
import { sendRecords } from "../../cli/verify/send.ts";
import type { Finder, SentRecord } from "../../cli/verify/types.ts";
import { latenciesOf, verify } from "../../cli/verify/verify.ts";
import { whereaboutsOf } from "../../cli/verify/whereabouts.ts";
import { formatObjectKey } from "../../contract/keys.ts";
import { seededRandom } from "../../model/random.ts";
import { MemoryBucket, connectionTo } from "../replay/support.ts";
import { ManualClock } from "../support/manual-clock.ts";

const START = Date.UTC(2026, 10, 21, 15);
const FIELDS = { playerIdField: "pid", timestampField: "at", eventField: "kind" };
const NEVER = new AbortController().signal;

function sent(n: number, sentAtMs = START): SentRecord {
  const sequenceNumber = String(100 + n);
  return { recordId: `0:${sequenceNumber}:0`, shard: 0, sequenceNumber, playerId: `${n.toString(16)}f`, sentAtMs };
}

test("marked records are ordinary ones of all 16 tables, by the configured names of their fields", () => {
  const { unit: random } = seededRandom(1);
  const runId = newRunId(random);
  const records = markedRecords(17, { runId, fields: FIELDS, nowMs: START, random });
  const parsed = records.map(({ bytes }) => JSON.parse(bytes.toString()) as Record<string, unknown>);
  expect(parsed[16]).toEqual({
    ...{ pid: records[16]!.playerId, at: "2026-11-21T15:00:00.000Z", kind: "sluice_verify" },
    ...{ verify_run: runId, n: 16 },
  });
  expect(runId).toMatch(/^[0-9a-f]{16}$/);
  expect(records.map(({ playerId }) => playerId[0]).join("")).toBe("0123456789abcdef0");
  expect(records.every(({ playerId }) => /^[0-9a-f]{32}$/.test(playerId))).toBe(true);
  expect(new Set(records.map(({ playerId }) => playerId)).size).toBe(17);
});

describe("sending", () => {
  /** A stream that refuses the record of an index in a request, as often as said. */
  function stream(refused: number, refusals: number) {
    const requests: number[] = [];
    let sequence = 100;
    const send = ({ input }: PutRecordsCommand) => {
      requests.push(input.Records!.length);
      const Records = input.Records!.map((_, index) =>
        index === refused && refusals-- > 0
          ? { ErrorCode: "ProvisionedThroughputExceededException" }
          : { ShardId: "shardId-000000000003", SequenceNumber: String(sequence++) },
      );
      return Promise.resolve({ Records });
    };
    return { requests, kinesis: { send } as unknown as KinesisClient };
  }
  const records = markedRecords(12, { runId: "r", fields: FIELDS, nowMs: START, random: () => 0 });

  test("gives each record's id as it stands everywhere, and sends again what a full shard refuses", async () => {
    const clock = new ManualClock(START);
    const { kinesis, requests } = stream(1, 1);
    const all: SentRecord[] = [];
    const options = { kinesis, streamName: "log", generation: "g2", clock, signal: NEVER };
    const done = (async () => {
      for await (const some of sendRecords(records, options)) all.push(...some);
    })();
    await clock.advance(1000);
    await done;
    expect(requests).toEqual([10, 1, 2]);
    expect(all.map(({ recordId, sentAtMs }) => [recordId, sentAtMs - START])).toEqual([
      ...Array.from({ length: 9 }, (_, n) => [`g2/3:${100 + n}:0`, 0]),
      ["g2/3:109:0", 500],
      ...[110, 111].map((sequence) => [`g2/3:${sequence}:0`, 500]),
    ]);
    expect(all[9]!.playerId).toBe(records[1]!.playerId);
  });

  test("gives up on a stream that stays full", async () => {
    const clock = new ManualClock(START);
    const { kinesis } = stream(0, Infinity);
    const sending = (async () => {
      for await (const _ of sendRecords(records, { kinesis, streamName: "log", generation: "", clock, signal: NEVER }));
    })();
    const failed = expect(sending).rejects.toThrow(
      "stream log has refused records 20 times: ProvisionedThroughputExceededException",
    );
    await clock.advance(60_000);
    await failed;
  });
});

describe("looking", () => {
  async function* sending(records: readonly SentRecord[]) {
    await Promise.resolve();
    yield records;
  }
  const finder = (backend: string, find: Finder["find"]): Finder => ({ backend, what: "row", find });

  test("a record's time is from its sending to the look that finds it", async () => {
    const clock = new ManualClock(START);
    const records = [sent(0), sent(1, START + 100)];
    const slow = finder("slow", (wanted) =>
      Promise.resolve(wanted.slice(0, 1).flatMap(({ recordId }) => (clock.now() >= START + 600 ? [recordId] : []))),
    );
    const quick = finder("quick", (wanted) => Promise.resolve(wanted.map(({ recordId }) => recordId)));
    const progress: number[] = [];
    const done = verify({
      ...{ send: sending(records), finders: [quick, slow], clock, timeoutMs: 10_000, pollMs: 250, signal: NEVER },
      onProgress: ({ found }) => progress.push(found["slow"]!),
    });
    await clock.advance(10_000);
    const { backends } = await done;
    expect(backends.map(({ backend, found, latencies }) => [backend, found, latencies])).toEqual([
      ["quick", 2, { minMs: 150, medianMs: 200, maxMs: 250 }],
      ["slow", 2, { minMs: 750, medianMs: 825, maxMs: 900 }],
    ]);
    expect(progress.at(-1)).toBe(2);
  });

  test("it ends with the time-out, and names what was not found", async () => {
    const clock = new ManualClock(START);
    const half = finder("half", () => Promise.resolve([sent(0).recordId]));
    const done = verify({
      ...{ send: sending([sent(0), sent(1)]), finders: [half], clock, timeoutMs: 1000, pollMs: 300, signal: NEVER },
    });
    await clock.advance(5000);
    const { backends } = await done;
    expect(backends).toMatchObject([{ found: 1, missing: [{ recordId: "0:101:0" }] }]);
    expect(clock.waiting).toBe(0);
  });

  test("one backend that cannot be asked ends all, without timers left", async () => {
    const clock = new ManualClock(START);
    const broken = finder("broken", () => Promise.reject(new Error("forbidden")));
    const never = finder("never", () => Promise.resolve([]));
    const done = verify({
      ...{ send: sending([sent(0)]), finders: [broken, never], clock, timeoutMs: 1000, pollMs: 300, signal: NEVER },
    });
    const failed = expect(done).rejects.toThrow("forbidden");
    await clock.advance(1000);
    await failed;
    expect(clock.waiting).toBe(0);
  });

  test("times are the least, the median and the most", () => {
    expect(latenciesOf([])).toBeUndefined();
    expect(latenciesOf([3, 1, 2])).toEqual({ minMs: 1, medianMs: 2, maxMs: 3 });
    fc.assert(
      fc.property(fc.array(fc.nat(), { minLength: 1 }), (times) => {
        const { minMs, medianMs, maxMs } = latenciesOf(times)!;
        expect([minMs, maxMs]).toEqual([Math.min(...times), Math.max(...times)]);
        expect(times.filter((time) => time <= medianMs).length).toBeGreaterThanOrEqual(times.length / 2);
        expect(times.filter((time) => time >= medianMs).length).toBeGreaterThanOrEqual(times.length / 2);
      }),
    );
  });
});

/** An object with a line for each record, of shard 0. */
function object(prefix: string, sequences: readonly number[], line: (recordId: string) => object): [string, Buffer] {
  const key = formatObjectKey({
    ...{ prefix, hour: "2026-11-21T15", shard: 0, records: sequences.length },
    ...{ firstSequenceNumber: String(sequences[0]), lastSequenceNumber: String(sequences.at(-1)) },
  });
  return [key, gzipSync(sequences.map((sequence) => `${JSON.stringify(line(`0:${sequence}:0`))}\n`).join(""))];
}

const arrived_at = "2026-11-21T15:00:00.000Z";
const archived = (record_id: string) => ({ record_id, arrived_at, log: {} });
const raw = Buffer.from("{}").toString("base64");

test("the archive's finder reads an object once, and only where its name allows for a record", async () => {
  const bucket = new MemoryBucket("archive", [
    object("logs/", [90, 99], archived),
    object("logs/", [100, 101], archived),
    object("logs/", [200], archived),
  ]);
  const read: string[] = [];
  const counting = Object.assign(Object.create(bucket) as MemoryBucket, {
    read: (key: string) => (read.push(key), bucket.read(key)),
  });
  const { find } = archiveFinder("archive", counting, "logs/");
  expect(await find([sent(0), sent(1), sent(2)])).toEqual(["0:100:0", "0:101:0"]);
  expect(await find([sent(2)])).toEqual([]);
  expect(read).toEqual([bucket.keys[0]]);
});

test("backends are looked into by what they may write", () => {
  const found = findersOf(connectionTo({ deadLetters: new MemoryBucket("dead") }));
  expect(found.map(({ backend, what }) => [backend, what])).toEqual([
    ["archive", "archive object"],
    ["warehouse", "row"],
  ]);
});

test("what was not found is named by its number and by where it is", async () => {
  const failed = {
    requestContext: { functionArn: "arn:aws:lambda:us-east-1:000000000000:function:sluice-warehouse" },
    version: "1.0",
    KinesisBatchInfo: {
      ...{ shardId: "shardId-000000000000", startSequenceNumber: "103", endSequenceNumber: "103", batchSize: 1 },
      ...{ approximateArrivalOfFirstRecord: arrived_at, approximateArrivalOfLastRecord: arrived_at },
      streamArn: "arn:aws:kinesis:us-east-1:000000000000:stream/game-log",
    },
  };
  const deadLetters = new MemoryBucket("dead", [
    object("quarantine/warehouse/", [101], (record_id) => ({
      record_id,
      arrived_at,
      reason: "TIME_INVALID",
      detail: "",
      raw,
    })),
    object("diverted/warehouse/player_log_2/", [102], (record_id) => ({
      record_id,
      arrived_at,
      table: "player_log_2",
      code: "NOT_FOUND",
      raw,
    })),
    ["aws/lambda/uuid/shardId-000000000000/2026/11/21/x", Buffer.from(JSON.stringify(failed))],
  ]);
  const missing = [1, 2, 3, 4].map((n) => sent(n));
  const whereabouts = await whereaboutsOf(missing, "warehouse", connectionTo({ deadLetters }));
  expect([...whereabouts.values()]).toEqual(["quarantined", "diverted", "failed", "nowhere"]);

  const result: VerifyResult = {
    ...{ of: "stack dev", runId: "51c0", startedAtMs: START, timeoutSeconds: 300, sent: [sent(0), ...missing] },
    backends: [
      {
        ...{ backend: "warehouse", what: "row", found: 1, missing, whereabouts },
        latencies: { minMs: 1200, medianMs: 1200, maxMs: 1200 },
      },
    ],
  };
  expect(renderVerification(result).split("\n").slice(-7)).toEqual([
    "warehouse: 4 of 5 not found within 300 s of the last one's sending",
    "  1 in the quarantine (sluice quarantine list): shard 0; of player_log_1",
    "  1 diverted, for sluice replay diverted: shard 0; of player_log_2",
    "  1 given up by Lambda, for sluice replay failed: shard 0; of player_log_3",
    "  1 in no dead letters: on the stream still, or lost (sluice status shows the backlog): shard 0; of player_log_4",
    "NOT every record was found. stack dev, verify_run 51c0",
    "",
  ]);
  expect(allFound(result)).toBe(false);
  expect(verificationJson(result)).toEqual({
    ...{ version: 1, of: "stack dev", runId: "51c0", startedAt: "2026-11-21T15:00:00.000Z", timeoutSeconds: 300 },
    ...{ sent: 5, allFound: false },
    backends: {
      warehouse: {
        ...{ what: "row", found: 1, latencyMs: { min: 1200, median: 1200, max: 1200 } },
        missing: missing.map(({ recordId }) => ({ recordId, where: whereabouts.get(recordId) })),
      },
    },
  });
});
