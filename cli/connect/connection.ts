import type { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import type { KinesisClient } from "@aws-sdk/client-kinesis";
import type { TokenSource } from "../../functions/warehouse/token-cache.ts";
import type { QueryResult } from "../query/result.ts";
import type { Bucket } from "./bucket.ts";
import type { StackFacts } from "./stack-facts.ts";

/** Where rows are written: what an `AppendConnection` needs. */
export interface StorageWriteTarget {
  /** `https://…`, or `http://…` with prior-knowledge HTTP/2. */
  readonly endpoint: string;
  /** `projects/P/locations/L`. */
  readonly writeLocation: string;
  readonly tokens: TokenSource;
}

/** A stack's cloud, real or local, as commands reach it. */
export interface Connection {
  readonly facts: StackFacts;
  /** Whose data it is, for people: `run <folder>`, `stack dev`. */
  readonly label: string;
  /** Which file says what is in {@link facts}, for people. */
  readonly configuration: string;
  /** Folder of the local run, `undefined` for a real stack. */
  readonly runDirectory: string | undefined;
  readonly archive: Bucket | undefined;
  readonly deadLetters: Bucket;
  /** `undefined` once a local run has ended: its stream is gone. */
  readonly kinesis: KinesisClient | undefined;
  /** Makes a client for metrics and alarms; `undefined` once a local run has ended: they are gone with it. */
  readonly cloudwatch: (() => Promise<CloudWatchClient>) | undefined;
  /** Asks the warehouse in GoogleSQL; tables need no dataset before their name. A CommandError, or a QueryError in the warehouse's words. */
  readonly query: (sql: string) => Promise<QueryResult>;
  /** `undefined` where no backend writes rows, and for an ended run that is open for reading alone. */
  readonly storageWrite: StorageWriteTarget | undefined;
  /** Ends what was opened; may be called again. */
  close(): Promise<void>;
}
