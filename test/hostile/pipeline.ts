/** Both consumers on one batch: the archive over a store in memory, the warehouse over the local BigQuery's own sockets. */
import type { ArchiveLine, QuarantineLine } from "../../contract/formats.ts";
import { createHandler as createArchive } from "../../functions/archive/archive.ts";
import { readEnvironment as readArchiveEnvironment } from "../../functions/archive/environment.ts";
import type { Handler, KinesisEventRecord } from "../../functions/shared/event.ts";
import { ObjectStore } from "../../functions/shared/object-store.ts";
import { AppendConnection } from "../../functions/warehouse/connection.ts";
import { Connections } from "../../functions/warehouse/connections.ts";
import { readEnvironment as readWarehouseEnvironment } from "../../functions/warehouse/environment.ts";
import { createHandler as createWarehouse } from "../../functions/warehouse/warehouse.ts";
import { startBigQuery } from "../../local/bigquery/server.ts";
import type { BigQueryServer } from "../../local/bigquery/server.ts";
import type { Warehouse } from "../../local/bigquery/warehouse.ts";
import { DATASET, gameWarehouse, NOW, PROJECT } from "../bigquery/support.ts";
import { contextOf, kinesisEvent, sequenceNumberOf } from "../support/kinesis-event.ts";
import { ManualClock } from "../support/manual-clock.ts";
import { MemoryStore } from "../support/memory-store.ts";
import { seen } from "./outcome.ts";
import type { Archived, Outcome, Quarantined, Stored } from "./outcome.ts";

const VARIABLES = {
  SLUICE_STREAM_NAME: "game-log",
  SLUICE_DEAD_LETTER_BUCKET: "dead",
  SLUICE_ARCHIVE_BUCKET: "archive",
  SLUICE_PLAYER_ID_FIELD: "player_id",
  SLUICE_TIMESTAMP_FIELD: "timestamp",
  SLUICE_EVENT_FIELD: "event",
  SLUICE_GOOGLE_PROJECT: PROJECT,
  SLUICE_DATASET: DATASET,
  SLUICE_DATASET_LOCATION: "US",
  SLUICE_GOOGLE_AUDIENCE: "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/r",
  SLUICE_GOOGLE_SERVICE_ACCOUNT: `sluice@${PROJECT}.iam.gserviceaccount.com`,
  AWS_REGION: "us-east-1",
};
/** Stands still: no time-out strikes and nothing is tried again, for nothing fails here. */
const clock = new ManualClock(NOW);
const REMAINING_MS = 60_000;
const LINE = /^\{"record_id":"\d+:(\d+):(\d+)","arrived_at":"[^"]+",(.*)\}$/s;

/** A batch goes to both; each batch gets a shard of its own. */
export class Pipeline {
  readonly #warehouse: Warehouse;
  readonly #server: BigQueryServer;
  readonly #s3 = new MemoryStore();
  readonly #connections: Connections;
  readonly #archive;
  readonly #consumer;
  #batches = 0;

  static async start(): Promise<Pipeline> {
    const warehouse = await gameWarehouse();
    return new Pipeline(warehouse, await startBigQuery({ warehouse, host: "127.0.0.1" }));
  }

