/** Schedules on a running cloud: made, changed, read and deleted, and when they invoke their function. */
import fc from "fast-check";
import { join } from "node:path";
import type { LocalCloud } from "../../local/cloud.ts";
import { LambdaRunner } from "../../local/lambda/runner.ts";
import type { InvokeResult } from "../../local/lambda/types.ts";
import { rateMs } from "../../local/scheduler/rate.ts";
import { Scheduler } from "../../local/scheduler/scheduler.ts";
import type { Services } from "../../local/services.ts";
import { ManualClock } from "../support/manual-clock.ts";
import { FACTS, Resource, behaviourOf, openCloud, runFolder } from "./support.ts";

const SCHEDULE = "aws:scheduler/schedule:Schedule";
const MINUTE = 60_000;

describe("a rate", () => {
  test("is a whole number of minutes, hours or days", () => {
    expect(["rate(1 minute)", "rate(5 minutes)", "rate(2 hours)", "rate(1 day)"].map(rateMs)).toEqual([
      MINUTE,
      5 * MINUTE,
      120 * MINUTE,
      1440 * MINUTE,
    ]);
  });

  test("is nothing else", () => {
    const others = ["rate(0 minutes)", "rate(1.5 hours)", "rate(30 seconds)", "cron(0 8 * * ? *)", "rate(1 minute) "];
    expect(others.map(rateMs)).toEqual(others.map(() => undefined));
    fc.assert(
      fc.property(fc.string(), (text) => {
        const every = rateMs(text);
        expect(every === undefined || (every >= MINUTE && every % MINUTE === 0)).toBe(true);
      }),
    );
  });
});

/** A scheduler with one schedule of a minute, and the times at which it has invoked. */
function scheduled(clock = new ManualClock(0), fails = false) {
  const problems: string[] = [];
  const scheduler = new Scheduler({ clock, onProblem: ({ message }) => problems.push(message) });
  const at: number[] = [];
  scheduler.put("default/a", {
    ...{ inputs: { name: "a" }, everyMs: MINUTE },
    invoke() {
      at.push(clock.now());
      return fails ? Promise.reject(new RangeError("no function is named a")) : Promise.resolve();
    },
  });
  return { clock, scheduler, at, problems };
}

describe("a scheduler", () => {
  test("invokes at once and then on the beat, until the schedule is deleted", async () => {
    const { clock, scheduler, at } = scheduled(new ManualClock(17_000));
    await clock.advance(2.5 * MINUTE);
    expect(at).toEqual([17_000, 77_000, 137_000]);
    scheduler.delete("default/a");
    await clock.advance(5 * MINUTE);
    expect([at.length, scheduler.inputs("default/a"), clock.waiting]).toEqual([3, undefined, 0]);
  });

  test("tells of an invocation that could not be made, and goes on", async () => {
    const { clock, at, problems } = scheduled(undefined, true);
    await clock.advance(MINUTE);
    expect(at).toHaveLength(2);
    expect(problems).toEqual(Array(2).fill("schedule default/a: no function is named a"));
  });

  test("does not make up for what the clock has leapt over", async () => {
    let now = 0;
    const due: (() => void)[] = [];
    const delays: number[] = [];
    const after = (delay: number, callback: () => void) => (delays.push(delay), due.push(callback), () => undefined);
    const { at } = scheduled({ now: () => now, after } as unknown as ManualClock);
    due.shift()!();
    now = 3.25 * MINUTE;
    due.shift()!();
    expect([at.length, delays]).toEqual([2, [0, MINUTE, 0.75 * MINUTE]]);
  });

  test("leaves no timer once it is closed", async () => {
    const { clock, scheduler } = scheduled();
    await clock.advance(MINUTE);
    scheduler.close();
    scheduler.close();
    expect(clock.waiting).toBe(0);
  });
});

/** A Lambda that records whom it was to call with what. */
class RecordingLambda extends LambdaRunner {
  readonly calls: string[] = [];

  override invoke(name: string, event: Buffer, records: number): Promise<InvokeResult> {
    this.calls.push(`${name} ${event.toString()} ${records}`);
    return Promise.resolve({ kind: "response", requestId: "r", response: null });
  }
}

