import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import { type ObjectSource, folderSource } from "../audit/object-source.ts";
import { CommandError } from "../errors.ts";

/** One bucket. Errors are the SDK's, whose `name` is S3's code; a missing object is `NoSuchKey`. */
export interface Bucket extends ObjectSource {
  readonly name: string;
  /** Stores an object, replacing what has its key. */
  put(key: string, bytes: Uint8Array): Promise<void>;
  /** Copies an object within the bucket; up to 5 GB. */
  copy(from: string, to: string): Promise<void>;
  /** Deletes an object; one that is not there is no error. */
  delete(key: string): Promise<void>;
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
      const { Body } = await client.send(new GetObjectCommand({ Bucket: name, Key: key }));
      return Buffer.from(await Body!.transformToByteArray());
    },
    async put(key, bytes) {
      await client.send(
        new PutObjectCommand({ Bucket: name, Key: key, Body: bytes, ContentType: "application/x-ndjson" }),
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
  return { name, ...folderSource(folder), put: refuse, copy: refuse, delete: refuse };
}
