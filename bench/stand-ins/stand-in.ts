import type { Contents } from "./digest.ts";

/** What a stand-in has stored since it was asked last. */
export interface Stored extends Contents {
  /** Bytes of bodies and messages as they came over the wire, headers apart. */
  readonly wireBytes: number;
  readonly requests: number;
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
