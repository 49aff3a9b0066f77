import { createServer } from "node:http";
import type { Server } from "node:http";
import { gunzipSync } from "node:zlib";
import { ContentsDigest } from "./digest.ts";
import { PlainBytes, type Stored } from "./stand-in.ts";

const LOG = Buffer.from(',"log":');

/** Objects put into S3, one PUT each, kept as they came. */
export class S3StandIn {
  readonly server: Server;
  #objects: { readonly key: string; readonly body: Buffer }[] = [];

  constructor() {
    this.server = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on("data", (part: Buffer) => parts.push(part));
      request.on("end", () => {
        this.#objects.push({ key: request.url!, body: Buffer.concat(parts) });
        response.writeHead(200, { etag: '"bench"', "content-length": 0 }).end();
      });
    });
  }

  /** Reads what is stored, then forgets it. Lines are archive lines or plain log texts; objects of one key count once, the last. */
  take(gzip: boolean): Stored {
    const plain = new PlainBytes(gzip);
    const digest = new ContentsDigest();
    const latest = new Map(this.#objects.map(({ key, body }) => [key, body]));
    let wireBytes = 0;
    for (const { body } of this.#objects) wireBytes += body.length;
    for (const body of latest.values()) {
      const lines = gunzipSync(body);
      plain.add(lines);
      addLines(lines, digest);
    }
    const requests = this.#objects.length;
    this.#objects = [];
    return { ...digest.contents, ...plain.result, wireBytes, requests };
  }
}

function addLines(text: Buffer, digest: ContentsDigest): void {
  for (let start = 0; start < text.length;) {
    const feed = text.indexOf(0x0a, start);
    const end = feed === -1 ? text.length : feed;
    const line = text.subarray(start, end);
    const log = line.subarray(0, 200).indexOf(LOG);
    digest.add(log === -1 ? line : line.subarray(log + LOG.length, line.length - 1));
    start = end + 1;
  }
}
