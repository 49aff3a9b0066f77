/**
 * A local S3: the smallest that the AWS SDKs (JavaScript and boto3) work with, over plain files. Any credentials and any
 * signing region are accepted, or none; nothing is signed or encrypted; there are no versions, tags, ACLs or policies.
 * Settings that a write asks for (encryption, storage class, ACL, tags) are taken and ignored; operations that are not
 * there answer `NotImplemented` with their name.
 */
import { rmSync, writeFileSync } from "node:fs";
import { createHash } from "node:crypto";
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Clock } from "../../contract/clock.ts";
import { closer, listen } from "../listen.ts";
import type { Answer, Call } from "./answer.ts";
import { send } from "./answer.ts";
import * as buckets from "./bucket-operations.ts";
import { S3Error } from "./errors.ts";
import * as multipart from "./multipart-operations.ts";
import * as objects from "./object-operations.ts";
import { operationOf, parseAddress } from "./request.ts";
import type { Operation } from "./request.ts";
import { Store } from "./store.ts";
import { Uploads } from "./uploads.ts";
import { errorDocument } from "./xml.ts";

/** What a local S3 is made of. */
export interface S3ServerOptions {
  /** Where objects are kept: `<directory>/<bucket>/<key>`; made if missing. One server per directory at a time. */
  readonly directory: string;
  readonly clock: Clock;
  /** `127.0.0.1` unless there is a reason. */
  readonly host?: string;
  /** 0, the default, for any free port. */
  readonly port?: number;
  /** Called after an object is stored, whoever stored it. */
  readonly onObjectCreated?: (object: { bucket: string; key: string }) => void;
}

/** A local S3 that runs. */
export interface S3Server {
  readonly port: number;
  /** Ends all connections at once and waits for what was being handled; objects stay. */
  close(): Promise<void>;
  /** Makes a bucket; one that is there is left as it is. Throws an S3Error. */
  createBucket(name: string): void;
  hasBucket(name: string): boolean;
  /** Throws an S3Error if it is not there, or holds objects that are not to go with it. */
  deleteBucket(name: string, objectsToo?: boolean): void;
  /** Stores an object without a request, as a service in the same account would. Throws an S3Error. */
  putObject(bucket: string, key: string, bytes: Uint8Array, contentType?: string): void;
}

const HANDLERS: Record<Operation, (call: Call) => Answer | Promise<Answer>> = {
  ListBuckets: buckets.listBuckets,
  CreateBucket: buckets.createBucket,
  HeadBucket: buckets.headBucket,
  DeleteBucket: buckets.deleteBucket,
  GetBucketLocation: buckets.getBucketLocation,
  ListObjects: buckets.listObjects,
  DeleteObjects: buckets.deleteObjects,
  PutObject: objects.putObject,
  CopyObject: objects.copyObject,
  GetObject: objects.getObject,
  HeadObject: objects.headObject,
  DeleteObject: objects.deleteObject,
  CreateMultipartUpload: multipart.createMultipartUpload,
  UploadPart: multipart.uploadPart,
  CompleteMultipartUpload: multipart.completeMultipartUpload,
  AbortMultipartUpload: multipart.abortMultipartUpload,
};

/** Starts a local S3. Rejects if the port is in use. */
export async function startS3Server(options: S3ServerOptions): Promise<S3Server> {
  const { directory, clock, host = "127.0.0.1", port, onObjectCreated } = options;
  const handling = new Set<Promise<void>>();
  let requests = 0;
  const server = createServer((request, response) => {
    const handled = answer(request, response, `${++requests}`).finally(() => handling.delete(handled));
    handling.add(handled);
  });
  // Clients keep connections; closing an idle one would meet a request on its way.
  server.keepAliveTimeout = 0;
  server.requestTimeout = 0;
  const closeServer = closer(server);
  const listeningPort = await listen(server, { name: "S3", host, port });
  // After the port is ours: a second server on it must not touch the directory.
  const store = new Store(directory, clock);
  const uploads = new Uploads();
  const created = (bucket: string, key: string): void => onObjectCreated?.({ bucket, key });

  async function answer(request: IncomingMessage, response: ServerResponse, requestId: string): Promise<void> {
    try {
      await send(response, await handle(request), requestId);
    } catch (error) {
      // Without a socket the client, or this server, has gone: there is nobody to tell.
      if (response.headersSent || response.socket?.destroyed !== false) response.destroy();
      else await send(response, errorAnswer(request, error, requestId), requestId);
    }
  }

  function handle(request: IncomingMessage): Answer | Promise<Answer> {
    const address = parseAddress(request.url ?? "/", request.headers.host);
    const isCopy = request.headers["x-amz-copy-source"] !== undefined;
    const operation = operationOf(request.method ?? "GET", address, isCopy);
    const { bucket = "", key = "" } = address;
    return HANDLERS[operation]({ request, address, bucket, key, store, uploads, created });
  }

  return {
    port: listeningPort,
    async close() {
      await closeServer();
      await Promise.allSettled(handling);
      store.close();
    },
    createBucket: (name) => store.createBucket(name),
    hasBucket: (name) => store.hasBucket(name),
    deleteBucket: (name, objectsToo) => store.deleteBucket(name, objectsToo),
    putObject(bucket, key, bytes, contentType = "binary/octet-stream") {
      store.requireBucket(bucket);
      const path = store.temporaryPath();
      writeFileSync(path, bytes);
      const etag = createHash("md5").update(bytes).digest("hex");
      const headers = { "content-type": contentType };
      try {
        store.commit(bucket, path, { key, size: bytes.length, etag, headers, metadata: {}, checksums: {} });
      } catch (error) {
        rmSync(path, { force: true });
        throw error;
      }
      created(bucket, key);
    },
  };
}

function errorAnswer(request: IncomingMessage, error: unknown, requestId: string): Answer {
  const s3Error =
    error instanceof S3Error
      ? error
      : new S3Error("InternalError", `The local S3 failed: ${error instanceof Error ? error.message : String(error)}`);
  const { status } = s3Error;
  if (request.method === "HEAD" || status === 304) return { status };
  const body = errorDocument(s3Error, (request.url ?? "/").replace(/\?.*$/s, ""), requestId);
  return { status, headers: { "content-type": "application/xml" }, body };
}
