import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { Server } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateStreamCommand, DescribeStreamCommand, KinesisClient, PutRecordsCommand } from "@aws-sdk/client-kinesis";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { ReplayState } from "../../cli/replay/state.ts";
import { systemClock } from "../../contract/clock.ts";
import { StreamRegistry } from "../../local/kinesis/registry.ts";
import { startKinesisServer } from "../../local/kinesis/server.ts";
import { eventually } from "../support/eventually.ts";
import type { Row } from "../support/storage-write.ts";
import { StorageWriteServer } from "../support/storage-write-server.ts";
import { Killed, MemoryBucket, replayed } from "./support.ts";

const kinesalite = createRequire(__filename)("kinesalite") as (options: Record<string, unknown>) => Server;
const PLAYERS = [..."0123456789abcdef"].map((digit) => digit.repeat(32));
/** Sixteen records, of which the sixth holds two log records and the seventh none that is one. */
const PAYLOADS = PLAYERS.map((player, index) => {
  const log = JSON.stringify({ player_id: player, timestamp: new Date().toISOString() });
  return index === 5 ? `${log}\n${log}` : index === 6 ? "not json" : log;
});

const idOf = (row: Row): string => row["record_id"]!;

let closeServers: () => Promise<void>;
let clients: Record<"kinesalite" | "ours", KinesisClient>;

function connect(port: number): KinesisClient {
  return new KinesisClient({
    ...{ region: "us-east-1", endpoint: `http://127.0.0.1:${port}`, requestHandler: new NodeHttpHandler() },
    credentials: { accessKeyId: "any", secretAccessKey: "any" },
  });
}

beforeAll(async () => {
  const foreign = kinesalite({ createStreamMs: 1 });
  await new Promise<void>((resolve) => foreign.listen(0, "127.0.0.1", resolve));
  const streams = new StreamRegistry({ accountId: "000000000000", region: "us-east-1", limits: false });
  const ours = await startKinesisServer({ clock: systemClock, streams });
  clients = { kinesalite: connect((foreign.address() as AddressInfo).port), ours: connect(ours.port) };
  for (const client of Object.values(clients)) {
    await client.send(new CreateStreamCommand({ StreamName: "game-log", ShardCount: 2 }));
    await eventually(
      () => client.send(new DescribeStreamCommand({ StreamName: "game-log" })),
      ({ StreamDescription }) => StreamDescription?.StreamStatus === "ACTIVE",
    );
    const Records = PAYLOADS.map((text, index) => ({ Data: Buffer.from(text), PartitionKey: PLAYERS[index]! }));
    await client.send(new PutRecordsCommand({ StreamName: "game-log", Records }));
  }
  closeServers = async () => {
    for (const client of Object.values(clients)) client.destroy();
    await Promise.all([ours.close(), new Promise((resolve) => foreign.close(resolve))]);
  };
});
afterAll(() => closeServers());

describe.each(["kinesalite", "ours"] as const)("what is still on a stream (%s)", (server) => {
  test("goes to the archive, one object for each shard and hour, and again the same objects", async () => {
    const archive = new MemoryBucket("archive");
    const world = { deadLetters: new MemoryBucket("dead"), archive, kinesis: clients[server] };

    const tally = await replayed(world, { from: "stream", to: "archive" });

    expect(tally).toMatchObject({ objects: 16, read: 17, written: 17, quarantined: 0, problems: [] });
    const logs = archive.lines("logs/").map((line) => JSON.stringify(line["log"] ?? line["raw"]));
    expect(logs.sort()).toEqual(
      PAYLOADS.flatMap((text) => text.split("\n"))
        .map((text) => (text === "not json" ? '"bm90IGpzb24="' : text))
        .sort(),
    );
    const [keys, bytes] = [archive.keys, [...archive.objects.values()]];
    await replayed(world, { from: "stream", to: "archive" });
    expect([archive.keys, [...archive.objects.values()]]).toEqual([keys, bytes]);
  });

  test("goes to the warehouse with the ids that the archive has; what is bad goes to the quarantine", async () => {
    const storage = new StorageWriteServer();
    const endpoint = await storage.listen();
    const archive = new MemoryBucket("archive");
    const world = { deadLetters: new MemoryBucket("dead"), archive, kinesis: clients[server], endpoint };
    await replayed(world, { from: "stream", to: "archive" });

    const tally = await replayed(world, { from: "stream", to: "warehouse" });

    await storage.close();
    expect(tally).toMatchObject({ read: 17, written: 16, quarantined: 1 });
    const bad = world.deadLetters.lines("quarantine/warehouse/").map((line) => line["record_id"]!);
    expect([...storage.stored.map(idOf), ...bad].sort()).toEqual(
      archive
        .lines("logs/")
        .map((line) => line["record_id"])
        .sort(),
    );
  });

  test("outside the window is not asked for", async () => {
    const archive = new MemoryBucket("archive");
    const world = { deadLetters: new MemoryBucket("dead"), archive, kinesis: clients[server] };
    const nowMs = Date.now();
    const read = async (sinceMs: number, untilMs: number): Promise<number> => {
      const request = { from: "stream", to: "archive", window: { sinceMs, untilMs }, dryRun: true } as const;
      return (await replayed(world, request, ReplayState.none(Math.min(untilMs, nowMs + 1000)))).read;
    };
    expect(await read(nowMs - 3_600_000, Infinity)).toBe(17);
    expect(await read(nowMs + 3_600_000, Infinity)).toBe(0);
    expect(await read(-Infinity, nowMs - 3_600_000)).toBe(0);
    expect(archive.keys).toEqual([]);
  });
});

