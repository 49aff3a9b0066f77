import { CommandError } from "../errors.ts";
import { PutError } from "./put-target.ts";

/** Counts of a run, which go up while it runs. */
export interface ProducerCounts {
  /** Lines of the input that are not blank: accepted, refused, and those still waiting or never sent. */
  lines: number;
  blank: number;
  /** Lines over the stream's record limit, which were not sent. */
  refused: number;
  /** Records that the stream has stored, and their data's bytes. */
  accepted: number;
  acceptedBytes: number;
  /** How many times a record was sent again, for whatever reason. */
  resent: number;
  /** Those of them that may be on the stream already, since the answer got lost: a record may stand there twice. */
  resentUncertain: number;
  requests: number;
}

export interface ProduceResult {
  readonly counts: Readonly<ProducerCounts>;
  /** Lines read but not known to be stored; 0 unless the run was stopped or failed. */
  readonly unsent: number;
  readonly seconds: number;
  /** Whether the signal stopped it before the input's end. */
  readonly interrupted: boolean;
}

/** A run ended early, by an error of the input or one that no retry mends; `result` says how far it got. */
export class ProduceFailure extends CommandError {
  readonly result: ProduceResult;

  constructor(cause: PutError | CommandError, result: ProduceResult) {
    const { counts, unsent } = result;
    const problem = cause instanceof PutError ? `Kinesis: ${cause.code}: ${cause.message}` : cause.message;
    super(problem, {
      cause,
      hint: `${counts.accepted} lines were sent and stored, ${counts.refused} refused, ${unsent} read but not sent.`,
    });
    this.name = "ProduceFailure";
    this.result = result;
  }
}
