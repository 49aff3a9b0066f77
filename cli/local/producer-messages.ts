/** What a run and its producer's process say to each other, as JSON over Node's own channel between the two. */
import type { RefusedLine } from "../input/input-batch.ts";
import type { ProduceResult, ProducerCounts } from "../produce/produce-result.ts";

/** What is to be sent, and where. */
export interface ProduceJob {
  /** `http://host:port` */
  readonly endpoint: string;
  readonly streamName: string;
  readonly playerIdField: string;
  readonly maxRecordBytes: number;
  /** Whether the shards' limits are kept to. */
  readonly limits: boolean;
  /** Records a second; absent for as many as the shards take. */
  readonly recordsPerSecond?: number;
  /** Files, `-` for standard input; empty for the generated log. */
  readonly input: readonly string[];
  /** The generated log, and the time that it is made for. */
  readonly generated: { readonly records: number; readonly seed: number; readonly nowMs: number };
}

/** To the producer. */
export type ToProducer = { readonly kind: "start"; readonly job: ProduceJob } | { readonly kind: "stop" };

/** An error, in the parts that the run shows of it. */
export type SentError =
  | {
      readonly type: "put";
      readonly code: string;
      readonly message: string;
      readonly retryable: boolean;
      readonly uncertain: boolean;
    }
  | { readonly type: "command"; readonly message: string; readonly hint?: string; readonly exitCode: number }
  | { readonly type: "defect"; readonly message: string; readonly stack?: string };

/** From the producer. */
export type FromProducer =
  | { readonly kind: "counts"; readonly counts: ProducerCounts }
  | { readonly kind: "refused"; readonly line: RefusedLine }
  | { readonly kind: "trouble"; readonly error: SentError }
  | { readonly kind: "done"; readonly result: ProduceResult }
  /** `result`: how far it got, where that is known. */
  | { readonly kind: "failed"; readonly error: SentError; readonly result?: ProduceResult };
