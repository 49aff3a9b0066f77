/**
 * Buckets on disk: objects are plain files at `<directory>/<bucket>/<key>`, for `zcat` and friends. What a file cannot
 * say (ETag, headers, metadata) is in `<directory>/.meta/<bucket>/<SHA-256 of the key>.json`; unfinished uploads are in
 * `<directory>/.tmp`. No bucket's name starts with a dot.
 *
 * An index in memory answers lists and reads; it is read from `.meta` once, at the start. A file that is removed by hand
 * takes its object with it. Changes are made by synchronous calls in one turn, so that two requests for one key cannot mix
 * one's bytes with the other's metadata.
 */
import {
  closeSync,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  rmdirSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import type { Clock } from "../../contract/clock.ts";
import { S3Error, noSuchBucket, noSuchKey } from "./errors.ts";
import { isBucketName, keySegments } from "./key-path.ts";

/** What the store keeps of an object beside its bytes. */
export interface ObjectInfo {
  readonly key: string;
  readonly size: number;
  /** Without quotes: MD5 in hex, or `<MD5 of MD5s>-<parts>`. */
  readonly etag: string;
  /** Milliseconds since the epoch. */
  readonly lastModified: number;
  /** `content-type`, `content-encoding`, … as they are given back. */
  readonly headers: Readonly<Record<string, string>>;
  /** User metadata, names without `x-amz-meta-`. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Checksums that the client sent, base64, by algorithm. */
  readonly checksums: Readonly<Record<string, string>>;
}

interface Bucket {
  readonly createdAt: number;
  readonly objects: Map<string, ObjectInfo>;
  /** Keys in order of their UTF-8 bytes; `undefined` when a key has come or gone since. */
  sorted: readonly string[] | undefined;
}

/** The buckets of one directory. One store per directory at a time. */
export class Store {
  readonly #directory: string;
  readonly #clock: Clock;
  readonly #buckets = new Map<string, Bucket>();
  #temporary = 0;

  constructor(directory: string, clock: Clock) {
    mkdirSync(directory, { recursive: true });
    this.#directory = realpathSync.native(directory);
    this.#clock = clock;
    rmSync(join(this.#directory, ".tmp"), { recursive: true, force: true });
    mkdirSync(join(this.#directory, ".tmp"));
    mkdirSync(join(this.#directory, ".meta"), { recursive: true });
    for (const bucket of readdirSync(join(this.#directory, ".meta"))) this.#load(bucket);
  }

  /** Names and times of creation, in order of name. */
  listBuckets(): { name: string; createdAt: number }[] {
    const buckets = [...this.#buckets].map(([name, { createdAt }]) => ({ name, createdAt }));
    return buckets.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** Makes a bucket; one that is there is left as it is. Throws `InvalidBucketName`. */
  createBucket(name: string): void {
    if (!isBucketName(name)) throw new S3Error("InvalidBucketName", "The specified bucket is not valid.");
    if (this.#buckets.has(name)) return;
    const createdAt = this.#clock.now();
    mkdirSync(join(this.#directory, name), { recursive: true });
    mkdirSync(join(this.#directory, ".meta", name), { recursive: true });
    writeFileSync(this.#bucketFile(name), JSON.stringify({ createdAt }));
    this.#buckets.set(name, { createdAt, objects: new Map(), sorted: [] });
  }

  /** Throws `NoSuchBucket`, or `BucketNotEmpty` unless the objects go with it. */
  deleteBucket(name: string, objectsToo = false): void {
    if (this.#bucket(name).objects.size > 0 && !objectsToo) {
      throw new S3Error("BucketNotEmpty", "The bucket you tried to delete is not empty", { BucketName: name });
    }
    rmSync(join(this.#directory, ".meta", name), { recursive: true, force: true });
    rmSync(join(this.#directory, name), { recursive: true, force: true });
    this.#buckets.delete(name);
  }

  hasBucket(name: string): boolean {
    return this.#buckets.has(name);
  }

  /** Throws `NoSuchBucket`. */
  requireBucket(name: string): void {
    this.#bucket(name);
  }

  /** Keys of a bucket in order of their UTF-8 bytes, as S3 lists them. Throws `NoSuchBucket`. */
  sortedKeys(name: string): readonly string[] {
    const bucket = this.#bucket(name);
    const bytes = () => [...bucket.objects.keys()].map((key) => Buffer.from(key));
    bucket.sorted ??= bytes()
      .sort((a, b) => Buffer.compare(a, b))
      .map((key) => key.toString());
    return bucket.sorted;
  }

  /** Throws `NoSuchBucket`; `undefined` without such a key. One whose file somebody has removed is gone. */
  find(bucket: string, key: string): ObjectInfo | undefined {
    const info = this.#bucket(bucket).objects.get(key);
    if (info === undefined || existsSync(this.#path(bucket, key))) return info;
    this.delete(bucket, key);
    return undefined;
  }

  /** Throws `NoSuchBucket` or `NoSuchKey`. */
  get(bucket: string, key: string): ObjectInfo {
    const info = this.find(bucket, key);
    if (info === undefined) throw noSuchKey(key);
    return info;
  }

  /** A file descriptor of the object's bytes, which stay what `info` says even if the object is overwritten; the caller closes it. */
  openObject(bucket: string, key: string): { info: ObjectInfo; fd: number } {
    const info = this.get(bucket, key);
    let fd: number;
    try {
      fd = openSync(this.#path(bucket, key), "r");
    } catch {
      throw noSuchKey(key);
    }
    if (fstatSync(fd).size === info.size) return { info, fd };
    closeSync(fd);
    throw new S3Error("InternalError", "The object's file was changed by other means.", { Key: key });
  }

  /** An object and the path of its file. Throws `NoSuchBucket` or `NoSuchKey`. */
  locate(bucket: string, key: string): { info: ObjectInfo; path: string } {
    const info = this.get(bucket, key);
    return { info, path: this.#path(bucket, key) };
  }

  /** Path for an unfinished upload, on the same file system as the objects. */
  temporaryPath(): string {
    return join(this.#directory, ".tmp", String(++this.#temporary));
  }

  /**
   * Makes a finished temporary file the object, replacing what was there. Throws `NoSuchBucket`, `LocalKeyUnsupported`
   * or `LocalKeyConflict`; the temporary file is then still there.
   */
  commit(bucketName: string, temporaryPath: string, object: Omit<ObjectInfo, "lastModified">): ObjectInfo {
    const bucket = this.#bucket(bucketName);
    const info = { ...object, lastModified: this.#clock.now() };
    const path = this.#path(bucketName, info.key);
    const isNew = !bucket.objects.has(info.key);
    try {
      mkdirSync(dirname(path), { recursive: true });
      // On a file system that ignores case, the file that is there may be another key's.
      if (isNew && existsSync(path) && realpathSync.native(path) !== path) throw keyConflict(info.key);
      renameSync(temporaryPath, path);
    } catch (error) {
      if (CONFLICTS.has((error as NodeJS.ErrnoException).code ?? "")) throw keyConflict(info.key);
      throw error;
    }
    const metaPath = this.#metaPath(bucketName, info.key);
    const temporaryMeta = this.temporaryPath();
    writeFileSync(temporaryMeta, JSON.stringify(info));
    renameSync(temporaryMeta, metaPath);
    bucket.objects.set(info.key, info);
    if (isNew) bucket.sorted = undefined;
    return info;
  }

  /** Deletes an object and the folders that it leaves empty; a key that is not there is no error. Throws `NoSuchBucket`. */
  delete(bucketName: string, key: string): void {
    const bucket = this.#bucket(bucketName);
    if (!bucket.objects.delete(key)) return;
    bucket.sorted = undefined;
    rmSync(this.#metaPath(bucketName, key), { force: true });
    const path = this.#path(bucketName, key);
    rmSync(path, { force: true });
    const root = join(this.#directory, bucketName);
    try {
      for (let folder = dirname(path); folder !== root; folder = dirname(folder)) rmdirSync(folder);
    } catch {
      // The first folder that is not empty ends it.
    }
  }

  /** Removes the temporary files. */
  close(): void {
    rmSync(join(this.#directory, ".tmp"), { recursive: true, force: true });
  }

  #bucket(name: string): Bucket {
    const bucket = this.#buckets.get(name);
    if (bucket === undefined) throw noSuchBucket(name);
    return bucket;
  }

  #path(bucket: string, key: string): string {
    return join(this.#directory, bucket, ...keySegments(key));
  }

  #metaPath(bucket: string, key: string): string {
    return join(this.#directory, ".meta", bucket, `${createHash("sha256").update(key).digest("hex")}.json`);
  }

  #bucketFile(name: string): string {
    return join(this.#directory, ".meta", name, "bucket.json");
  }

  /** Reads a bucket of an earlier run. An object whose file is gone or has another size is forgotten. */
  #load(name: string): void {
    if (!existsSync(this.#bucketFile(name))) return;
    const { createdAt } = JSON.parse(readFileSync(this.#bucketFile(name), "utf8")) as { createdAt: number };
    const objects = new Map<string, ObjectInfo>();
    for (const file of readdirSync(join(this.#directory, ".meta", name))) {
      if (file === "bucket.json") continue;
      const path = join(this.#directory, ".meta", name, file);
      const info = JSON.parse(readFileSync(path, "utf8")) as ObjectInfo;
      const stat = statSync(this.#path(name, info.key), { throwIfNoEntry: false });
      if (stat?.isFile() === true && stat.size === info.size) objects.set(info.key, info);
      else unlinkSync(path);
    }
    this.#buckets.set(name, { createdAt, objects, sorted: undefined });
  }
}

/** What the file system says when a key's path is taken by a folder, or leads through a file. */
const CONFLICTS = new Set(["EEXIST", "ENOTDIR", "EISDIR", "ENOTEMPTY"]);

function keyConflict(key: string): S3Error {
  return new S3Error(
    "LocalKeyConflict",
    "The local S3 keeps objects as plain files, and another key has taken this one's path: " +
      "one is a folder of the other, or they differ in case alone.",
    { Key: key },
  );
}