describe("a schedule", () => {
  const directory = runFolder();
  const clock = new ManualClock();
  let cloud: LocalCloud;
  let lambda: RecordingLambda;
  let services: Services;
  let inputs: Readonly<Record<string, unknown>>;

  beforeAll(async () => {
    cloud = await openCloud(directory, clock);
    const folder = join(directory, "recorder");
    lambda = new RecordingLambda({
      ...{ clock, codeDirectory: folder, logDirectory: folder, region: FACTS.region, accountId: FACTS.accountId },
      ...{ endpoints: () => ({}), randomUuid: cloud.services.randomUuid },
    });
    services = { ...cloud.services, lambda };
    const role = (await Resource.create(services, "aws:iam/role:Role", { name: "caller" })).output("arn");
    const code = { files: { "index.mjs": "export const handler = () => 0;" } };
    const handler = await Resource.create(services, "aws:lambda/function:Function", {
      ...{ name: "called", handler: "index.handler", role, code },
    });
    inputs = {
      ...{ name: "minutely", scheduleExpression: "rate(1 minute)", flexibleTimeWindow: { mode: "OFF" } },
      target: { arn: handler.output("arn"), roleArn: role, retryPolicy: { maximumRetryAttempts: 0 } },
    };
  });
  beforeEach(() => void lambda.calls.splice(0));
  afterAll(async () => {
    await lambda.close();
    await cloud.close();
    expect(clock.waiting).toBe(0);
  });

  test("invokes its function without records, changes in place, and is silent once deleted", async () => {
    const schedule = await Resource.create(services, SCHEDULE, inputs);
    expect([schedule.id, schedule.output("arn")]).toEqual([
      "default/minutely",
      "arn:aws:scheduler:us-east-1:000000000000:schedule/default/minutely",
    ]);
    await clock.advance(MINUTE);
    expect(lambda.calls).toEqual(["called {} 0", "called {} 0"]);

    const changes = {
      scheduleExpression: "rate(2 minutes)",
      target: { ...(inputs["target"] as object), input: "[1]" },
    };
    await schedule.update(changes);
    expect(schedule.read()).toEqual({ ...inputs, ...changes });
    await clock.advance(3 * MINUTE);
    expect(lambda.calls.slice(2)).toEqual(["called [1] 0", "called [1] 0"]);

    await schedule.update({ state: "DISABLED" });
    await clock.advance(9 * MINUTE);
    expect([lambda.calls.length, schedule.read()]).toEqual([4, { ...inputs, ...changes, state: "DISABLED" }]);

    await schedule.update({ state: "ENABLED" });
    await schedule.delete();
    await clock.advance(9 * MINUTE);
    expect([lambda.calls.length, schedule.read()]).toEqual([4, undefined]);
    await schedule.delete();
  });

  test("keeps its name", async () => {
    const schedule = await Resource.create(services, SCHEDULE, { ...inputs, name: "named" });
    await expect(schedule.update({ name: "other" })).rejects.toThrow(new Error("name cannot change in place"));
    await schedule.delete();
  });

  const target = (changes: object) => ({ target: { ...(inputs["target"] as object), ...changes } });
  test.each<[string, () => object]>([
    [
      "schedule expression cron(0 8 * * ? *) is not run locally: only rates are, such as rate(1 minute)",
      () => ({ scheduleExpression: "cron(0 8 * * ? *)" }),
    ],
    [
      'flexibleTimeWindow.mode "FLEXIBLE" is not run locally: only OFF is',
      () => ({ flexibleTimeWindow: { mode: "FLEXIBLE", maximumWindowInMinutes: 5 } }),
    ],
    ["startDate is not run locally", () => ({ startDate: "2030-01-01T01:00:00Z" })],
    [
      "target.retryPolicy.maximumRetryAttempts 185 is not run locally: only 0 is",
      () => target({ retryPolicy: undefined }),
    ],
  ])("is refused, also before anything is made: %s", async (message, changes) => {
    const wrong = { ...inputs, name: "refused", ...changes() };
    expect(behaviourOf(SCHEDULE).refusal!("default/refused", wrong, services, {})).toBe(message);
    await expect(Resource.create(services, SCHEDULE, wrong)).rejects.toThrow(new Error(message));
    expect(services.scheduler.inputs("default/refused")).toBeUndefined();
  });

  test.each<[string, object]>([
    ["target.arn arn:aws:sqs:us-east-1:000000000000:q is no function", { arn: "arn:aws:sqs:us-east-1:000000000000:q" }],
    ["there is no function gone", { arn: "arn:aws:lambda:us-east-1:000000000000:function:gone" }],
    ["there is no role arn:aws:iam::000000000000:role/gone", { roleArn: "arn:aws:iam::000000000000:role/gone" }],
  ])("is refused when it is made: %s", async (message, changes) => {
    await expect(Resource.create(services, SCHEDULE, { ...inputs, ...target(changes) })).rejects.toThrow(
      new Error(message),
    );
    expect(clock.waiting).toBe(1);
  });
});
