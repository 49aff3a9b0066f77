/**
 * Every physical name, from the one module that knows every length limit and character set. Pure.
 *
 * A name is `<project>-<environment>-<what>`, in lower case. Two rules keep different inputs apart (two stacks of one
 * account, two backends of one stack):
 * - a hyphen inside a part that another part follows is written twice, so that `eu` + `west-archive` and
 *   `eu-west` + `archive` differ (parts themselves never begin or end with a hyphen and never hold two in a row);
 * - a name that would reach its limit is cut and ends in a hash of the whole, exactly at the limit, so that it is never
 *   equal to one that was not cut.
 *
 * A change here replaces resources, data-bearing ones included: the stream, the buckets and the dataset hold records.
 */
import { createHash } from "node:crypto";

/** Length limits of the services' names. Sources beside each; what a provider lets through is held here all the same. */
export const NAME_LIMITS = {
  /** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_CreateStream.html */
  stream: 128,
  /** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_RegisterStreamConsumer.html */
  fanOutConsumer: 128,
  /** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
  bucket: 63,
  /** https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html */
  function: 64,
  /** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
  role: 64,
  /** https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html */
  schedule: 64,
  /** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html */
  logGroup: 512,
  /** https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html */
  topic: 256,
  /** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html */
  alarm: 255,
  /** https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateAlias.html */
  kmsAlias: 256,
  /** Cluster, service and task family. https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateCluster.html */
  ecs: 255,
  /** https://cloud.google.com/iam/docs/service-accounts-create: 6–30 */
  serviceAccount: 30,
  /** Pool and provider, 4–32, never `gcp-`. https://cloud.google.com/iam/docs/manage-workload-identity-pools-providers */
  workloadIdentity: 32,
  /** `[a-zA-Z0-9_.]{3,64}`. https://cloud.google.com/iam/docs/creating-custom-roles */
  customRole: 64,
} as const;

/** Project, environment and backend names are made of: words of lower-case letters and digits, single hyphens between. */
export const NAME_PATTERN = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;

/** Longest project, environment and backend name. */
export const MAX_PART_LENGTH = 20;

/** What `NAME_PATTERN` and `MAX_PART_LENGTH` say, in words. */
export const NAME_RULE = `up to ${MAX_PART_LENGTH} lower-case letters, digits and single hyphens, beginning with a letter`;

/**
 * Project names that would lead to names which a service refuses: workload identity pools may not begin with `gcp-`,
 * buckets not with `sthree-` or `amzn-s3-demo-`.
 */
export const REFUSED_PROJECTS: readonly string[] = ["gcp", "sthree", "amzn"];

/** Folder of the auto-scaler under `functions/`, and part of its names; no backend may be called so. */
export const SCALER = "scaler";

/** Alarms of each backend. No kind is in both lists: their names share one namespace. */
export const BACKEND_ALARMS = [
  "time-to-data-loss",
  "polled-events-missing",
  "failed-invocations",
  "on-failure-deliveries",
  "dropped-events",
  "undelivered-dead-letters",
  "function-errors",
  "function-throttles",
  "quarantined-records",
  "diverted-records",
] as const;

/** Alarms of the stream. */
export const STREAM_ALARMS = ["write-throttles", "scaler-errors", "scaler-hindered"] as const;

/** Kind of a backend's alarm. */
export type BackendAlarm = (typeof BACKEND_ALARMS)[number];
/** Kind of a stream's alarm. */
export type StreamAlarm = (typeof STREAM_ALARMS)[number];
/** What a key of our own encrypts: records and objects, or the alarm topic. */
export type KeyPurpose = "data" | "alarms";

/** What names are made of. A resolved `StackConfig` is one. All parts are taken as validated. */
export interface NameInputs {
  readonly project: string;
  readonly environment: string;
  readonly aws: { readonly accountId: string; readonly region: string };
  readonly stream: { readonly generation: string };
  readonly warehouse: { readonly dataset: string };
}

