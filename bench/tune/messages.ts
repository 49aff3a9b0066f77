/** What the bench and the process with the local cloud tell each other. */

/** What the cloud is to be: stack `local` with other settings. */
export interface CloudJob {
  readonly shards: number;
  readonly batchWindowSeconds: number;
  /** Folder of the run. */
  readonly directory: string;
}

export type ToCloud = { readonly kind: "set"; readonly enabled: boolean } | { readonly kind: "close" };

/** A finished invocation that wrote records. */
export interface Written {
  readonly backend: string;
  readonly records: number;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly endedAt: number;
  readonly failed: boolean;
}

export type FromCloud =
  | { readonly kind: "up"; readonly endpoint: string; readonly streamName: string }
  | { readonly kind: "set"; readonly atMs: number }
  | { readonly kind: "written"; readonly written: Written }
  | { readonly kind: "problem"; readonly message: string };
