import { gzipSync } from "node:zlib";
import type { Contents } from "./digest.ts";

/** What a stand-in has stored since it was asked last. */
export interface Stored extends Contents {
  /** Bytes of bodies and messages as they came over the wire, headers apart. */
  readonly wireBytes: number;
  readonly requests: number;
  /** Bytes of all rows, or of all lines, before compression. */
  readonly plainBytes: number;
  /** The same after one gzip −6 over all of them; `undefined` unless asked for, since it takes its time. */
  readonly gzipBytes?: number;
}

/** What the stand-ins' process is asked. */
export interface TakeRequest {
  readonly store: Store;
  /** Whether `gzipBytes` is wanted. */
  readonly gzip: boolean;
}

/** What the stand-ins' process answers: what a server has stored, or why that cannot be read. */
export type TakeAnswer = { readonly stored: Stored } | { readonly problem: string };

/** Adds up what is stored, in order. */
export class PlainBytes {
  readonly #parts: Uint8Array[] = [];
  #bytes = 0;
  readonly #gzip: boolean;

  constructor(gzip: boolean) {
    this.#gzip = gzip;
  }

  add(part: Uint8Array): void {
    this.#bytes += part.length;
    if (this.#gzip) this.#parts.push(part);
  }

  get result(): Pick<Stored, "plainBytes" | "gzipBytes"> {
    const plainBytes = this.#bytes;
    if (!this.#gzip) return { plainBytes };
    return { plainBytes, gzipBytes: gzipSync(Buffer.concat(this.#parts), { level: 6 }).length };
  }
}

/** Addresses of the servers that stand for S3 and Google. */
export interface StandInEndpoints {
  readonly s3: string;
  /** BigQuery REST: insertAll and the making of tables. */
  readonly bigquery: string;
  /** Storage Write: gRPC over HTTP/2 with prior knowledge. */
  readonly storageWrite: string;
  /** Token exchange and impersonation. */
  readonly token: string;
}

/** Which server's contents are asked for. */
export type Store = "s3" | "bigquery" | "storageWrite";
