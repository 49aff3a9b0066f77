import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import { type ObjectSource, folderSource } from "../audit/object-source.ts";
import { FORMAT_METADATA, formatOfObject } from "../../contract/formats.ts";
import { CommandError, codeOf, messageOf } from "../errors.ts";
import { refuseFutureObject } from "../format-version.ts";

/** One object cannot be read, whatever is with the others: damaged, or refused for what it is. Its key is the caller's to say. */
export class ObjectError extends CommandError {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = "ObjectError";
  }
}

/**
 * One bucket. Errors are the SDK's, whose `name` is S3's code; a missing object is `NoSuchKey`. Reading rejects with an
 * {@link ObjectError} where others may still be read.
 */
export interface Bucket extends ObjectSource {
  readonly name: string;
  /** Stores an object, replacing what has its key. */
  put(key: string, bytes: Uint8Array): Promise<void>;
  /** Copies an object within the bucket; up to 5 GB. */
  copy(from: string, to: string): Promise<void>;
  /** Deletes an object; one that is not there is no error. */
  delete(key: string): Promise<void>;
}

/**
 * S3's codes for what is wrong with one object alone: archived, under a key that is not to be used, or its own permissions.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
 */
const OF_ONE_OBJECT: ReadonlySet<string> = new Set([
  "AccessDenied",
  "InvalidObjectState",
  "KMS.DisabledException",
  "KMS.InvalidStateException",
  "KMS.NotFoundException",
]);

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : "";
}

/** A bucket behind the S3 API. */
export function s3Bucket(client: S3Client, name: string): Bucket {
  const pages = async function* (Prefix: string, Delimiter?: string) {
    let ContinuationToken: string | undefined;
    do {
      const page = await client.send(new ListObjectsV2Command({ Bucket: name, Prefix, Delimiter, ContinuationToken }));
      yield page;
      ContinuationToken = page.NextContinuationToken;
    } while (ContinuationToken !== undefined);
  };
  return {
    name,
    async *list(prefix) {
      for await (const { Contents = [] } of pages(prefix)) for (const { Key } of Contents) yield Key!;
    },
    async *folders(prefix) {
      for await (const { CommonPrefixes = [] } of pages(prefix, "/")) {
        for (const { Prefix } of CommonPrefixes) yield Prefix!;
      }
    },
    async read(key) {
      const { Body, Metadata } = await client
        .send(new GetObjectCommand({ Bucket: name, Key: key }))
        .catch((error: unknown) => {
          throw OF_ONE_OBJECT.has(nameOf(error))
            ? new ObjectError(`${nameOf(error)}: ${messageOf(error)}`, error)
            : error;
        });
      try {
        refuseFutureObject(Metadata?.[FORMAT_METADATA]);
      } catch (error) {
        throw new ObjectError(messageOf(error), error);
      }
      try {
        return Buffer.from(await Body!.transformToByteArray());
      } catch (error) {
        // A connection that breaks has a code; what has none is the SDK's check of the bytes.
        if (codeOf(error) !== undefined) throw error;
        throw new ObjectError("its bytes are not those that were stored: their checksum differs", error);
      }
    },
    async put(key, bytes) {
      const format = formatOfObject(key);
      await client.send(
        new PutObjectCommand({
          ...{ Bucket: name, Key: key, Body: bytes, ContentType: "application/x-ndjson" },
          ...(format !== undefined && { Metadata: { [FORMAT_METADATA]: format } }),
        }),
      );
    },
    async copy(from, to) {
      const CopySource = `${name}/${from.split("/").map(encodeURIComponent).join("/")}`;
      await client.send(new CopyObjectCommand({ Bucket: name, Key: to, CopySource }));
    },
    async delete(key) {
      await client.send(new DeleteObjectCommand({ Bucket: name, Key: key }));
    },
  };
}

/** A bucket of a run that has ended, as its plain files are now: for reading alone. */
export function folderBucket(folder: string, name: string): Bucket {
  const refuse = (): Promise<never> => Promise.reject(new CommandError(`bucket ${name} is open for reading only`));
  const source = folderSource(folder);
  const read = (key: string): Promise<Buffer> =>
    source.read(key).catch((error: unknown) => {
      if (codeOf(error) !== "ENOENT") throw new ObjectError(messageOf(error), error);
      throw Object.assign(new Error("The specified key does not exist.", { cause: error }), { name: "NoSuchKey" });
    });
  return { name, ...source, read, put: refuse, copy: refuse, delete: refuse };
}
