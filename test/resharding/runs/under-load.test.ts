/**
 * The stream of a local cloud goes from 1 shard to 2, 4, 3, 2 and 1 by `sluice tune apply` while 50,000 records flow, the first
 * run of the command killed between two steps: nothing is lost, and every player's records come in order to both backends.
 */
import { PassThrough } from "node:stream";
import { PLAN_TAG } from "../../../cli/tune/apply/plan-tag.ts";
import { systemClock } from "../../../contract/clock.ts";
import type { StreamEntry } from "../../../local/kinesis/registry.ts";
import { CloudUnderTest, declaredOnOneShard } from "../../support/local-cloud.ts";
import { SluiceCommand, sluice } from "../../support/run-sluice.ts";
import { Deliveries, numberedLog } from "../support/numbered-log.ts";

// Half a minute of records, on a machine that does ten other things.
jest.setTimeout(300_000);

const RECORDS = 50_000;
const PLAYERS = 500;
const FUNCTIONS = ["sluice-local-archive", "sluice-local-warehouse"];

let cloud: CloudUnderTest;
let stream: StreamEntry;
let deliveries: Deliveries;
let producer: SluiceCommand;
/** What the producer is given, a line for each record, and how many of them it has been given. */
let lines: readonly string[];
const input = new PassThrough();
let given = 0;
let killed: SluiceCommand | undefined;

beforeAll(async () => {
  cloud = await CloudUnderTest.start(await declaredOnOneShard());
  const { services, endpoints } = cloud.cloud;
  stream = services.streams.list(systemClock.now())[0]!;
  deliveries = new Deliveries(services.lambda);
  lines = numberedLog(RECORDS, PLAYERS, Date.now()).trimEnd().split("\n");
  const target = ["--endpoint", endpoints.kinesis, "--stream", stream.name];
  producer = new SluiceCommand(["produce", ...target, "--input", "-"], input);
});
afterAll(async () => {
  killed?.kill();
  producer.kill();
  await cloud.close();
});

const openShards = (): number => stream.model.openShardIds(systemClock.now()).length;
const onStream = (): number => stream.model.counts.records;
const tuneApply = (target: number): string[] => [
  "tune",
  "apply",
  "--run",
  cloud.folder.directory,
  "--target",
  `${target}`,
];

/** Gives the producer records up to so many, which begin to flow: a step that begins now begins among them. */
function flow(records: number): void {
  input.write(`${lines.slice(given, records).join("\n")}\n`);
  given = records;
}

/** Waits until the stream has taken so many records. */
async function flowed(records: number): Promise<void> {
  await producer.until(() => onStream() >= records);
}

test("killed after its first step the command leaves two shards and its mark", async () => {
  flow(10_000);
  await flowed(1000);
  const { model } = stream;
  const change = model.updateShardCount.bind(model);
  const calls = jest.spyOn(model, "updateShardCount").mockImplementationOnce((target, nowMs) => {
    const problem = change(target, nowMs);
    killed!.signal("SIGKILL", "group");
    return problem;
  });
  killed = new SluiceCommand(tuneApply(4));
  expect((await killed.ended).code).toBeNull();
  expect([calls.mock.calls.length, openShards()]).toEqual([1, 2]);
  expect(stream.tags.get(PLAN_TAG)).toMatch(/^target=4 from=1 since=\d+ changes=\d+$/);
});

test("until it is finished another target is refused", async () => {
  const { code, err } = await sluice(...tuneApply(3));
  expect([code, err]).toEqual([1, expect.stringContaining("is unfinished\n  Finish it with --target 4")]);
  expect(openShards()).toBe(2);
});

test("run again it ends in the target", async () => {
  flow(20_000);
  const { code, out } = await sluice(...tuneApply(4));
  expect([code, out]).toEqual([0, expect.stringContaining("The stream has 4 shards.\n")]);
  expect([openShards(), stream.tags.has(PLAN_TAG)]).toEqual([4, false]);
});

test.each([
  [3, 30_000],
  [2, 40_000],
  [1, RECORDS],
])("then to %i while records flow", async (target, records) => {
  await flowed(given - 2000);
  flow(records);
  expect(onStream()).toBeLessThan(records);
  const { code, err } = await sluice(...tuneApply(target));
  expect([code, err]).toEqual([
    0,
    `UpdateShardCount: ${target + 1} → ${target === 1 ? "1 shard" : `${target} shards`}\n`,
  ]);
  expect(openShards()).toBe(target);
});

test("the audit holds in both backends", async () => {
  input.end();
  expect((await producer.ended).code).toBe(0);
  await cloud.idle();
  const audits = await cloud.audit();
  for (const backend of ["archive", "warehouse"]) {
    expect(audits[backend]).toMatchObject({
      ...{ holds: true, accepted: RECORDS, written: RECORDS, quarantined: 0, pending: 0, missing: 0, duplicates: 0 },
    });
  }
});

test("order per player holds in both backends, across every split and merge", () => {
  expect(deliveries.early).toEqual([]);
  for (const name of FUNCTIONS) expect([name, deliveries.complete(name, RECORDS / PLAYERS)]).toEqual([name, PLAYERS]);
});

test("records of closed and open shards were delivered", () => {
  const { model } = stream;
  const nowMs = systemClock.now();
  const shards = model.shards(nowMs);
  const withRecords = shards.filter(({ shardId }) => {
    return model.readFrom(shardId, 0, { nowMs, maxRecords: 1 }).records.length > 0;
  });
  const open = shards.filter(({ endingSequenceNumber }) => endingSequenceNumber === undefined);
  expect([open.length, withRecords.length]).toEqual([1, expect.any(Number)]);
  // 1, then 2, 4, 3, 2, 1 more of which some may have lived too briefly.
  expect(withRecords.length).toBeGreaterThanOrEqual(8);
});
