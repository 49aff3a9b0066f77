/** Both consumers on one event, in this process: what each piece became, by record id. */
import { gunzipSync, gzipSync } from "node:zlib";
import type { Clock } from "../../contract/clock.ts";
import { COLUMNS } from "../../contract/columns.ts";
import type { QuarantineLine } from "../../contract/formats.ts";
import { createHandler as createArchive } from "../../functions/archive/archive.ts";
import type { Compressor } from "../../functions/shared/compressor.ts";
import type { Handler } from "../../functions/shared/event.ts";
import { ObjectStore } from "../../functions/shared/object-store.ts";
import type { StoredObject } from "../../functions/shared/object-store.ts";
import type { UnpackLimits } from "../../functions/shared/unpack.ts";
import { decodeAppendAnswer } from "../../functions/warehouse/answer.ts";
import { Connections } from "../../functions/warehouse/connections.ts";
import type { Connection } from "../../functions/warehouse/connections.ts";
import { createHandler as createWarehouse } from "../../functions/warehouse/warehouse.ts";
import type { Row } from "../../local/bigquery/append.ts";
import type { Table } from "../../local/bigquery/catalog.ts";
import { RowDecoder } from "../../local/bigquery/row-decoder.ts";
import { messageType } from "../../local/bigquery/storage-proto.ts";
import type { AppendRowsRequest, AppendRowsResponse } from "../../local/bigquery/storage-proto.ts";
import { ValueError } from "../../local/bigquery/values.ts";
import { ARRIVED_MS, eventOf } from "./event.ts";
import { claim } from "./target.ts";

const AppendRows = messageType("AppendRowsRequest");
const AppendAnswer = messageType("AppendRowsResponse");
const INVALID_ARGUMENT = 3;
const TABLE = {
  fields: COLUMNS.map(({ name, type, mode }) => ({ name, type, mode })),
} as Pick<Table, "fields"> as Table;
const column = (name: string): number => COLUMNS.findIndex((each) => each.name === name);
const [LOG, LOG_TEXT, RECORD_ID] = [column("log"), column("log_text"), column("record_id")];

/** Time stands still: nothing fails here that time could heal. */
const clock: Clock = { now: () => ARRIVED_MS, after: () => () => undefined };
const COMMON = { streamName: "log", streamGeneration: "", deadLetterBucket: "dead" };
const REMAINING = { getRemainingTimeInMillis: () => 60_000 };
const LEVEL = 1;

/** Compresses at once: the thread pool costs more than the few bytes here. */
const compressor: Compressor = {
  member() {
    const parts: Buffer[] = [];
    return {
      write: (bytes) => Promise.resolve(void parts.push(Buffer.from(bytes))),
      end: () => Promise.resolve(gzipSync(Buffer.concat(parts), { level: LEVEL })),
    };
  },
  compress: (bytes) => Promise.resolve(gzipSync(bytes, { level: LEVEL })),
};

/** What became of a piece in one backend: its bytes, or its canonical JSON where nothing else is kept. */
export interface Ended {
  readonly where: "log" | "raw" | "log_text" | "quarantine";
  readonly content: Buffer;
  /** In the quarantine. */
  readonly reason?: string;
}

const ARCHIVE_LINE = /^\{"record_id":"([^"]+)","arrived_at":"2026-01-01T12:00:00\.000Z","(log|raw)":(.*)\}$/s;

export class BothConsumers {
  #objects: StoredObject[] = [];
  #rows: Row[] = [];
  readonly #archive: Handler;
  readonly #warehouse: Handler;

