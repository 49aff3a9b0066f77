import { createServer } from "node:http";
import type { Server } from "node:http";
import { gunzipSync } from "node:zlib";
import { ContentsDigest } from "./digest.ts";
import { PlainBytes, type Stored } from "./stand-in.ts";

interface InsertAll {
  readonly rows: readonly { readonly json: { readonly log: string } }[];
}

/** BigQuery's REST interface as far as streaming inserts need it; bodies are kept as they came. */
export class BigQueryStandIn {
  readonly server: Server;
  #bodies: { readonly gzip: boolean; readonly body: Buffer }[] = [];

  constructor() {
    this.server = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on("data", (part: Buffer) => parts.push(part));
      request.on("end", () => {
        const body = Buffer.concat(parts);
        const insert = request.url!.includes("/insertAll");
        if (insert) this.#bodies.push({ gzip: request.headers["content-encoding"] === "gzip", body });
        // A table that is made is answered with itself.
        response.writeHead(200, { "content-type": "application/json" }).end(insert ? "{}" : body);
      });
    });
  }

  /** Reads what is stored, then forgets it. */
  take(wanted: boolean): Stored {
    const plain = new PlainBytes(wanted);
    const digest = new ContentsDigest();
    let wireBytes = 0;
    for (const { gzip, body } of this.#bodies) {
      wireBytes += body.length;
      const text = gzip ? gunzipSync(body) : body;
      plain.add(text);
      const { rows } = JSON.parse(text.toString()) as InsertAll;
      for (const { json } of rows) digest.add(json.log);
    }
    const requests = this.#bodies.length;
    this.#bodies = [];
    return { ...digest.contents, ...plain.result, wireBytes, requests };
  }
}
