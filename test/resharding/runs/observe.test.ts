/** `sluice tune observe` on a local cloud that is up, as a user calls it: each of its sources. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { hashedKey } from "../../../cli/tune/trace/key-count.ts";
import { parseTrace } from "../../../model/tuning/trace-schema.ts";
import type { Trace } from "../../../model/tuning/trace.ts";
import { CloudUnderTest, declaredOnOneShard } from "../../support/local-cloud.ts";
import { sluice } from "../../support/run-sluice.ts";

const MINUTE = 60_000;
const AGO_MS = 5 * MINUTE;
const RECORDS = 120;
const BRIEF = ["--since", "1h", "--sample-seconds", "3"];
/** Every second record is of one player. */
const PLAYERS = ["bb".repeat(16), ...Array.from({ length: 60 }, (_, index) => `${index}`.padStart(32, "0"))];

let cloud: CloudUnderTest;
let putAt: number;

/** The stream is made five minutes ago, its records arrive over the next four; everything after is now. */
beforeAll(async () => {
  const now = Date.now.bind(Date);
  const earlier = jest.spyOn(Date, "now").mockImplementation(() => now() - AGO_MS);
  cloud = await CloudUnderTest.start(await declaredOnOneShard());
  putAt = Date.now();
  const stream = cloud.cloud.services.streams.list(putAt)[0]!;
  for (let record = 0; record < RECORDS; record++) {
    const player = PLAYERS[record % 2 === 0 ? 0 : 1 + (record >> 1)]!;
    const timestamp = new Date(putAt).toISOString();
    const data = Buffer.from(JSON.stringify({ player_id: player, timestamp, event: "login" }));
    stream.model.putRecord({ data, partitionKey: player }, putAt + record * 2000);
  }
  earlier.mockRestore();
  await cloud.idle();
});
afterAll(() => cloud.close());

/** What the command prints; a process of its own, since a run is served by another than who looks at it. */
async function observe(...args: string[]): Promise<Trace> {
  const { code, out, err } = await sluice(
    "tune",
    "observe",
    "--run",
    cloud.folder.directory,
    "--out",
    "-",
    ...BRIEF,
    ...args,
  );
  if (code !== 0) throw new Error(err);
  return parseTrace(out);
}

const total = (records: readonly number[]): number => records.reduce((sum, count) => sum + count, 0);

test.each(["local", "cloudwatch"])("from %s: a minute's records, and the keys of a sample, hashed", async (from) => {
  const trace = await observe("--from", from);
  expect([total(trace.records), total(trace.shards![0]!.records.map(Number))]).toEqual([RECORDS, RECORDS]);
  expect(trace.startsAt).toBe(new Date(Math.floor(putAt / MINUTE) * MINUTE).toISOString());
  expect(trace.keys!.heavy[0]!.key).toBe(hashedKey(PLAYERS[0]!));
  expect(trace.keys!.heavy[0]!.share).toBeCloseTo(0.5, 1);
  expect(JSON.stringify(trace)).not.toContain(PLAYERS[0]);
});

test("with --names players are shown as they are", async () => {
  expect((await observe("--from", "local", "--names")).keys!.heavy[0]!.key).toBe(PLAYERS[0]);
});

test("from stream: the sample's keys", async () => {
  const trace = await observe("--from", "stream");
  expect(trace.keys!.heavy[0]!.key).toBe(hashedKey(PLAYERS[0]!));
  expect(JSON.stringify(trace)).not.toContain(PLAYERS[0]);
});

test.each([false, true])("from archive: what was archived, names shown: %s", async (names) => {
  const trace = await observe("--from", "archive", ...(names ? ["--names"] : []));
  expect(total(trace.records)).toBe(RECORDS);
  expect(trace.keys!.heavy[0]).toMatchObject({ key: names ? PLAYERS[0] : hashedKey(PLAYERS[0]!), share: 0.5 });
});

test("from a file: the trace that is in it", async () => {
  const from = join(cloud.folder.directory, "trace.json");
  const trace = await observe("--from", "archive");
  writeFileSync(from, JSON.stringify(trace));
  expect(await observe("--from", from)).toEqual(trace);
});