  constructor(limits: UnpackLimits) {
    const put = (object: StoredObject): Promise<void> => Promise.resolve(void this.#objects.push(object));
    const store = new ObjectStore({ put, clock, random: Math.random });
    const deps = { store, clock, random: () => 0.5, log: (line: string) => void JSON.parse(line), compressor, limits };
    this.#archive = createArchive({
      ...deps,
      environment: { ...COMMON, backend: "archive", archiveBucket: "archive" },
    });
    this.#warehouse = createWarehouse({
      ...deps,
      connections: new Connections({
        open: () => this.#connection(),
        tokens: { token: () => Promise.resolve("token"), invalidate: () => undefined },
        clock,
      }),
      environment: {
        ...COMMON,
        backend: "warehouse",
        fields: { playerId: "player_id", timestamp: "timestamp", event: "event" },
        googleProject: "p",
        dataset: "d",
        location: "US",
        partitionExpiryDays: undefined,
        googleAudience: "a",
        googleServiceAccount: "s",
        storageEndpoint: "",
        tokenEndpoint: "",
        awsRegion: "us-east-1",
      },
    });
  }

  /** Sends records to both; each must acknowledge all of them. What became of each piece, by record id. */
  async send(records: readonly Buffer[]): Promise<{ archive: Map<string, Ended>; warehouse: Map<string, Ended> }> {
    this.#objects = [];
    this.#rows = [];
    const event = eventOf(records);
    for (const handler of [this.#archive, this.#warehouse]) {
      const { batchItemFailures } = await handler(event, REMAINING);
      claim(batchItemFailures.length === 0, "acknowledges the batch");
    }
    return { archive: this.#archived(), warehouse: this.#stored() };
  }

  /** Takes requests as the local warehouse does, and keeps their rows. */
  #connection(): Connection {
    return {
      usable: true,
      lastUsedMs: ARRIVED_MS,
      close: () => undefined,
      append: (compressed) => {
        const request = AppendRows.decode(gunzipSync(compressed)) as unknown as AppendRowsRequest;
        const answer = AppendAnswer.encode(this.#take(request)).finish();
        return Promise.resolve(decodeAppendAnswer(Buffer.from(answer)));
      },
    };
  }

  #take({ writeStream, protoRows }: AppendRowsRequest): AppendRowsResponse {
    const decoder = new RowDecoder(protoRows!.writerSchema!.protoDescriptor!.field, TABLE);
    const rows: Row[] = [];
    const rowErrors: { index: number; code: number; message: string }[] = [];
    for (const [index, bytes] of protoRows!.rows!.serializedRows.entries()) {
      try {
        rows.push(decoder.decode(bytes));
      } catch (error) {
        if (!(error instanceof ValueError)) throw error;
        rowErrors.push({ index, code: 1, message: error.message });
      }
    }
    if (rowErrors.length > 0) return { error: { code: INVALID_ARGUMENT, message: "" }, rowErrors, writeStream };
    this.#rows.push(...rows);
    return { appendResult: {}, writeStream };
  }

  #archived(): Map<string, Ended> {
    const ended = this.#quarantined("archive");
    for (const line of this.#lines("logs/")) {
      const [match, id, field, value] = ARCHIVE_LINE.exec(line) ?? [];
      claim(match !== undefined && isJson(line), "an archive line is JSON of its form");
      const content = field === "log" ? Buffer.from(value!) : Buffer.from(JSON.parse(value!) as string, "base64");
      put(ended, id!, { where: field as "log" | "raw", content });
    }
    return ended;
  }

  #stored(): Map<string, Ended> {
    const ended = this.#quarantined("warehouse");
    for (const row of this.#rows) {
      const [log, text] = [row[LOG], row[LOG_TEXT]];
      claim((log === null) !== (text === null), "a row has its record once");
      const where = log === null ? "log_text" : "log";
      put(ended, row[RECORD_ID] as string, { where, content: Buffer.from((log ?? text) as string) });
    }
    return ended;
  }

  #quarantined(backend: string): Map<string, Ended> {
    const ended = new Map<string, Ended>();
    for (const line of this.#lines(`quarantine/${backend}/`)) {
      const { record_id: id, reason, raw } = JSON.parse(line) as QuarantineLine;
      put(ended, id, { where: "quarantine", content: Buffer.from(raw, "base64"), reason });
    }
    return ended;
  }

  #lines(prefix: string): string[] {
    const objects = this.#objects.filter(({ key }) => key.startsWith(prefix));
    return objects.flatMap(({ body }) => gunzipSync(body).toString("utf8").split("\n").slice(0, -1));
  }
}

function put(ended: Map<string, Ended>, id: string, what: Ended): void {
  claim(!ended.has(id), `${id} ends in one place`);
  ended.set(id, what);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
