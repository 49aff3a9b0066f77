/**
 * The resolved configuration of a stack: complete, validated, defaults filled in. `config.ts` makes it from
 * `stacks/Pulumi.<stack>.yaml`; components take parts of it. Nothing here imports Pulumi.
 */
import type { ColumnName } from "../contract/columns.ts";
import type { WireFormat } from "../model/cost/load.ts";

/** What a backend's role may do beyond reading the stream, logging and writing to its dead letters: a closed list. */
export type Grant = "archive-bucket-write" | "google-warehouse-write";

/** One backend: one consumer with its own role, mapping, alarms and dead letters. */
export interface BackendConfig {
  /** Name: the folder under `functions/`, and part of resource names. */
  readonly name: string;
  readonly grants: readonly Grant[];
  /** 128–10,240 MB; the share of a processor follows it: 1,769 MB is one. */
  readonly memoryMb: number;
  readonly timeoutSeconds: number;
  /** 1–10,000; the 6 MB cut comes first with records of 1 KB. */
  readonly batchSize: number;
  /** 0–300. */
  readonly batchWindowSeconds: number;
  /** 1–10 lanes per shard, by outer partition key. */
  readonly parallelizationFactor: number;
  readonly bisectOnError: boolean;
  /** What the mapping reads with now: its own 2 MB/s per shard, or a share of the stream's. */
  readonly fanOut: boolean;
  /** What it was created with; never edited. */
  readonly createdWithFanOut: boolean;
  /**
   * ISO 8601 times, one for each switch of `fanOut` since: the mapping's source cannot change, so a switch makes a new
   * mapping, which starts at the last of these times less a margin. Without it TRIM_HORIZON would read the whole retention again.
   */
  readonly fanOutSwitches: readonly string[];
  /** Concurrency kept for this function alone; `undefined` for a share of the account's. */
  readonly reservedConcurrency: number | undefined;
  /** Extra environment for the function, for backends of your own. */
  readonly environment: Readonly<Record<string, string>>;
}

/** A whole stack. */
export interface StackConfig {
  /** Pulumi's project and stack name; the stack name is the environment. */
  readonly project: string;
  readonly environment: string;
  /** Whether buckets, dataset and tables are protected against deletion: everywhere but in `local` and `dev`. */
  readonly protectData: boolean;
  readonly tags: Readonly<Record<string, string>>;
  readonly aws: {
    readonly accountId: string;
    readonly region: string;
    /** Concurrent executions that the account allows in the region. */
    readonly concurrencyLimit: number;
  };
  readonly google: {
    readonly projectId: string;
    /** Decimal project number: part of the workload identity audience. */
    readonly projectNumber: string;
    /** Dataset location, e.g. `US`, `EU`, `asia-northeast1`. */
    readonly location: string;
  };
  readonly stream: {
    readonly mode: "provisioned" | "on-demand";
    /** Number of shards; with `on-demand` only what capacity checks assume. */
    readonly shardCount: number;
    /** 24–8,760. */
    readonly retentionHours: number;
    /** 1,024–4,096: above that an event of 6 MB cannot hold a record. */
    readonly maxRecordKib: number;
    readonly shardLevelMetrics: boolean;
    /** `""` for the first stream; a re-created one gets a new name here, which leads record ids and object keys. */
    readonly generation: string;
  };
  readonly record: { readonly playerIdField: string; readonly timestampField: string; readonly eventField: string };
  readonly archive: {
    /** Days until objects move to infrequent access, `undefined` for never; at least 30. */
    readonly infrequentAccessAfterDays: number | undefined;
    readonly glacierAfterDays: number | undefined;
    readonly expireAfterDays: number | undefined;
    readonly expireNoncurrentAfterDays: number;
  };
  readonly deadLetters: { readonly expireAfterDays: number };
  readonly warehouse: {
    /** Dataset id; letters, digits and underscores. */
    readonly dataset: string;
    readonly partitionExpiryDays: number | undefined;
    /** 1–4 columns. */
    readonly clustering: readonly ColumnName[];
    /** Days that the view `log_recent` shows. */
    readonly recentDays: number;
  };
  /** Hours that a backend may be away without a record leaving the stream undelivered: sizes retries and record age. */
  readonly toleratedOutageHours: number;
  readonly alarms: {
    /** Address that the alarm topic mails to, `undefined` for none. */
    readonly email: string | undefined;
    /** Time to data loss below which the alarm rings. */
    readonly timeToDataLossHours: number;
  };
  readonly logRetentionDays: number;
  /** In order of name. */
  readonly backends: readonly BackendConfig[];
  /** Fluent Bit on Fargate, `undefined` when off. */
  readonly forwarder: ForwarderConfig | undefined;
  /** The auto-scaler, `undefined` when off. */
  readonly autoscaling: AutoscalingConfig | undefined;
  /** What previews price a change at, `undefined` if it is not said. */
  readonly load: DeclaredLoad | undefined;
}

/** A load that a stack is declared for. */
export interface DeclaredLoad {
  /** Log records a second. */
  readonly recordsPerSecond: number;
  readonly recordBytes: number;
  readonly format: WireFormat;
}

/** An optional function that changes the shard count with the load. */
export interface AutoscalingConfig {
  /** `report` changes nothing. With `act` the shard count is the scaler's. */
  readonly mode: "report" | "act";
  readonly minShards: number;
  readonly maxShards: number;
  readonly headroomPercent: number;
}

/** An optional Fluent Bit forwarder on Fargate. */
export interface ForwarderConfig {
  readonly image: string;
  readonly cpu: number;
  readonly memoryMb: number;
  readonly desiredCount: number;
  readonly subnetIds: readonly string[];
  readonly securityGroupIds: readonly string[];
}
