/** Stack outputs: what operators and the `sluice` command need to know about a deployed stack. */
import * as pulumi from "@pulumi/pulumi";
import { READERS } from "../contract/columns.ts";
import type { AlarmTopic } from "./components/alarm-topic.ts";
import type { Backend } from "./components/backend.ts";
import type { CustomerKey } from "./components/customer-key.ts";
import type { DataBucket } from "./components/data-bucket.ts";
import type { EventStream } from "./components/event-stream.ts";
import type { Federation } from "./components/federation.ts";
import type { Warehouse } from "./components/warehouse.ts";
import type { StackConfig } from "./stack-config.ts";

/** The components that outputs are read from. */
export interface OutputSources {
  readonly key: CustomerKey;
  readonly stream: EventStream;
  readonly deadLetters: DataBucket;
  readonly alarms: AlarmTopic;
  readonly archive: DataBucket | undefined;
  readonly google: { readonly warehouse: Warehouse; readonly federation: Federation } | undefined;
  readonly backends: readonly Backend[];
}

/** Names are stable: the `sluice` command and operators' scripts read them. */
export interface StackOutputs {
  readonly region: string;
  readonly streamName: pulumi.Output<string>;
  readonly streamArn: pulumi.Output<string>;
  /** Key of the stream and the buckets: producers need `kms:GenerateDataKey` on it, readers of the archive `kms:Decrypt`. */
  readonly keyArn: pulumi.Output<string>;
  readonly deadLetterBucket: pulumi.Output<string>;
  readonly archiveBucket?: pulumi.Output<string>;
  readonly googleProject?: string;
  readonly dataset?: pulumi.Output<string>;
  readonly datasetLocation?: string;
  readonly readers?: typeof READERS;
  readonly serviceAccount?: pulumi.Output<string>;
  readonly alarmTopicArn: pulumi.Output<string>;
  /** Function names by backend. */
  readonly functions: Readonly<Record<string, pulumi.Output<string>>>;
  /** Log groups by backend. */
  readonly logGroups: Readonly<Record<string, pulumi.Output<string>>>;
  /** UUIDs of event source mappings by backend: to pause a backend, and to find its failed records. */
  readonly mappings: Readonly<Record<string, pulumi.Output<string>>>;
  /** Pages of the clouds' consoles. */
  readonly console: Readonly<Record<string, pulumi.Output<string> | string>>;
}

/** Collects the outputs of a stack. */
export function stackOutputs(config: StackConfig, sources: OutputSources): StackOutputs {
  const { key, stream, deadLetters, archive, google, backends } = sources;
  return {
    region: config.aws.region,
    streamName: stream.name,
    streamArn: stream.arn,
    keyArn: key.arn,
    deadLetterBucket: deadLetters.name,
    ...(archive && { archiveBucket: archive.name }),
    ...(google && {
      googleProject: config.google.projectId,
      dataset: google.warehouse.datasetId,
      datasetLocation: config.google.location,
      readers: READERS,
      serviceAccount: google.federation.serviceAccountEmail,
    }),
    alarmTopicArn: sources.alarms.arn,
    functions: byName(backends, (backend) => backend.functionName),
    logGroups: byName(backends, (backend) => backend.logGroupName),
    mappings: byName(backends, (backend) => backend.mappingId),
    console: consoleLinks(config, sources),
  };
}

function consoleLinks(config: StackConfig, sources: OutputSources): StackOutputs["console"] {
  const { region } = config.aws;
  const aws = (service: string) => `https://${region}.console.aws.amazon.com/${service}/home?region=${region}#`;
  const bucket = (name: pulumi.Output<string>) =>
    pulumi.interpolate`https://s3.console.aws.amazon.com/s3/buckets/${name}`;
  const { archive, google } = sources;
  return {
    stream: pulumi.interpolate`${aws("kinesis")}/streams/details/${sources.stream.name}/monitoring`,
    alarms: `${aws("cloudwatch")}alarmsV2:`,
    deadLetterBucket: bucket(sources.deadLetters.name),
    ...(archive && { archiveBucket: bucket(archive.name) }),
    ...(google && {
      dataset: pulumi.interpolate`https://console.cloud.google.com/bigquery?project=${config.google.projectId}&d=${google.warehouse.datasetId}&p=${config.google.projectId}&page=dataset`,
    }),
    ...byName(
      sources.backends,
      (backend) => pulumi.interpolate`${aws("lambda")}/functions/${backend.functionName}`,
      "function-",
    ),
  };
}

function byName<T>(backends: readonly Backend[], value: (backend: Backend) => T, prefix = ""): Record<string, T> {
  return Object.fromEntries(backends.map((backend) => [prefix + backend.backendName, value(backend)]));
}
