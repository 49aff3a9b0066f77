/**
 * The auto-scaler as it would run: a local cloud of what the program declares with `sluice:autoscaling`, the bundled function in a process
 * of its own, invoked by its schedule, on figures that the local CloudWatch has of a producer above one shard's limit.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CloudWatchClient, GetMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import { writeRunFacts } from "../../../cli/connect/run-files.ts";
import { stackFacts } from "../../../cli/connect/stack-facts.ts";
import { writeEndpoints } from "../../../cli/local/endpoints-file.ts";
import type { Clock } from "../../../contract/clock.ts";
import { systemClock } from "../../../contract/clock.ts";
import { METRIC_NAMESPACE, SCALER_METRICS } from "../../../contract/metrics.ts";
import { bundleFunction } from "../../../infra/bundle.ts";
import { SCALER } from "../../../infra/names.ts";
import { type LocalCloud, startCloud } from "../../../local/cloud.ts";
import type { Graph, GraphResource } from "../../../local/graph.ts";
import type { Invocation } from "../../../local/lambda/types.ts";
import { cloudFacts, runProgram } from "../../../local/run-program.ts";
import { FIXED_FUNCTIONS } from "../../infra/support/stacks.ts";
import { behaviourOf } from "../../local/support.ts";
import { eventually } from "../../support/eventually.ts";
import { sluice } from "../../support/run-sluice.ts";

// The program, a bundle and a process, as fast as a busy machine lets them.
jest.setTimeout(120_000);

const MINUTE = 60_000;
const SCHEDULE = "aws:scheduler/schedule:Schedule";
const MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping";
const FUNCTION = "sluice-local-scaler";
/** What the producer sends a second; a shard takes 1,000. */
const RATE = 1200;

/** The machine's clock, some time behind: what is put on a stream can become the past at once. */
class LateClock implements Clock {
  behindMs = 5 * MINUTE;
  readonly after = systemClock.after;

  now(): number {
    return systemClock.now() - this.behindMs;
  }
}

/** What a line of the scaler's log says. */
type Decision = Readonly<Record<"reason" | "load" | "callsLeft" | keyof typeof SCALER_METRICS, unknown>>;

/** One cloud whose shards are to be scaled. */
class ScaledCloud {
  readonly directory: string;
  readonly #clock: LateClock;
  readonly #cloud: LocalCloud;
  readonly #schedule: GraphResource;
  readonly #invocations: readonly Invocation[];
  readonly streamName: string;

  private constructor(
    parts: { directory: string; clock: LateClock; cloud: LocalCloud; invocations: readonly Invocation[] },
    { resources, outputs }: Graph,
  ) {
    this.directory = parts.directory;
    this.#clock = parts.clock;
    this.#cloud = parts.cloud;
    this.#invocations = parts.invocations;
    this.#schedule = resources.find(({ type }) => type === SCHEDULE)!;
    this.streamName = outputs["streamName"] as string;
  }

  /** Everything that is declared but the schedule, which would begin at once, and the mappings: nobody reads here. */
  static async start(mode: "report" | "act"): Promise<ScaledCloud> {
    const { config, graph } = await runProgram({
      stack: "local",
      configOverrides: { "stream.shardCount": 1, autoscaling: { mode, minShards: 1, maxShards: 4 } },
      functions: {
        has: () => true,
        bundle: (folder) =>
          folder === SCALER ? bundleFunction(folder, process.cwd()) : FIXED_FUNCTIONS.bundle(folder),
      },
    });
    const directory = mkdtempSync(join(tmpdir(), "sluice-scaler-"));
    const clock = new LateClock();
    const invocations: Invocation[] = [];
    const cloud = await startCloud({
      graph: { ...graph, resources: graph.resources.filter(({ type }) => type !== SCHEDULE && type !== MAPPING) },
      ...{ facts: cloudFacts(config), directory, clock, random: Math.random, limits: true, accountConcurrency: 10 },
      onInvocation: (invocation) => invocations.push(invocation),
      onProblem: (problem) => {
        throw problem;
      },
    });
    const { dataset, archiveBucket, deadLetterBucket, streamName } = graph.outputs as Readonly<Record<string, string>>;
    writeEndpoints(join(directory, "endpoints.json"), {
      ...{ ...cloud.endpoints, streamName: streamName!, archiveBucket: archiveBucket!, dataset: dataset! },
      ...{ deadLetterBucket: deadLetterBucket!, project: config.google.projectId, region: config.aws.region },
    });
    writeRunFacts(directory, stackFacts(config));
    return new ScaledCloud({ directory, clock, cloud, invocations }, graph);
  }

