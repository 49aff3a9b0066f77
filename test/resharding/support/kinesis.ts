/** A Kinesis server of this process with one stream, and a run's folder that leads to it. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KinesisClient } from "@aws-sdk/client-kinesis";
import type { Clock } from "../../../contract/clock.ts";
import { type StreamEntry, StreamRegistry, type StreamRegistryOptions } from "../../../local/kinesis/registry.ts";
import { type KinesisServer, startKinesisServer } from "../../../local/kinesis/server.ts";

export const STREAM = "sluice-local-player-log";

/** One server. */
export class KinesisUnderTest {
  readonly client: KinesisClient;
  readonly stream: StreamEntry;
  readonly #server: KinesisServer;
  readonly #streams: StreamRegistry;
  readonly #clock: Clock;

  private constructor(server: KinesisServer, streams: StreamRegistry, stream: StreamEntry, clock: Clock) {
    this.#server = server;
    this.#streams = streams;
    this.stream = stream;
    this.#clock = clock;
    this.client = new KinesisClient({
      ...{ endpoint: this.endpoint, region: "us-east-1", credentials: { accessKeyId: "a", secretAccessKey: "b" } },
      // A refusal is what is tested: the SDK would wait and ask again.
      maxAttempts: 1,
    });
  }

  /** `meters`: who counts what the stream does. */
  static async start(
    shardCount: number,
    clock: Clock,
    updateMs = 0,
    meters?: StreamRegistryOptions["meters"],
  ): Promise<KinesisUnderTest> {
    const streams = new StreamRegistry({
      ...{ accountId: "000000000000", region: "us-east-1", updateMs },
      ...(meters && { meters }),
    });
    const stream = streams.create({ name: STREAM, shardCount }, clock.now());
    const server = await startKinesisServer({ clock, streams, host: "127.0.0.1" });
    return new KinesisUnderTest(server, streams, stream, clock);
  }

  get endpoint(): string {
    return `http://127.0.0.1:${this.#server.port}`;
  }

  openShards(): number {
    return this.stream.model.openShardIds(this.#clock.now()).length;
  }

  async close(): Promise<void> {
    this.client.destroy();
    await this.#server.close();
    this.#streams.close();
  }
}

/** A folder that is gone afterwards. */
export function temporaryFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), "sluice-resharding-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
