/** A stack's cloud in memory for replays, with dead letters that the real consumers have written. */
import { gunzipSync } from "node:zlib";
import type { Bucket } from "../../cli/connect/bucket.ts";
import type { Connection } from "../../cli/connect/connection.ts";
import { replay } from "../../cli/replay/replay.ts";
import type { ReplayRequest } from "../../cli/replay/request.ts";
import { ReplayState } from "../../cli/replay/state.ts";
import { Tally } from "../../cli/replay/tally.ts";
import { systemClock } from "../../contract/clock.ts";
import type { StorageWriteServer } from "../support/storage-write-server.ts";

export const ALWAYS = { sinceMs: -Infinity, untilMs: Infinity };

/** A bucket in memory. `killAt`: its so many-th change, from 0, and all after it do not happen: the process is gone. */
export class MemoryBucket implements Bucket {
  readonly name: string;
  readonly objects = new Map<string, Buffer>();
  killAt = Infinity;
  changes = 0;
  /** Keys whose reading is never answered: the process is gone. */
  killOn: (key: string) => boolean = () => false;

  constructor(name: string, objects: Iterable<readonly [string, Buffer]> = []) {
    this.name = name;
    this.objects = new Map(objects);
  }

  get keys(): string[] {
    return [...this.objects.keys()].sort();
  }

  async *list(prefix: string) {
    await Promise.resolve();
    for (const key of this.keys) if (key.startsWith(prefix)) yield key;
  }

  async *folders(prefix: string) {
    await Promise.resolve();
    const folders = this.keys.flatMap((key) => {
      const end = key.startsWith(prefix) ? key.indexOf("/", prefix.length) : -1;
      return end === -1 ? [] : [key.slice(0, end + 1)];
    });
    yield* new Set(folders);
  }

  read(key: string): Promise<Buffer> {
    if (this.killOn(key)) return Promise.reject(new Killed());
    const bytes = this.objects.get(key);
    return bytes === undefined ? Promise.reject(missing()) : Promise.resolve(bytes);
  }

  put(key: string, bytes: Uint8Array): Promise<void> {
    return this.#change(() => this.objects.set(key, Buffer.from(bytes)));
  }

  copy(from: string, to: string): Promise<void> {
    const bytes = this.objects.get(from);
    return bytes === undefined ? Promise.reject(missing()) : this.#change(() => this.objects.set(to, bytes));
  }

  delete(key: string): Promise<void> {
    return this.#change(() => this.objects.delete(key));
  }

  /** Parsed lines of all objects under a prefix. */
  lines(prefix: string): Record<string, string>[] {
    return this.keys
      .filter((key) => key.startsWith(prefix))
      .flatMap((key) => gunzipSync(this.objects.get(key)!).toString().trimEnd().split("\n"))
      .map((line) => JSON.parse(line) as Record<string, string>);
  }

  async #change(change: () => unknown): Promise<void> {
    await Promise.resolve();
    if (this.changes++ >= this.killAt) throw new Killed();
    change();
  }
}

/** Stands for SIGKILL: nothing that comes after it happens. */
export class Killed extends Error {}

function missing(): Error {
  return Object.assign(new Error("The specified key does not exist."), { name: "NoSuchKey" });
}

/** What a replay is tried on. */
export interface World {
  readonly deadLetters: MemoryBucket;
  readonly archive?: MemoryBucket;
  readonly storage?: StorageWriteServer;
  /** Address of the storage, as `listen` gave it. */
  readonly endpoint?: string;
  readonly playerIdField?: string;
  readonly generation?: string;
  readonly kinesis?: Connection["kinesis"];
}

export const STREAM_ARN = "arn:aws:kinesis:us-east-1:000000000000:stream/game-log";

/** A connection to it. */
export function connectionTo(world: World): Connection {
  const { deadLetters, archive = new MemoryBucket("archive"), endpoint = "http://127.0.0.1:9", kinesis } = world;
  return {
    facts: {
      streamName: "game-log",
      region: "us-east-1",
      generation: world.generation ?? "",
      maxRecordBytes: 1 << 20,
      record: { playerIdField: world.playerIdField ?? "player_id", timestampField: "timestamp", eventField: "event" },
      archiveBucket: archive.name,
      deadLetterBucket: deadLetters.name,
      google: { project: "proj", dataset: "logs", location: "US" },
      backends: [
        { name: "archive", functionName: "sluice-archive", grants: ["archive-bucket-write"] },
        { name: "warehouse", functionName: "sluice-warehouse", grants: ["google-warehouse-write"] },
      ],
    },
    label: "a test",
    configuration: "stack.json",
    runDirectory: undefined,
    ...{ archive, deadLetters, kinesis, cloudwatch: undefined },
    query: () => Promise.reject(new Error("not here")),
    storageWrite: {
      endpoint,
      writeLocation: "projects/proj/locations/US",
      tokens: { token: () => Promise.resolve("token"), invalidate: () => undefined },
    },
    close: () => Promise.resolve(),
  };
}

/** Replays, and gives the counts. `batchTimeoutMs`: short where a backend takes nothing at all. */
export async function replayed(
  world: World,
  request: Pick<ReplayRequest, "from" | "to"> & Partial<ReplayRequest>,
  state = ReplayState.none(Infinity),
  batchTimeoutMs = 60_000,
): Promise<Tally> {
  const tally = new Tally();
  await replay(
    { window: ALWAYS, reason: undefined, table: undefined, dryRun: false, ...request },
    {
      ...{ connection: connectionTo(world), state, tally, clock: systemClock, random: () => 0.5 },
      signal: new AbortController().signal,
      recordsPerSecond: undefined,
      batchTimeoutMs,
    },
  );
  return tally;
}
