/** `sluice tune auto`: what it says, refuses and leaves alone. */
import { type AutoSurroundings, auto, autoText } from "../../cli/tune/auto/auto.ts";
import { CommandError } from "../../cli/errors.ts";
import { sluiceHere } from "../support/run-sluice.ts";
import { END, type Figures, MINUTE, NOW, STREAM, active, cloudwatchOf, everyMinute, kinesisOf } from "./support.ts";

const FULL = 60_000;
const SETTINGS = { minShards: 1, maxShards: 16, headroom: 1.25 };

/** What it decides of a stream, and the calls that it made of Kinesis. */
async function decided(figures: Figures, summary = active(4), settings = SETTINGS) {
  const kinesis = kinesisOf(summary);
  const { client } = cloudwatchOf(figures);
  const result = await auto({ connection: connection(kinesis.client, client), settings, nowMs: NOW });
  return { result, text: autoText(result), calls: kinesis.calls.map(({ name }) => name) };
}

type Clients = AutoSurroundings["connection"];
function connection(
  kinesis: Clients["kinesis"],
  cloudwatch: ReturnType<typeof cloudwatchOf>["client"] | undefined,
): Clients {
  return {
    ...{ kinesis, label: "run .sluice/latest", facts: { streamName: STREAM } },
    cloudwatch: cloudwatch && (() => Promise.resolve(cloudwatch)),
  };
}

const load = (shards: number, throttled = 0): Figures => ({
  IncomingRecords: { 60: everyMinute(shards * FULL, 10, END) },
  WriteProvisionedThroughputExceeded: { 60: everyMinute(throttled, 10, END) },
});

test("a load that needs more shards is said with the count it would go to, and nothing is changed", async () => {
  const { result, text, calls } = await decided(load(4));
  expect(result).toEqual({
    ...{ stream: STREAM, shards: 4, target: 8, reason: "load", load: 4, callsLeft: 10, settings: SETTINGS },
  });
  expect(text).toBe(
    "sluice-test-player-log: 4 open, to 8: the load needs it.\n" +
      "Load 4.00 shards; 10 changes left in 24 hours, as far as the auto-scaler's own are known.\n",
  );
  expect(calls).toEqual(["DescribeStreamSummaryCommand"]);
});

test.each<[string, Figures, Partial<typeof SETTINGS>, string]>([
  ["fits", load(3), {}, "4 open, left as it is: the load is within what the shards take."],
  ["no figures", {}, {}, "4 open, left as it is: CloudWatch has no figures of the last hour."],
  ["full and refusing", load(4, 9), {}, "4 open, to 8: producers are refused, and the shards are busy."],
  [
    "one hot shard",
    load(1, 9),
    {},
    "4 open, left as it is: records are refused though the shards together are not full: a burst of seconds, or one key or range, for which there is sluice tune apply --hot.",
  ],
  ["at its maximum", load(4), { maxShards: 4 }, "4 open, left as it is: more are needed than there may be."],
  ["out of bounds", {}, { maxShards: 3 }, "4 open, to 3: the count is outside its bounds."],
  [
    "without calls left",
    { ...load(4), ShardCountChanges: { 60: everyMinute(1, 10, END - 60 * MINUTE) } },
    {},
    "4 open, left as it is: ten changes in 24 hours are used up.",
  ],
])("%s is said", async (_, figures, settings, words) => {
  const { text } = await decided(figures, active(4), { ...SETTINGS, ...settings });
  expect(text.split("\n")[0]).toBe(`${STREAM}: ${words}`);
});

test("a stream that cannot be decided on is an error with its status, and so is a run that has ended", async () => {
  const onDemand = { ...active(4), StreamModeDetails: { StreamMode: "ON_DEMAND" as const } };
  await expect(decided({}, onDemand)).rejects.toThrow(
    new CommandError(`stream ${STREAM} is ON_DEMAND: nothing is decided`),
  );
  await expect(decided({}, { ...active(4), StreamStatus: "UPDATING" })).rejects.toThrow(
    new CommandError(`stream ${STREAM} is UPDATING: nothing is decided`),
  );
  await expect(auto({ connection: connection(undefined, undefined), settings: SETTINGS, nowMs: NOW })).rejects.toThrow(
    new CommandError("run .sluice/latest has ended: its stream is gone"),
  );
});

test.each([
  [["--stack", "production"], "between which counts?"],
  [["--run", "none", "--min", "4"], "between which counts?"],
  [["--run", "none", "--min", "4", "--max", "2"], "between which counts?"],
  [["--run", "none", "--min", "1", "--max", "2"], "none holds no run"],
  [["--run", "none", "--min", "0", "--max", "2"], "'--min <n>' argument '0' is invalid"],
  [["--run", "none", "--headroom", "401"], "It is a whole number from 1 to 400."],
])("a wrong command line ends with 2: %j", async (args, says) => {
  const { code, out, err } = await sluiceHere("tune", "auto", ...args);
  expect([code, out, err]).toEqual([2, "", expect.stringContaining(says)]);
});
