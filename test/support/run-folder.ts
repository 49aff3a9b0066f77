/** What a run of `sluice local` leaves in its folder, read by other means than its own audit. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { systemClock } from "../../contract/clock.ts";
import type { QuarantineLine } from "../../contract/formats.ts";
import type { Endpoints } from "../../cli/local/endpoints-file.ts";
import { type Report, parseReport } from "../../cli/report/schema.ts";
import { openWarehouse } from "../../local/bigquery/warehouse.ts";

/** One line of the archive. */
export interface ArchivedLine {
  readonly recordId: string;
  /** The record's own bytes. */
  readonly bytes: Buffer;
  /** Whether it stands there as base64. */
  readonly raw: boolean;
}

/** A row of one of the 16 tables. */
export interface WarehouseRow {
  readonly table: string;
  readonly recordId: string;
  readonly playerId: string;
  readonly event: string | null;
  /** JSON text as BigQuery gives it back. */
  readonly log: string | null;
  readonly logText: string | null;
}

const LINE = /^\{"record_id":"([^"]+)","arrived_at":"([^"]+)","(log|raw)":/;

type Bucket = "archiveBucket" | "deadLetterBucket";

/** Folder of a run, or the link to it. */
export class RunFolder {
  readonly directory: string;

  constructor(directory: string) {
    this.directory = directory;
  }

  report(): Report {
    return parseReport(readFileSync(join(this.directory, "report.json"), "utf8"));
  }

  endpoints(): Endpoints {
    return readEndpoints(join(this.directory, "endpoints.json"));
  }

  /** Keys of a bucket that start with a prefix. */
  keys(bucket: Bucket, prefix = ""): string[] {
    const folder = this.#bucket(bucket);
    if (!existsSync(folder)) return [];
    const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
      .filter((key) => key.startsWith(prefix))
      .sort();
  }

  archived(): ArchivedLine[] {
    return this.#lines("archiveBucket", "logs/").map((line) => {
      const text = line.toString("latin1");
      const [head, recordId, , kind] = LINE.exec(text)!;
      const value = line.subarray(head.length, -1);
      const raw = kind === "raw";
      return {
        recordId: recordId!,
        raw,
        bytes: raw ? Buffer.from(JSON.parse(value.toString()) as string, "base64") : value,
      };
    });
  }

  quarantined(backend: string): QuarantineLine[] {
    const lines = this.#lines("deadLetterBucket", `quarantine/${backend}/`);
    return lines.map((line) => JSON.parse(line.toString()) as QuarantineLine);
  }

  /** Every row of the 16 tables. Opens the file, so no process may hold it. */
  async rows(): Promise<WarehouseRow[]> {
    const rows = await this.query(
      `SELECT _TABLE_SUFFIX, record_id, player_id, event, TO_JSON_STRING(log), log_text
       FROM \`player_log_*\` WHERE event_time >= TIMESTAMP '1970-01-01'`,
    );
    return rows.map(([digit, recordId, playerId, event, log, logText]) => ({
      ...{
        table: `player_log_${digit!}`,
        recordId: recordId!,
        playerId: playerId!,
        event: event!,
        log: log!,
        logText: logText!,
      },
    }));
  }

  async query(sql: string): Promise<(string | null)[][]> {
    const { project, dataset } = this.endpoints();
    const path = join(this.directory, "warehouse.duckdb");
    const warehouse = await openWarehouse({
      ...{ path, readOnly: true, clock: systemClock, project, defaultDataset: dataset },
    });
    try {
      return (await warehouse.query(sql)).rows as (string | null)[][];
    } finally {
      await warehouse.close();
    }
  }

  #bucket(bucket: Bucket): string {
    return join(this.directory, "s3", this.endpoints()[bucket]);
  }

  #lines(bucket: Bucket, prefix: string): Buffer[] {
    const lines: Buffer[] = [];
    for (const key of this.keys(bucket, prefix)) {
      const bytes = gunzipSync(readFileSync(join(this.#bucket(bucket), key)));
      for (let start = 0; start < bytes.length;) {
        const end = bytes.indexOf("\n", start);
        lines.push(bytes.subarray(start, end));
        start = end + 1;
      }
    }
    return lines;
  }
}

/** What `--endpoints FILE` has written. */
export function readEndpoints(file: string): Endpoints {
  return JSON.parse(readFileSync(file, "utf8")) as Endpoints;
}

/** Texts in an order of their own: two lists are equal as multisets if these are. */
export function sortedBytes(all: readonly Uint8Array[]): string[] {
  return all.map((bytes) => Buffer.from(bytes).toString("latin1")).sort();
}
