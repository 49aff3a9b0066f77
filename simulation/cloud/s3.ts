import type { Clock } from "../../contract/clock.ts";
import type { PutObject, StoredObject } from "../../functions/shared/object-store.ts";
import type { ExecutionEnvironment } from "../lambda/environment.ts";
import type { Edge } from "./faults.ts";

const REFUSALS = ["SlowDown", "InternalError", "ServiceUnavailable", "AccessDenied", "NoSuchBucket", "ECONNRESET"];

/** Takes what has been stored. */
export type OnStored = (object: StoredObject) => void;

/**
 * S3's PutObject: an object is there wholly or not at all, a second one under the same key takes the first one's place, and a request that
 * the client has given up may still be carried out.
 */
export class SimulatedS3 {
  readonly #clock: Clock;
  readonly #onStored: OnStored;

  constructor(clock: Clock, onStored: OnStored) {
    this.#clock = clock;
    this.#onStored = onStored;
  }

  /** One request. Rejects with an error that has S3's code for its name; never settles where no answer comes. */
  put(object: StoredObject, edge: Edge): Promise<void> {
    const { requestMs, answerMs, done, ok } = edge.next();
    const code = ok ? undefined : edge.draws.pick(REFUSALS);
    return new Promise((resolve, reject) => {
      this.#clock.after(requestMs, () => {
        if (done) this.#onStored(object);
        if (answerMs === undefined) return;
        this.#clock.after(answerMs, () => {
          if (code === undefined) resolve();
          else reject(Object.assign(new Error("planted"), { name: code }));
        });
      });
    });
  }

  /** Lambda's own way to the failed destination: it meets outages, and no faults of single requests. */
  deliver(object: StoredObject, edge: Edge): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#clock.after(20, () => {
        if (edge.away) return reject(Object.assign(new Error("planted"), { name: "ServiceUnavailable" }));
        this.#onStored(object);
        resolve();
      });
    });
  }

  /** S3 as the code in an execution environment reaches it; `edgeOf` says by which way a bucket is reached. */
  from(environment: ExecutionEnvironment, edgeOf: (bucket: string) => Edge): PutObject {
    return (object) => environment.hold(this.put(object, edgeOf(object.bucket)));
  }
}
