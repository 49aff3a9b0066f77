import { CommandError } from "../../cli/errors.ts";
import type { InputBatch } from "../../cli/input/input-batch.ts";
import { Producer, type ProducerOptions } from "../../cli/produce/producer.ts";
import { ProduceFailure, type ProduceResult } from "../../cli/produce/produce-result.ts";
import { PutError } from "../../cli/produce/put-target.ts";
import { seededRandom } from "../../model/random.ts";
import { ManualClock } from "../support/manual-clock.ts";
import { ScriptedStream, evenShards } from "./support/scripted-stream.ts";

const LIMITS = { recordsPerSecond: 1000, bytesPerSecond: 1024 * 1024 };

function line(player: number, number: number, pad = 0): string {
  return JSON.stringify({ player_id: `p${player}`, n: number, pad: "x".repeat(pad) });
}

/** The lines as input, in batches of 100. */
async function* input(texts: readonly string[]): AsyncGenerator<InputBatch> {
  for (let at = 0; at < texts.length; at += 100) {
    const lines = texts
      .slice(at, at + 100)
      .map((text, index) => ({ file: "f", line: at + index + 1, data: Buffer.from(text) }));
    yield { lines, refused: [], blank: 0 };
  }
}

function setUp(options: Partial<ProducerOptions> = {}, shards = 2) {
  const clock = new ManualClock();
  const stream = new ScriptedStream(clock, shards);
  const producer = new Producer({
    target: stream,
    clock,
    random: seededRandom(1).unit,
    playerIdField: "player_id",
    maxRecordBytes: 1024 * 1024,
    shardLimits: undefined,
    ...options,
  });
  /** Runs to the end on the manual clock. */
  async function run(source: AsyncIterable<InputBatch>, untilMs = 600_000): Promise<ProduceResult> {
    let over = false;
    const result = producer.run(source).finally(() => (over = true));
    result.catch(() => undefined);
    const end = clock.now() + untilMs;
    while (!over && clock.now() < end) await clock.advance(5);
    return result;
  }
  return { clock, stream, producer, run };
}

/** Lines of players of very different weight: 0 has half of them, 1 a quarter, and so on. */
function skewed(count: number): string[] {
  return Array.from({ length: count }, (_, index) => line(Math.min(9, Math.clz32(index & -index) % 10), index));
}

function numbersOf(stream: ScriptedStream, player: number): number[] {
  return stream.of(`p${player}`).map((text) => (JSON.parse(text) as { n: number }).n);
}