  /** A producer sends for two whole minutes; then it is now, and CloudWatch is no longer counting them. */
  produce(): void {
    const { model } = this.#cloud.services.streams.get(this.streamName, this.#clock.now())!;
    const data = Buffer.from("{}");
    const startMs = Math.ceil(this.#clock.now() / MINUTE) * MINUTE;
    for (let second = 0; second < 120; second++) {
      for (let each = 0; each < RATE; each++)
        model.putRecord({ data, partitionKey: `${each}` }, startMs + second * 1000);
    }
    this.#clock.behindMs = 0;
  }

  /** Makes the schedule as it is declared, which invokes at once; then ends it. What the invocation came to. */
  async invokedOnce(): Promise<Invocation> {
    const before = this.#invocations.length;
    const schedule = behaviourOf(SCHEDULE);
    await schedule.create(this.#schedule, this.#cloud.services);
    await eventually(
      () => this.#invocations.length,
      (count) => count > before,
    );
    await schedule.delete(this.#schedule, this.#cloud.services);
    return this.#invocations.at(-1)!;
  }

  /** The scaler's decisions so far, as its log has them. */
  decisions(): Decision[] {
    return readFileSync(join(this.directory, "logs", `${FUNCTION}.log`), "utf8")
      .split("\n")
      .filter((line) => line.startsWith('{"_aws"'))
      .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>)
      .map((fields) => ({
        ...{ reason: fields["reason"], load: fields["load"], callsLeft: fields["callsLeft"] },
        ...{ shards: fields[SCALER_METRICS.shards], wanted: fields[SCALER_METRICS.wanted] },
        ...{ changes: fields[SCALER_METRICS.changes], hindered: fields[SCALER_METRICS.hindered] },
      }));
  }

  openShards(): number {
    const nowMs = this.#clock.now();
    return this.#cloud.services.streams.get(this.streamName, nowMs)!.model.openShardIds(nowMs).length;
  }

  /** Sum of a metric over the last ten minutes, through the API; `undefined` for none. */
  async metric(Namespace: string, MetricName: string, Name: string, Value: string): Promise<number | undefined> {
    const credentials = { accessKeyId: "a", secretAccessKey: "b" };
    const client = new CloudWatchClient({
      endpoint: this.#cloud.endpoints.cloudwatch,
      region: "us-east-1",
      credentials,
    });
    const Metric = { Namespace, MetricName, Dimensions: [{ Name, Value }] };
    const nowMs = this.#clock.now();
    const { MetricDataResults } = await client.send(
      new GetMetricDataCommand({
        MetricDataQueries: [{ Id: "m", MetricStat: { Metric, Period: 60, Stat: "Sum" } }],
        ...{ StartTime: new Date(nowMs - 10 * MINUTE), EndTime: new Date(nowMs + MINUTE) },
      }),
    );
    client.destroy();
    const values = MetricDataResults![0]!.Values!;
    return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0);
  }

  scalerMetric(name: string): Promise<number | undefined> {
    return this.metric(METRIC_NAMESPACE, name, "stream", this.streamName);
  }

  functionMetric(name: string): Promise<number | undefined> {
    return this.metric("AWS/Lambda", name, "FunctionName", FUNCTION);
  }

  deleteStream(): void {
    this.#cloud.services.streams.delete(this.streamName, this.#clock.now());
  }

  /** Ends the cloud; may be called again. */
  end(): Promise<void> {
    return this.#cloud.close();
  }

  async close(): Promise<void> {
    await this.end();
    rmSync(this.directory, { recursive: true });
  }
}

describe("with mode act", () => {
  let cloud: ScaledCloud;
  beforeAll(async () => {
    cloud = await ScaledCloud.start("act");
    cloud.produce();
  });
  afterAll(() => cloud.close());

  test("a producer above one shard's limit has two shards once the schedule has invoked the function", async () => {
    expect(cloud.openShards()).toBe(1);
    const invocation = await cloud.invokedOnce();
    expect(invocation).toMatchObject({ functionName: FUNCTION, outcome: "ok", kinesisRecords: 0 });
    expect(cloud.decisions()).toEqual([
      { reason: "throttled", load: 1, callsLeft: 10, shards: 1, wanted: 2, changes: 1, hindered: 0 },
    ]);
    expect(cloud.openShards()).toBe(2);
  });

  test("the change is a metric, which the next invocation has read back from there", async () => {
    expect(await cloud.scalerMetric(SCALER_METRICS.changes)).toBe(1);
    expect(await cloud.invokedOnce()).toMatchObject({ outcome: "ok" });
    expect(cloud.decisions()[1]).toMatchObject({ callsLeft: 9, shards: 2 });
  });

  test("an invocation that fails counts as an error of the function", async () => {
    expect([await cloud.functionMetric("Invocations"), await cloud.functionMetric("Errors")]).toEqual([2, 0]);
    cloud.deleteStream();
    const { outcome, error } = await cloud.invokedOnce();
    expect([outcome, error?.errorType]).toEqual(["error", "ResourceNotFoundException"]);
    expect([await cloud.functionMetric("Invocations"), await cloud.functionMetric("Errors")]).toEqual([3, 1]);
    expect(await cloud.functionMetric("Throttles")).toBe(0);
  });
});

describe("with mode report", () => {
  let cloud: ScaledCloud;
  beforeAll(async () => {
    cloud = await ScaledCloud.start("report");
    cloud.produce();
  });
  afterAll(() => cloud.close());

  test("the shards stay, and log and metrics have what it would do", async () => {
    expect(await cloud.invokedOnce()).toMatchObject({ outcome: "ok" });
    expect(cloud.openShards()).toBe(1);
    expect(cloud.decisions()).toEqual([
      { reason: "throttled", load: 1, callsLeft: 10, shards: 1, wanted: 2, changes: 0, hindered: 0 },
    ]);
    expect(await cloud.scalerMetric(SCALER_METRICS.wanted)).toBe(2);
    expect(await cloud.scalerMetric(SCALER_METRICS.changes)).toBe(0);
  });

  test("sluice tune auto says the same of the served run, as text and as JSON, and changes nothing", async () => {
    const auto = (...args: string[]) => sluice("tune", "auto", "--run", cloud.directory, ...args);
    expect(await auto("--min", "1", "--max", "4")).toEqual({
      ...{ code: 0, err: "" },
      out:
        `${cloud.streamName}: 1 open, to 2: producers are refused, and the shards are busy.\n` +
        "Load 1.00 shards; 10 changes left in 24 hours, as far as the auto-scaler's own are known.\n",
    });
    const { code, out } = await auto("--min", "1", "--max", "1", "--headroom", "50", "--json");
    expect([code, JSON.parse(out)]).toEqual([
      0,
      {
        ...{ stream: cloud.streamName, shards: 1, target: 1, reason: "at-maximum", load: 1, callsLeft: 10 },
        settings: { minShards: 1, maxShards: 1, headroom: 1.5 },
      },
    ]);
    expect(cloud.openShards()).toBe(1);
  });

  test("of a run that has ended it says so, and ends with 1", async () => {
    await cloud.end();
    const { code, out, err } = await sluice("tune", "auto", "--run", cloud.directory, "--min", "1", "--max", "4");
    expect([code, out]).toEqual([1, ""]);
    expect(err).toContain("has ended: its stream is gone");
  });
});
