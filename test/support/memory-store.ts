import { gunzipSync } from "node:zlib";
import type { PutObject, StoredObject } from "../../functions/shared/object-store.ts";

/** Buckets in memory, with faults on demand: stands for S3 where no socket is wanted. */
export class MemoryStore {
  readonly objects = new Map<string, Buffer>();
  attempts = 0;
  /** Error code that an attempt for an object meets, `undefined` for none; `"hang"` never answers. */
  fault: (object: StoredObject, attempt: number) => string | undefined = () => undefined;

  readonly put: PutObject = (object) => {
    const code = this.fault(object, ++this.attempts);
    if (code === "hang") return new Promise(() => {});
    if (code !== undefined) return Promise.reject(Object.assign(new Error("planted"), { name: code }));
    this.objects.set(`${object.bucket}/${object.key}`, object.body);
    return Promise.resolve();
  };

  /** Names of all objects, `bucket/key`, sorted. */
  get names(): string[] {
    return [...this.objects.keys()].sort();
  }

  /** Lines of an object, by `bucket/key`. */
  lines(name: string): string[] {
    const text = gunzipSync(this.objects.get(name)!).toString();
    return text.split("\n").slice(0, -1);
  }
}