describe("producer", () => {
  test("stores every line once, and a player's lines in order, while a fifth of all records is throttled", async () => {
    const { stream, run } = setUp();
    const random = seededRandom(5).unit;
    stream.refuse = () => (random() < 0.2 ? "ProvisionedThroughputExceededException" : undefined);
    const texts = skewed(600);
    const result = await run(input(texts));
    expect(stream.stored.map((record) => record.text).sort()).toEqual([...texts].sort());
    for (let player = 0; player < 10; player++) {
      const numbers = numbersOf(stream, player);
      expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
    }
    expect(result).toMatchObject({
      unsent: 0,
      interrupted: false,
      counts: { lines: 600, accepted: 600, resentUncertain: 0 },
    });
    expect(result.counts.resent).toBeGreaterThan(100);
  });

  test("no request holds two records of one player, and no two requests on their way do", async () => {
    const { stream, run } = setUp();
    await run(input(skewed(400)));
    for (const keys of stream.requests) expect(new Set(keys).size).toBe(keys.length);
    expect(stream.mostInFlight).toBeLessThanOrEqual(4);
  });

  test("to a stream that takes requests whole, one holds many records of a player, and order holds over lost answers", async () => {
    const { stream, run, producer } = setUp({ wholeRequests: true });
    const random = seededRandom(7).unit;
    stream.fail = () =>
      random() < 0.2
        ? { error: new PutError("ECONNRESET", "", { retryable: true, uncertain: false }), stored: false }
        : undefined;
    const texts = skewed(3000);
    expect(await run(input(texts))).toMatchObject({ unsent: 0, counts: { lines: 3000, accepted: 3000 } });
    expect(stream.stored.map((record) => record.text).sort()).toEqual([...texts].sort());
    for (let player = 0; player < 10; player++) {
      expect(stream.of(`p${player}`)).toEqual(texts.filter((text) => text.startsWith(`{"player_id":"p${player}"`)));
    }
    expect(Math.max(...stream.requests.map((keys) => keys.length))).toBeLessThanOrEqual(500);
    expect(producer.counts.requests).toBeLessThan(100);
  });

  test("an entry that such a stream refuses all the same is sent again, and nothing is stored twice", async () => {
    const { stream, run } = setUp({ wholeRequests: true });
    const random = seededRandom(9).unit;
    stream.refuse = () => (random() < 0.1 ? "InternalFailure" : undefined);
    const texts = skewed(1000);
    await run(input(texts));
    expect(stream.stored.map((record) => record.text).sort()).toEqual([...texts].sort());
  });

  test("a request holds at most 500 records and 2 MiB", async () => {
    const { stream, run } = setUp();
    await run(input(Array.from({ length: 1200 }, (_, index) => line(index, index))));
    expect(Math.max(...stream.requests.map((keys) => keys.length))).toBeLessThanOrEqual(500);
    expect(stream.requests.length).toBeLessThan(30);
    const large = setUp();
    await large.run(input(Array.from({ length: 6 }, (_, index) => line(index, index, 900_000))));
    expect(Math.max(...large.stream.requests.map((keys) => keys.length))).toBe(2);
  });

  test("paced, no shard is sent more than its limits in any second", async () => {
    const { stream, run, clock } = setUp({ shardLimits: LIMITS });
    stream.latencyMs = 1;
    const start = clock.now();
    const result = await run(input(Array.from({ length: 5000 }, (_, index) => line(index, index))));
    for (const { shardId } of evenShards(2)) {
      const times = stream.stored.filter((record) => record.shardId === shardId).map((record) => record.atMs - start);
      for (const [index, at] of times.entries()) {
        const end = times.findIndex((time) => time >= at + 1000);
        expect((end === -1 ? times.length : end) - index).toBeLessThanOrEqual(1000);
      }
    }
    expect(result.counts.resent).toBe(0);
    // 2 shards at 950 records/s each, of which one has a little more than half.
    expect(result.seconds).toBeGreaterThan(2.5);
    expect(result.seconds).toBeLessThan(3.2);
  });

  test("a shard's bytes are paced too: 900 KB records go once in 0.9 seconds", async () => {
    const { run } = setUp({ shardLimits: LIMITS }, 1);
    const result = await run(input(Array.from({ length: 5 }, (_, index) => line(index, index, 900_000))));
    expect(result.seconds).toBeGreaterThan(3.5);
    expect(result.seconds).toBeLessThan(4.2);
  });

  test("--rate holds over all shards", async () => {
    const { run } = setUp({ recordsPerSecond: 200 });
    const result = await run(input(Array.from({ length: 600 }, (_, index) => line(index, index))));
    expect(result.seconds).toBeGreaterThan(2.9);
    expect(result.seconds).toBeLessThan(3.1);
  });

  test("a lost connection is retried until the service is back; lost answers are counted as uncertain", async () => {
    const { stream, run } = setUp();
    const trouble = (uncertain: boolean) => new PutError("ECONNRESET", "reset", { retryable: true, uncertain });
    stream.fail = (request) =>
      request < 3
        ? { error: trouble(false), stored: false }
        : request === 4
          ? { error: trouble(true), stored: true }
          : undefined;
    const texts = skewed(100);
    const result = await run(input(texts));
    expect(new Set(stream.stored.map((record) => record.text))).toEqual(new Set(texts));
    expect(result.counts.accepted).toBe(100);
    expect(stream.stored.length).toBe(100 + result.counts.resentUncertain);
    expect(result.counts.resentUncertain).toBeGreaterThan(0);
  });

  test("an error that no retry mends ends the run and says how far it got", async () => {
    const { stream, run } = setUp();
    stream.fail = (request) =>
      request === 1
        ? {
            error: new PutError("ResourceNotFoundException", "gone", { retryable: false, uncertain: false }),
            stored: false,
          }
        : undefined;
    const failure = await run(input(skewed(300))).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ProduceFailure);
    const { result } = failure as ProduceFailure;
    expect(result.counts.accepted).toBe(stream.stored.length);
    expect(result.unsent).toBe(result.counts.lines - result.counts.accepted);
    expect(result.unsent).toBeGreaterThan(0);
  });

  test("a stream that cannot be reached at the start is given up after four attempts", async () => {
    const { stream, run } = setUp();
    stream.failListing = () => new PutError("ECONNREFUSED", "refused", { retryable: true, uncertain: false });
    await expect(run(input([line(1, 1)]))).rejects.toThrow("Kinesis: ECONNREFUSED: refused");
    expect(stream.listings).toBe(4);
  });

  test("an input that breaks off has all lines before the break stored, then its error", async () => {
    const { stream, run } = setUp();
    async function* broken(): AsyncGenerator<InputBatch> {
      yield* input(skewed(250));
      throw new CommandError("f: the gzip data end too early after line 250");
    }
    const failure = (await run(broken()).catch((error: unknown) => error)) as ProduceFailure;
    expect(failure.message).toBe("f: the gzip data end too early after line 250");
    expect(failure.hint).toBe("250 lines were sent and stored, 0 refused, 0 read but not sent.");
    expect(failure.result.counts.accepted).toBe(250);
    expect(stream.stored.length).toBe(250);
  });

  test("a record over the limit with its partition key is refused by name and number, its neighbours are sent", async () => {
    const refused: unknown[] = [];
    const { stream, run } = setUp({ maxRecordBytes: 100, onRefused: (line) => refused.push(line) });
    const fits = line(1, 1, 98 - line(1, 1).length);
    const over = line(1, 2, 99 - line(1, 2).length);
    const result = await run(input([fits, over, line(1, 3)]));
    expect(refused).toEqual([{ file: "f", line: 2, bytes: 99 }]);
    expect(stream.of("p1")).toEqual([fits, line(1, 3)]);
    expect(result.counts).toMatchObject({ lines: 3, refused: 1, accepted: 2 });
  });

  test("after a reshard the new shards are learnt from the answers, and order holds", async () => {
    const { clock, stream, run } = setUp();
    const shardsThen = evenShards(4, 2);
    clock.after(60, () => (stream.shards = shardsThen));
    const result = await run(input(skewed(500)));
    expect(stream.listings).toBeGreaterThan(1);
    expect(result.counts.accepted).toBe(500);
    for (let player = 0; player < 10; player++) {
      const numbers = numbersOf(stream, player);
      expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
    }
  });

  test("the signal stops it: what is on its way is awaited and counted, the rest is unsent", async () => {
    const stop = new AbortController();
    const { clock, stream, run } = setUp({ signal: stop.signal });
    clock.after(40, () => stop.abort());
    const result = await run(input(skewed(2000)));
    expect(result.interrupted).toBe(true);
    expect(stream.inFlight).toBe(0);
    expect(result.counts.accepted).toBe(stream.stored.length);
    expect(result.unsent).toBe(result.counts.lines - stream.stored.length);
    expect(clock.waiting).toBe(0);
  });

  test("reading pauses while 50,000 records wait", async () => {
    const stop = new AbortController();
    const { stream, producer, clock } = setUp({ signal: stop.signal });
    stream.latencyMs = 1e9;
    const run = producer.run(input(Array.from({ length: 60_000 }, (_, index) => line(index, index))));
    await clock.advance(20);
    await clock.advance(1e9);
    for (let turn = 0; turn < 200 && producer.counts.lines < 50_000; turn++) await clock.advance(1);
    expect(producer.counts.lines).toBe(50_000);
    stop.abort();
    await clock.advance(2e9);
    expect((await run).interrupted).toBe(true);
  });
});
