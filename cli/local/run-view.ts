import type { Graph } from "../../local/graph.ts";
import type { Invocation } from "../../local/lambda/types.ts";
import type { AuditResult } from "../audit/ledger.ts";
import type { RefusedLine } from "../input/input-batch.ts";
import type { Report } from "../report/schema.ts";
import type { Endpoints } from "./endpoints-file.ts";
import type { BackendProgress } from "./invocation-log.ts";

/** How far a run is. */
export interface RunProgress {
  /** Records that the stream has taken. */
  readonly accepted: number;
  /** How many there are to be, where that is known before the input's end. */
  readonly expected?: number;
  readonly backends: Readonly<Record<string, BackendProgress>>;
}

/** What a run started with. */
export interface RunStart {
  readonly directory: string;
  readonly graph: Graph;
  readonly endpoints: Endpoints;
  readonly withoutBehaviour: ReadonlyMap<string, number>;
}

/** What a person sees of a run. */
export interface RunView {
  started(start: RunStart): void;
  /** How far the making of Pulumi's engine is. */
  engine(line: string): void;
  /** Shows progress from now on, asked of the function, until {@link stop}. */
  progress(current: () => RunProgress): void;
  stop(): void;
  /** A line over the stream's record limit was not sent. */
  refused(line: RefusedLine): void;
  functionFailed(invocation: Invocation): void;
  /** Something beside the functions went wrong and is tried again. */
  problem(problem: Error): void;
  /** A signal ended the run before its end. */
  interrupted(directory: string): void;
  finished(report: Report, audit: Readonly<Record<string, AuditResult>>): void;
  serving(endpoints: Endpoints): void;
  /** The run's stream was deleted while it was served: what audits read after the run is as old as its own audit. */
  streamDestroyed(streamName: string): void;
}