/** The names of one stack. */
export interface StackNames {
  /** `sluice-dev`: what the names of the stack begin with. */
  readonly prefix: string;
  /** `sluice-dev-player-log`; a re-created stream's generation follows: `sluice-dev-player-log-g2`. */
  readonly stream: string;
  /** Globally unique: account and region are in them. */
  readonly archiveBucket: string;
  readonly deadLetterBucket: string;
  readonly alarmTopic: string;
  kmsAlias(purpose: KeyPurpose): string;
  /** `sluice-dev-archive`. */
  functionName(backend: string): string;
  /** `sluice-dev-archive-function`; Google's provider condition and binding name this role. */
  functionRole(backend: string): string;
  /** `/aws/lambda/sluice-dev-archive`: where Lambda writes if not told otherwise. */
  functionLogGroup(backend: string): string;
  /** Of the auto-scaler's schedule: what invokes the function. */
  readonly scalerSchedule: string;
  readonly scalerScheduleRole: string;
  /** Unique within the stream. */
  fanOutConsumer(backend: string): string;
  backendAlarm(backend: string, kind: BackendAlarm): string;
  streamAlarm(kind: StreamAlarm): string;
  /** Dataset id, as configured. */
  readonly dataset: string;
  /** Account id of the warehouse's service account, the part before `@`. */
  readonly serviceAccountId: string;
  /** Google keeps the id of a deleted pool for 30 days, and of a deleted custom role for 37: `undelete` brings them back. */
  readonly workloadIdentityPoolId: string;
  readonly workloadIdentityProviderId: string;
  readonly customRoleId: string;
  /** Fluent Bit on Fargate. */
  readonly forwarder: {
    readonly cluster: string;
    readonly service: string;
    readonly taskFamily: string;
    readonly taskRole: string;
    readonly executionRole: string;
    readonly logGroup: string;
  };
}

const HASH_LENGTH = 10;
const BASE32 = "abcdefghijklmnopqrstuvwxyz234567";

/** Ten characters of `[a-z2-7]`: 50 bits of the text's SHA-256. */
function hashOf(text: string): string {
  const digest = createHash("sha256").update(text).digest();
  let hash = "";
  for (let index = 0; index < HASH_LENGTH; index++) hash += BASE32[digest[index]! & 31];
  return hash;
}

/**
 * A name within a limit: as it is while it is shorter, otherwise cut, with `-` and a hash of the whole, and then exactly
 * `limit` characters long. `limit` is at least 12.
 */
export function withinLimit(name: string, limit: number): string {
  if (name.length < limit) return name;
  return `${name.slice(0, limit - HASH_LENGTH - 1)}-${hashOf(name)}`;
}

/** Joins parts so that no two lists of parts give the same text: hyphens inside all but the last are doubled. */
export function joinParts(parts: readonly string[]): string {
  return parts.map((part, index) => (index < parts.length - 1 ? part.replaceAll("-", "--") : part)).join("-");
}

/**
 * All names of a stack.
 *
 *     stackNames(config).functionName("archive") === "sluice-dev-archive"
 */
export function stackNames(inputs: NameInputs): StackNames {
  const { project, environment } = inputs;
  const { accountId, region } = inputs.aws;
  const { generation } = inputs.stream;
  const name = (limit: number, ...parts: string[]) => withinLimit(joinParts([project, environment, ...parts]), limit);

  return {
    prefix: joinParts([project, environment, ""]).slice(0, -1),
    stream: name(NAME_LIMITS.stream, "player-log" + (generation === "" ? "" : `-${generation}`)),
    archiveBucket: name(NAME_LIMITS.bucket, `archive-${accountId}-${region}`),
    deadLetterBucket: name(NAME_LIMITS.bucket, `dead-letter-${accountId}-${region}`),
    alarmTopic: name(NAME_LIMITS.topic, "alarms"),
    kmsAlias: (purpose) => `alias/${name(NAME_LIMITS.kmsAlias - "alias/".length, purpose)}`,
    functionName: (backend) => name(NAME_LIMITS.function, backend),
    functionRole: (backend) => name(NAME_LIMITS.role, backend, "function"),
    functionLogGroup: (backend) => `/aws/lambda/${name(NAME_LIMITS.function, backend)}`,
    scalerSchedule: name(NAME_LIMITS.schedule, SCALER),
    scalerScheduleRole: name(NAME_LIMITS.role, SCALER, "schedule"),
    fanOutConsumer: (backend) => name(NAME_LIMITS.fanOutConsumer, backend),
    backendAlarm: (backend, kind) => name(NAME_LIMITS.alarm, backend, kind),
    streamAlarm: (kind) => name(NAME_LIMITS.alarm, "stream", kind),
    dataset: inputs.warehouse.dataset,
    serviceAccountId: name(NAME_LIMITS.serviceAccount, "warehouse"),
    workloadIdentityPoolId: name(NAME_LIMITS.workloadIdentity, "aws"),
    workloadIdentityProviderId: "aws-functions",
    customRoleId: name(NAME_LIMITS.customRole, "warehouse", "writer").replaceAll("-", "_"),
    forwarder: {
      cluster: name(NAME_LIMITS.ecs, "forwarder"),
      service: name(NAME_LIMITS.ecs, "forwarder"),
      taskFamily: name(NAME_LIMITS.ecs, "forwarder"),
      taskRole: name(NAME_LIMITS.role, "forwarder", "task"),
      executionRole: name(NAME_LIMITS.role, "forwarder", "execution"),
      logGroup: `/ecs/${name(NAME_LIMITS.ecs, "forwarder")}`,
    },
  };
}
