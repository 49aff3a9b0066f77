/** A function and what becomes of its calls, as the local Lambda sees them. */

/** Temporary credentials of a function's role. */
export interface RoleCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

/** What a function is created from. */
export interface FunctionConfig {
  /** Physical name. */
  readonly name: string;
  /** Files of the bundle by name, written as they are; one of them is what `handler` names. */
  readonly files: Readonly<Record<string, string | Uint8Array>>;
  /** `<file without extension>.<export>`. */
  readonly handler: string;
  /** 128–10,240. */
  readonly memoryMb: number;
  /** 1–900. */
  readonly timeoutSeconds: number;
  /** What the program declares; Lambda's own variables are added. */
  readonly environment: Readonly<Record<string, string>>;
  readonly roleArn: string;
  readonly credentials: RoleCredentials;
  readonly logGroup: string;
  /** Executions kept for this function, and the most that it may have; `undefined` for no limit of its own. */
  readonly reservedConcurrency?: number;
}

/** What of a function can change while it runs. */
export type FunctionUpdate = Partial<Omit<FunctionConfig, "name" | "files">>;

/** Why an invocation failed, in the names of Lambda's Node.js runtime. */
export interface FunctionError {
  /** E.g. `Runtime.UnhandledPromiseRejection`, `Sandbox.Timedout`, `TypeError`. */
  readonly errorType: string;
  readonly errorMessage: string;
}

/** What the caller of a function gets. */
export type InvokeResult =
  | { readonly kind: "response"; readonly requestId: string; readonly response: unknown }
  | { readonly kind: "function-error"; readonly requestId: string; readonly error: FunctionError }
  /** No concurrency left. */
  | { readonly kind: "throttled" };

/** Who counts what functions do, for metrics. */
export interface FunctionMeter {
  /** An invocation starts. Running ones, it included: of this function, and of all. */
  started(
    functionName: string,
    executions: { readonly running: number; readonly runningInAccount: number },
    nowMs: number,
  ): void;
  /** There was no concurrency for an invocation. */
  throttled(functionName: string, nowMs: number): void;
  finished(invocation: Invocation): void;
  /** A mapping has handed over an event, whose last record is so old. */
  delivered(functionName: string, iteratorAgeMs: number, nowMs: number): void;
  /** A line of a function's log. */
  logged(line: string): void;
}

/** One finished invocation, for reports. */
export interface Invocation {
  readonly functionName: string;
  readonly requestId: string;
  /** Number of the execution environment within its function, from 1. */
  readonly instance: number;
  /** Milliseconds since the epoch: event handed over, answer taken. A cold start is not part of it. */
  readonly startedAt: number;
  readonly endedAt: number;
  /** `partial`: answered with records to be delivered again. */
  readonly outcome: "ok" | "partial" | "error";
  readonly kinesisRecords: number;
  /** Log records as the function counted them in its structured log line; without one, `kinesisRecords`. */
  readonly logRecords: number;
  /** Log records that it says it has written and quarantined; 0 without a structured log line. */
  readonly written: number;
  readonly quarantined: number;
  /** Most memory that the environment has had resident since it started. */
  readonly maxMemoryMb: number;
  readonly error?: FunctionError;
}