describe("a replay that is killed", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "sluice-replay-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test("goes on behind the last batch that was written, and leaves no state once it is complete", async () => {
    const file = join(folder, "deeper", "state.json");
    const archive = new MemoryBucket("archive");
    const world = { deadLetters: new MemoryBucket("dead"), archive, kinesis: clients.ours };
    const open = (): ReplayState => ReplayState.open(file, "stream to archive", Date.now() + 3_600_000);
    archive.killAt = 1;
    await expect(replayed(world, { from: "stream", to: "archive" }, open(), 300)).rejects.toThrow();
    expect(archive.keys).toHaveLength(1);
    archive.killAt = Infinity;
    const state = open();
    expect(state.resumed).toBe(true);

    const tally = await replayed(world, { from: "stream", to: "archive" }, state);

    expect(tally.objects).toBeLessThan(16);
    expect(new Set(archive.lines("logs/").map((line) => line["record_id"])).size).toBe(17);
    expect([existsSync(file), readdirSync(join(folder, "deeper"))]).toEqual([false, []]);
  });

  test("from the archive, goes on behind the last object, and its end is that of its first start", async () => {
    const archive = new MemoryBucket("archive");
    const deadLetters = new MemoryBucket("dead");
    await replayed({ deadLetters, archive, kinesis: clients.ours }, { from: "stream", to: "archive" });
    const storage = new StorageWriteServer();
    const world = { deadLetters, archive, endpoint: await storage.listen() };
    const file = join(folder, "state.json");
    // The objects of shard 0 come first.
    archive.killOn = (key) => key.includes("/1-");
    const first = ReplayState.open(file, "archive to warehouse", 4_000_000_000_000);
    await expect(replayed(world, { from: "archive", to: "warehouse" }, first)).rejects.toThrow(Killed);
    const before = storage.stored.length;
    archive.killOn = () => false;

    const state = ReplayState.open(file, "archive to warehouse", 0);
    await replayed(world, { from: "archive", to: "warehouse" }, state);

    await storage.close();
    expect(state.untilMs).toBe(4_000_000_000_000);
    expect(before).toBeGreaterThan(0);
    expect(storage.stored.slice(before).every((row) => idOf(row).startsWith("1:"))).toBe(true);
    expect(new Set(storage.stored.map(idOf)).size).toBe(16);
    expect(deadLetters.lines("quarantine/")).toHaveLength(1);
  });

  test("has a state that is of this replay alone, and whole", () => {
    const file = join(folder, "state.json");
    ReplayState.open(file, "one", 7).reach("shard", "495");
    expect(JSON.parse(readFileSync(file, "utf8"))).toEqual({
      ...{ version: 1, replay: "one", untilMs: 7, positions: { shard: "495" } },
    });
    expect(ReplayState.open(file, "one", 8).position("shard")).toBe("495");
    expect(() => ReplayState.open(file, "two", 8)).toThrow(`${file} is of another replay: one`);
    writeFileSync(file, "{}");
    expect(() => ReplayState.open(file, "one", 8)).toThrow(`${file}: it is no state of a replay`);
  });
});
