/** What `sluice local` is asked to do; the command line gives it. */
export interface LocalOptions {
  /** Files to send, `-` for standard input; empty for the generated log. */
  readonly input: readonly string[];
  /** Records of the generated log. */
  readonly records: number;
  readonly seed: number;
  /** Records a second, `undefined` for as many as the shards take. */
  readonly rate: number | undefined;
  /** Shards in place of the stack's number. */
  readonly shards: number | undefined;
  /** Whether a shard's limits hold. */
  readonly limits: boolean;
  readonly stack: string;
  /** Folder that holds the runs. */
  readonly data: string;
  /** File for the report. */
  readonly report: string | undefined;
  /** Keep the cloud up after the input. */
  readonly serve: boolean;
  /** What makes the stack: our own runner of the program in this process, or Pulumi's engine. */
  readonly engine: "in-process" | "pulumi";
  /** File for the endpoints. */
  readonly endpoints: string | undefined;
}
