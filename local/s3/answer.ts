/** What an operation answers, and how it is put on the wire. */
import { createReadStream } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import type { XmlContent } from "./xml.ts";
import { xmlDocument } from "./xml.ts";
import type { Store } from "./store.ts";
import type { Address } from "./request.ts";
import type { Uploads } from "./uploads.ts";

/** One request and what its operation works on. */
export interface Call {
  readonly request: IncomingMessage;
  readonly address: Address;
  /** `""` where the request addresses none. */
  readonly bucket: string;
  readonly key: string;
  readonly store: Store;
  readonly uploads: Uploads;
  /** Told after an object is stored. */
  readonly created: (bucket: string, key: string) => void;
}

/** A part of an open file: the descriptor is closed by whoever sends it. */
export interface FileRange {
  readonly fd: number;
  readonly start: number;
  /** Number of bytes. */
  readonly length: number;
}

/** An answer. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly body?: string | FileRange;
}

/** A 200 with an XML document. */
export function xmlAnswer(root: string, content: XmlContent, headers: Answer["headers"] = {}): Answer {
  return { status: 200, headers: { "content-type": "application/xml", ...headers }, body: xmlDocument(root, content) };
}

/** ISO 8601 in UTC with milliseconds, as S3's documents have it. */
export function isoTime(epochMs: number): string {
  return new Date(epochMs).toISOString();
}

/** An HTTP date, to the second. */
export function httpTime(epochMs: number): string {
  return new Date(epochMs).toUTCString();
}

/** Sends an answer. Rejects if the client goes away meanwhile; the file is closed either way. */
export async function send(response: ServerResponse, answer: Answer, requestId: string): Promise<void> {
  response.statusCode = answer.status;
  response.setHeader("x-amz-request-id", requestId);
  for (const [name, value] of Object.entries(answer.headers ?? {})) {
    if (value !== undefined) response.setHeader(name, value);
  }
  const { body } = answer;
  if (body === undefined || typeof body === "string") {
    if (!response.hasHeader("content-length") && answer.status !== 204 && answer.status !== 304) {
      response.setHeader("content-length", Buffer.byteLength(body ?? ""));
    }
    response.end(body);
    return;
  }
  response.setHeader("content-length", body.length);
  const last = body.start + body.length - 1;
  // An empty range cannot be said in `start` and `end`; the stream of an empty object ends at once.
  const range = body.length === 0 ? {} : { start: body.start, end: last };
  await pipeline(createReadStream("", { fd: body.fd, autoClose: true, ...range }), response);
}
