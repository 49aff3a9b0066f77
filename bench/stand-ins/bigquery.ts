import { createServer } from "node:http";
import type { Server } from "node:http";
import { gunzipSync } from "node:zlib";
import { ContentsDigest } from "./digest.ts";
import { checkRow } from "./row.ts";
import { PlainBytes, type Stored } from "./stand-in.ts";

interface InsertAll {
  readonly rows: readonly {
    readonly json: {
      readonly player_id?: string;
      readonly event?: string;
      readonly event_time?: string;
      readonly log: string;
    };
  }[];
}

const INSERT = /\/tables\/([^/]+)\/insertAll/;

/** BigQuery's REST interface as far as streaming inserts need it; bodies are kept as they came. */
export class BigQueryStandIn {
  readonly server: Server;
  #bodies: { readonly table: string; readonly gzip: boolean; readonly body: Buffer }[] = [];

  constructor() {
    this.server = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on("data", (part: Buffer) => parts.push(part));
      request.on("end", () => {
        const body = Buffer.concat(parts);
        const table = INSERT.exec(request.url!)?.[1];
        const gzip = request.headers["content-encoding"] === "gzip";
        if (table !== undefined) this.#bodies.push({ table, gzip, body });
        // A table that is made is answered with itself.
        response.writeHead(200, { "content-type": "application/json" }).end(table === undefined ? body : "{}");
      });
    });
  }

  /** Reads what is stored, then forgets it. Throws an Error if it cannot be read, or if a row is not that of its log. */
  take(wanted: boolean): Stored {
    const plain = new PlainBytes(wanted);
    const digest = new ContentsDigest();
    let wireBytes = 0;
    for (const { table, gzip, body } of this.#bodies) {
      wireBytes += body.length;
      const text = gzip ? gunzipSync(body) : body;
      plain.add(text);
      const { rows } = JSON.parse(text.toString()) as InsertAll;
      for (const { json } of rows) {
        const { player_id: playerId, event, event_time: time, log } = json;
        checkRow({ table, playerId, event, eventTimeMs: time === undefined ? undefined : Date.parse(time), log });
        digest.add(log);
      }
    }
    const requests = this.#bodies.length;
    this.#bodies = [];
    return { ...digest.contents, ...plain.result, wireBytes, requests };
  }
}
