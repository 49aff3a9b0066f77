import type { Arbitrary } from "fast-check";

/** What a target is a part of: the 10 million executions of issue 4 are over the decoders. */
export type TargetGroup = "decoder" | "consumer" | "local cloud";

/** One instance of what is fuzzed, used again for many executions. */
export interface FuzzInstance {
  /** One execution: throws if any claim about the input does not hold. */
  run(input: Buffer): void | Promise<void>;
  /** Throws unless a known good input still gives its known answer; called after every execution. */
  checkWorks(): void | Promise<void>;
  /** Frees what the instance holds. */
  close?(): Promise<void>;
}

/**
 * Something that takes bytes from outside. Its claims are those of the issue: no crash, no memory or time beyond a bound
 * that the input's size sets, always a value or a typed reason, and it works afterwards.
 */
export interface FuzzTarget {
  readonly name: string;
  readonly group: TargetGroup;
  /** What is executed, and what the result is compared with. */
  readonly claim: string;
  /** Executions for each execution of a decoder: 1 for a decoder, less for what is slower. */
  readonly share: number;
  /** Structured inputs and mutations of known ones (inputs/bytes.ts). */
  readonly inputs: Arbitrary<Buffer>;
  start(): FuzzInstance | Promise<FuzzInstance>;
}

/** A claim about an input that does not hold. */
export class ClaimError extends Error {
  constructor(what: string) {
    super(what);
    this.name = "ClaimError";
  }
}

/** Throws a {@link ClaimError} unless the claim holds. */
export function claim(holds: boolean, what: string): asserts holds {
  if (!holds) throw new ClaimError(what);
}
