/** The program: a function from a validated configuration to components. */
import * as pulumi from "@pulumi/pulumi";
import { ENVIRONMENT } from "../contract/environment.ts";
import { streamAlarms } from "./alarms.ts";
import { AlarmTopic } from "./components/alarm-topic.ts";
import { createAlarms } from "./components/alarms.ts";
import { Autoscaler } from "./components/autoscaler.ts";
import { Backend } from "./components/backend.ts";
import type { Access } from "./components/backend.ts";
import { CustomerKey } from "./components/customer-key.ts";
import { DataBucket } from "./components/data-bucket.ts";
import { EventStream } from "./components/event-stream.ts";
import { Federation } from "./components/federation.ts";
import { GoogleServices } from "./components/google-services.ts";
import { Warehouse } from "./components/warehouse.ts";
import { maximumRecordAgeSeconds, maximumRetryAttempts } from "./config/retries.ts";
import { SCALER, stackNames } from "./names.ts";
import type { StackNames } from "./names.ts";
import { stackOutputs } from "./outputs.ts";
import type { StackOutputs } from "./outputs.ts";
import { writeArchive } from "./policies/role.ts";
import { createProviders } from "./providers.ts";
import type { Providers } from "./providers.ts";
import type { Grant, StackConfig } from "./stack-config.ts";
import { ownerTag } from "./tags.ts";

/** Days that a dead letter which was overwritten or deleted can still be had back. */
const DEAD_LETTER_UNDELETE_DAYS = 7;

/** What the program needs besides its configuration. */
export interface ProgramDependencies {
  /** Bundles `functions/<backend>/`, and the auto-scaler's folder beside them. */
  bundle(backend: string): { readonly code: string };
  /** Whether anything of a setting is encrypted in the stack file; nothing is, unless given. */
  isSecretSetting?(setting: keyof StackConfig): boolean;
}

/**
 * Declares a whole stack and gives what operators need to know about it.
 *
 *     export default () => program(loadConfig(), { bundle: bundleFunction });
 */
export async function program(config: StackConfig, dependencies: ProgramDependencies): Promise<StackOutputs> {
  const names = stackNames(config);
  const providers = createProviders(config);
  const aws = { providers: [providers.aws] };
  const { accountId } = config.aws;
  const protect = config.protectData;
  // Pulumi keeps no account of which parts of a structured setting are secret: all of its free texts are, then.
  const sealed = (setting: keyof StackConfig, text: string): pulumi.Input<string> =>
    dependencies.isSecretSetting?.(setting) === true ? pulumi.secret(text) : text;

  const key = new CustomerKey(
    "data",
    { aliasName: names.kmsAlias("data"), description: "Encrypts the stream and the buckets.", accountId, protect },
    aws,
  );
  const stream = new EventStream(
    "player-log",
    {
      ...{ streamName: names.stream, keyArn: key.arn, stream: config.stream, protect },
      scaled: config.autoscaling?.mode === "act",
    },
    aws,
  );
  const deadLetters = new DataBucket(
    "dead-letter",
    {
      bucketName: names.deadLetterBucket,
      keyArn: key.arn,
      lifecycle: { ...config.deadLetters, expireNoncurrentAfterDays: DEAD_LETTER_UNDELETE_DAYS },
      protect,
    },
    aws,
  );
  const alarms = new AlarmTopic(
    "alarms",
    {
      topicName: names.alarmTopic,
      keyAlias: names.kmsAlias("alarms"),
      accountId,
      email: config.alarms.email === undefined ? undefined : sealed("alarms", config.alarms.email),
      deadLetterBucket: deadLetters.name,
    },
    aws,
  );
  createAlarms(
    "player-log",
    { specs: streamAlarms<pulumi.Input<string>>(stream.name), alarmName: names.streamAlarm, topicArn: alarms.arn },
    { provider: providers.aws },
  );

  const archive = holders(config, "archive-bucket-write").length > 0 ? archiveSide(config, names, key, aws) : undefined;
  const google =
    holders(config, "google-warehouse-write").length > 0 ? googleSide(config, names, providers) : undefined;
  const granted: Readonly<Record<Grant, Access | undefined>> = {
    "archive-bucket-write": archive?.access,
    "google-warehouse-write": google?.access,
  };

  const backends = config.backends.map((backend) => {
    const access = backend.grants.map((grant) => granted[grant]!);
    return new Backend(
      backend.name,
      {
        backend,
        names: {
          function: names.functionName(backend.name),
          role: names.functionRole(backend.name),
          logGroup: names.functionLogGroup(backend.name),
          fanOutConsumer: names.fanOutConsumer(backend.name),
          alarm: (kind) => names.backendAlarm(backend.name, kind),
        },
        code: dependencies.bundle(backend.name).code,
        ownEnvironment: Object.fromEntries(
          Object.entries(backend.environment).map(([variable, text]) => [variable, sealed("backends", text)]),
        ),
        accountId,
        stream,
        deadLetters,
        keyArn: key.arn,
        access,
        config,
        maximumRetryAttempts: maximumRetryAttempts(config.toleratedOutageHours, backend.timeoutSeconds),
        maximumRecordAgeSeconds: maximumRecordAgeSeconds(config.stream.retentionHours),
        alarmTopicArn: alarms.arn,
      },
      aws,
    );
  });

  if (config.autoscaling !== undefined) {
    new Autoscaler(
      "autoscaler",
      {
        names: {
          function: names.functionName(SCALER),
          role: names.functionRole(SCALER),
          logGroup: names.functionLogGroup(SCALER),
          schedule: names.scalerSchedule,
          scheduleRole: names.scalerScheduleRole,
          alarm: names.streamAlarm,
        },
        code: dependencies.bundle(SCALER).code,
        autoscaling: config.autoscaling,
        stream,
        accountId,
        logRetentionDays: config.logRetentionDays,
        alarmTopicArn: alarms.arn,
      },
      aws,
    );
  }

  if (config.forwarder !== undefined) {
    // Imported only here: without the forwarder a preview never asks for the plugin of awsx.
    const { Forwarder } = await import("./components/forwarder.ts");
    new Forwarder(
      "forwarder",
      {
        names: names.forwarder,
        forwarder: config.forwarder,
        region: config.aws.region,
        stream,
        keyArn: key.arn,
        logRetentionDays: config.logRetentionDays,
      },
      aws,
    );
  }

  return stackOutputs(config, { key, stream, deadLetters, alarms, archive: archive?.bucket, google, backends });
}