  private constructor(warehouse: Warehouse, server: BigQueryServer) {
    this.#warehouse = warehouse;
    this.#server = server;
    const store = new ObjectStore({ put: this.#s3.put, clock, random: () => 0.5 });
    const common = { store, clock, random: () => 0.5, log: () => undefined };
    const environment = { ...VARIABLES, SLUICE_BACKEND: "archive" };
    this.#archive = createArchive({ ...common, environment: readArchiveEnvironment(environment) });
    this.#connections = new Connections({
      open: (accessToken) =>
        new AppendConnection({
          endpoint: `http://127.0.0.1:${server.grpcPort}`,
          writeLocation: `projects/${PROJECT}/locations/US`,
          accessToken,
          clock,
        }),
      tokens: { token: () => Promise.resolve("token"), invalidate: () => undefined },
      clock,
    });
    this.#consumer = createWarehouse({
      ...common,
      environment: readWarehouseEnvironment({ ...VARIABLES, SLUICE_BACKEND: "warehouse" }),
      connections: this.#connections,
    });
  }

  /** Sends payloads as one batch, until both have acknowledged all of it; where each of them has ended. */
  async send(payloads: readonly Uint8Array[]): Promise<Outcome[]> {
    const shard = this.#batches++;
    const { Records } = kinesisEvent(
      payloads.map((data) => ({ data, arrivedMs: NOW })),
      shard,
    );
    for (const handler of [this.#archive, this.#consumer]) await deliver(handler, Records);
    const archived = this.#archived(shard);
    const stored = await this.#stored(shard);
    return payloads.map((_, index) => {
      const of = <T>(all: ReadonlyMap<string, T>): T[] => inOrder(all, sequenceNumberOf(index));
      return { archive: of(archived), warehouse: of(stored) };
    });
  }

  async close(): Promise<void> {
    await this.#connections.close();
    await this.#server.close();
    await this.#warehouse.close();
  }

  #archived(shard: number): Map<string, Archived> {
    const found = new Map<string, Archived>(this.#quarantined("archive", shard));
    for (const line of this.#lines("archive/logs/", shard)) {
      const [, sequenceNumber, position, rest] = LINE.exec(line)!;
      const log = rest!.startsWith('"log":') ? rest!.slice('"log":'.length) : undefined;
      const bytes =
        log === undefined ? Buffer.from((JSON.parse(line) as ArchiveLine).raw!, "base64") : Buffer.from(log);
      add<Archived>(
        found,
        `${sequenceNumber}:${position}`,
        log === undefined ? { raw: seen(bytes) } : { log: seen(bytes) },
      );
    }
    return found;
  }

  async #stored(shard: number): Promise<Map<string, Stored>> {
    const found = new Map<string, Stored>(this.#quarantined("warehouse", shard));
    const { rows } = await this.#warehouse.query(
      `SELECT record_id, event, TO_JSON_STRING(log), log_text FROM ${DATASET}.player_log_a
       WHERE event_time > '2026-01-01' AND STARTS_WITH(record_id, '${shard}:')`,
    );
    for (const [id, event, log, text] of rows as [string, string | null, string | null, string | null][]) {
      const stored = text === null ? { log: seen(log!) } : { logText: seen(text) };
      add<Stored>(found, id.slice(id.indexOf(":") + 1), event === "e" ? stored : { ...stored, event });
    }
    return found;
  }

  #quarantined(backend: string, shard: number): Map<string, Quarantined> {
    const found = new Map<string, Quarantined>();
    for (const text of this.#lines(`dead/quarantine/${backend}/`, shard)) {
      const { record_id: id, reason, detail, raw } = JSON.parse(text) as QuarantineLine;
      add(found, id.slice(id.indexOf(":") + 1), { reason, detail, bytes: seen(Buffer.from(raw, "base64")) });
    }
    return found;
  }

  #lines(prefix: string, shard: number): string[] {
    const names = this.#s3.names.filter((name) => name.startsWith(prefix) && name.includes(`/${shard}-`));
    return names.flatMap((name) => this.#s3.lines(name));
  }
}

/** Delivers records as the mapping does: what memory did not hold unpacked comes again, and each time there must be less. */
async function deliver(handler: Handler, records: readonly KinesisEventRecord[]): Promise<void> {
  let left = records;
  while (left.length > 0) {
    const { batchItemFailures } = await handler({ Records: left }, contextOf(REMAINING_MS));
    const from = left.findIndex(({ kinesis }) => kinesis.sequenceNumber === batchItemFailures[0]?.itemIdentifier);
    expect(from).not.toBe(0);
    left = from === -1 ? [] : left.slice(from);
  }
}

/** Adds what ended at `sequence number:position`; nothing else may have ended there. */
function add<T>(found: Map<string, T>, at: string, what: T): void {
  expect(found.has(at)).toBe(false);
  found.set(at, what);
}

/** What belongs to one Kinesis record, by position from 0 on without a gap. */
function inOrder<T>(all: ReadonlyMap<string, T>, sequenceNumber: string): T[] {
  const own = [...all.keys()].filter((at) => at.startsWith(`${sequenceNumber}:`));
  return own.map((_, position) => {
    const at = `${sequenceNumber}:${position}`;
    expect(all.has(at)).toBe(true);
    return all.get(at)!;
  });
}
