import { hash } from "node:crypto";

/** What was stored, said so that two stores can be compared whatever the order: the number of texts and the sum of their digests. */
export interface Contents {
  readonly records: number;
  /** Hexadecimal. Equal for equal multisets of texts; for others by chance of 2^-64. */
  readonly digest: string;
}

const MODULUS = 2n ** 64n;

/** Adds texts up. */
export class ContentsDigest {
  #records = 0;
  #sum = 0n;

  add(text: Uint8Array | string): void {
    this.#records++;
    this.#sum += hash("sha256", text, "buffer").readBigUInt64BE();
  }

  get contents(): Contents {
    return { records: this.#records, digest: (this.#sum % MODULUS).toString(16).padStart(16, "0") };
  }
}