/** Backends that name a grant. */
function holders(config: StackConfig, grant: Grant): readonly string[] {
  return config.backends.filter((backend) => backend.grants.includes(grant)).map((backend) => backend.name);
}

/**
 * The archive bucket is there while a backend may write to it. When the last one goes, so does the bucket with its objects;
 * outside `local` and `dev` its protection stops that deployment before anything is lost.
 */
function archiveSide(config: StackConfig, names: StackNames, key: CustomerKey, opts: pulumi.ComponentResourceOptions) {
  const bucket = new DataBucket(
    "archive-data",
    {
      bucketName: names.archiveBucket,
      keyArn: key.arn,
      lifecycle: config.archive,
      protect: config.protectData,
      tags: ownerTag(config, "archive-bucket-write"),
    },
    opts,
  );
  const statements = pulumi
    .all([bucket.arn, key.arn])
    .apply(([bucketArn, keyArn]) => writeArchive(bucketArn, keyArn, config.stream.generation));
  const access: Access = { statements, environment: { [ENVIRONMENT.archiveBucket]: bucket.name }, ready: bucket.ready };
  return { bucket, access };
}

/** Google's side is there while a backend may write to it; for its removal the same holds as for the archive bucket's. */
function googleSide(config: StackConfig, names: StackNames, providers: Providers) {
  const { projectId, location } = config.google;
  const google = { providers: [providers.google] };
  const services = new GoogleServices("google", { projectId }, google);
  const enabled = { ...google, dependsOn: [...services.services] };
  const warehouse = new Warehouse(
    "warehouse-data",
    {
      ...{ projectId, location, warehouse: config.warehouse, protect: config.protectData },
      labels: ownerTag(config, "google-warehouse-write"),
    },
    enabled,
  );
  const federation = new Federation(
    "warehouse-access",
    {
      projectId,
      awsAccountId: config.aws.accountId,
      roles: new Map(holders(config, "google-warehouse-write").map((name) => [name, names.functionRole(name)])),
      serviceAccountId: names.serviceAccountId,
      poolId: names.workloadIdentityPoolId,
      providerId: names.workloadIdentityProviderId,
      customRoleId: names.customRoleId,
      tables: warehouse.tables,
    },
    enabled,
  );
  const access: Access = {
    statements: [],
    environment: {
      [ENVIRONMENT.googleProject]: projectId,
      [ENVIRONMENT.dataset]: warehouse.datasetId,
      [ENVIRONMENT.location]: location,
      [ENVIRONMENT.partitionExpiryDays]: String(config.warehouse.partitionExpiryDays ?? ""),
      [ENVIRONMENT.googleAudience]: federation.audience,
      [ENVIRONMENT.googleServiceAccount]: federation.serviceAccountEmail,
    },
    ready: federation.permissions,
  };
  return { warehouse, federation, access };
}
