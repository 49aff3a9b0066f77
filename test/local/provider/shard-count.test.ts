/** A shard count that Kinesis would not take in one call is refused by the provider's Check, before anything is made. */
import type { LocalCloud } from "../../../local/cloud.ts";
import { Operations } from "../../../local/provider/operations.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { FACTS, openCloud, runFolder } from "../support.ts";

const TYPE = "aws:kinesis/stream:Stream";
const URN = `urn:pulumi:dev::sluice::sluice:index:EventStream$${TYPE}::player-log-stream`;
const inputs = (shardCount: number | undefined, mode = "PROVISIONED") => ({
  ...{ name: "log", streamModeDetails: { streamMode: mode } },
  ...(shardCount !== undefined && { shardCount }),
});

const directory = runFolder();
const clock = new ManualClock();
let cloud: LocalCloud;
let operations: Operations;
beforeAll(async () => {
  cloud = await openCloud(directory, clock);
  operations = new Operations(FACTS, cloud.services);
});
afterAll(() => cloud.close());

const check = (shardCount: number, before: Readonly<Record<string, unknown>> = inputs(8)) =>
  operations.check(URN, before, inputs(shardCount));

test("of a stream that is not there every count is taken", () => {
  expect([1, 8, 500].map((count) => check(count, {}))).toEqual([undefined, undefined, undefined]);
});

describe("of a stream with 8 open shards", () => {
  beforeAll(async () => {
    await operations.create(URN, inputs(8), false);
  });

  test("half to double is taken", () => {
    expect([4, 5, 8, 16].map((count) => check(count))).toEqual(Array(4).fill(undefined));
  });

  test.each([3, 17])("%i is refused, and the command that goes there is named", (count) => {
    expect(check(count)).toBe(
      `stream log has 8 open shards: one change may lead to 4 to 16, not to ${count}. ` +
        `Go there first with: sluice tune apply --target ${count}`,
    );
  });

  test("what counts are the shards that there are, not those declared last", () => {
    const { model } = cloud.services.streams.get("log", clock.now())!;
    model.updateShardCount(16, clock.now());
    expect([check(32), check(3) === undefined]).toEqual([undefined, false]);
    model.updateShardCount(32, clock.now());
    expect(check(64)).toBeUndefined();
  });

  test("a count that is not changed asks for nothing, wherever others have taken the stream", () => {
    expect(cloud.services.streams.get("log", clock.now())!.model.openShardIds(clock.now())).toHaveLength(32);
    expect(check(8)).toBeUndefined();
    expect(check(8, inputs(9))).toContain("has 32 open shards");
  });

  test("on demand nobody sets a count", () => {
    cloud.services.streams.get("log", clock.now())!.mode = "ON_DEMAND";
    expect(check(500)).toBeUndefined();
    expect(operations.check(URN, inputs(8), inputs(undefined, "ON_DEMAND"))).toBeUndefined();
  });
});
