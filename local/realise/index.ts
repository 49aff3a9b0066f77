/** All resource types that the program may declare. One that is not here is an error that names it, never skipped. */
import { awsWithoutBehaviour } from "./aws-without-behaviour.ts";
import { bigqueryDataset } from "./bigquery-dataset.ts";
import { bigqueryIamMember } from "./bigquery-iam-member.ts";
import { bigqueryRoutine } from "./bigquery-routine.ts";
import { bigqueryTable } from "./bigquery-table.ts";
import { googleCustomRole } from "./google-custom-role.ts";
import { googleWithoutBehaviour } from "./google-without-behaviour.ts";
import { iamRole } from "./iam-role.ts";
import { kinesisStreamConsumer } from "./kinesis-stream-consumer.ts";
import { kinesisStream } from "./kinesis-stream.ts";
import { lambdaEventSourceMapping } from "./lambda-event-source-mapping.ts";
import { lambdaFunction } from "./lambda-function.ts";
import type { Graph } from "../graph.ts";
import { metricAlarm } from "./metric-alarm.ts";
import type { Realiser } from "./realiser.ts";
import { s3BucketSettings } from "./s3-bucket-settings.ts";
import { s3Bucket } from "./s3-bucket.ts";
import { schedulerSchedule } from "./scheduler-schedule.ts";
import { serviceAccountIamMember } from "./service-account-iam-member.ts";
import { serviceAccount } from "./service-account.ts";
import { workloadIdentityPoolProvider } from "./workload-identity-pool-provider.ts";

/** Every realiser. */
export const REALISERS: readonly Realiser[] = [
  kinesisStream,
  kinesisStreamConsumer,
  s3Bucket,
  ...s3BucketSettings,
  lambdaFunction,
  lambdaEventSourceMapping,
  schedulerSchedule,
  metricAlarm,
  iamRole,
  ...awsWithoutBehaviour,
  bigqueryDataset,
  bigqueryTable,
  bigqueryRoutine,
  bigqueryIamMember,
  workloadIdentityPoolProvider,
  serviceAccount,
  serviceAccountIamMember,
  googleCustomRole,
  ...googleWithoutBehaviour,
];

const BY_TYPE: ReadonlyMap<string, Realiser> = new Map(REALISERS.map((realiser) => [realiser.type, realiser]));

/** The realiser of a type, `undefined` for a type that the local cloud does not know. */
export function realiserOf(type: string): Realiser | undefined {
  return BY_TYPE.get(type);
}

/** Types of a graph that do nothing on this machine, with the number of their resources. */
export function typesWithoutBehaviour({ resources }: Graph): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { type, custom } of resources) {
    if (custom && realiserOf(type)?.behaviour === "none") counts.set(type, (counts.get(type) ?? 0) + 1);
  }
  return counts;
}
