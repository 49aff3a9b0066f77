/**
 * What a graph's price and capacity depend on. From the graph and not from the configuration, so that any older revision can be
 * priced, and what is priced is what is declared. Pure.
 */
import { ENVIRONMENT } from "../contract/environment.ts";
import type { Graph, GraphResource } from "../local/graph.ts";
import { ofType } from "../local/graph.ts";
import { DEFAULT_ASSUMPTIONS, type PricedBackend, type PricedConfiguration } from "../model/cost/configuration.ts";
import type { ServiceTimes } from "../model/service-times.ts";

/** A backend, and what its throughput depends on besides. */
export interface GraphBackend extends PricedBackend {
  /** Executions at the same time; `undefined` for a share of the account's. */
  readonly reservedConcurrency: number | undefined;
}

/** A stack as it is priced. */
export interface PricedGraph extends PricedConfiguration {
  readonly backends: readonly GraphBackend[];
}

type Fields = Readonly<Record<string, unknown>>;

/** Takes a graph for pricing; `undefined` for one without a stream. */
export function pricedGraph(graph: Graph, times: ServiceTimes): PricedGraph | undefined {
  const stream = ofType(graph, "aws:kinesis/stream:Stream")[0]?.inputs;
  if (stream === undefined) return undefined;
  const onDemand = fieldsAt(stream, "streamModeDetails")["streamMode"] === "ON_DEMAND";
  const backends = backendsOf(graph, times);
  const tables = ofType(graph, "gcp:bigquery/table:Table").filter(
    ({ inputs }) => inputs["timePartitioning"] !== undefined,
  );
  const archive = archiveBuckets(graph);
  const lifecycles = ofType(graph, "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration");
  const archiveRule = lifecycles.find(({ inputs }) => archive.has(String(inputs["bucket"])));
  const otherRule = lifecycles.find(({ inputs }) => !archive.has(String(inputs["bucket"])));
  const expirationMs = numberAt(fieldsAt(tables[0]?.inputs ?? {}, "timePartitioning"), "expirationMs");
  return {
    stream: {
      mode: onDemand ? "on-demand" : "provisioned",
      shards: numberAt(stream, "shardCount") ?? 1,
      retentionHours: numberAt(stream, "retentionPeriod") ?? 24,
      shardLevelMetrics: lengthOf(stream["shardLevelMetrics"]),
    },
    backends,
    archive: lifetimeOf(archiveRule),
    deadLetterExpireAfterDays: lifetimeOf(otherRule).expireAfterDays ?? DEFAULT_ASSUMPTIONS.horizonDays,
    partitionExpiryDays: expirationMs === undefined ? undefined : expirationMs / 86_400_000,
    logRetentionDays:
      numberAt(ofType(graph, "aws:cloudwatch/logGroup:LogGroup")[0]?.inputs, "retentionInDays") ??
      DEFAULT_ASSUMPTIONS.horizonDays,
    alarmMetrics: ofType(graph, "aws:cloudwatch/metricAlarm:MetricAlarm").reduce(
      (sum, { inputs }) => sum + watched(inputs),
      0,
    ),
    keys: ofType(graph, "aws:kms/key:Key").length,
    autoscaler: scalerOf(graph),
    assumptions: { ...DEFAULT_ASSUMPTIONS, insertAllTime: times.insertAll },
  };
}

/** The function that is told a mode of scaling. */
function scalerOf(graph: Graph): PricedGraph["autoscaler"] {
  const handler = ofType(graph, "aws:lambda/function:Function").find(
    ({ inputs }) => fieldsAt(fieldsAt(inputs, "environment"), "variables")[ENVIRONMENT.scalerMode] !== undefined,
  );
  return handler && { memoryMb: numberAt(handler.inputs, "memorySize") ?? 128 };
}

/** One for each mapping, in order of registration. */
function backendsOf(graph: Graph, times: ServiceTimes): readonly GraphBackend[] {
  const functions = new Map(
    ofType(graph, "aws:lambda/function:Function").map((each) => [String(each.outputs["arn"]), each]),
  );
  return ofType(graph, "aws:lambda/eventSourceMapping:EventSourceMapping").flatMap(({ inputs }): GraphBackend[] => {
    const handler = functions.get(String(inputs["functionName"]));
    if (handler === undefined) return [];
    const variables = fieldsAt(fieldsAt(handler.inputs, "environment"), "variables");
    const writesObjects = variables[ENVIRONMENT.archiveBucket] !== undefined;
    const writesRows = variables[ENVIRONMENT.dataset] === undefined ? undefined : "storage-write";
    return [
      {
        name: String(variables[ENVIRONMENT.backend] ?? handler.name),
        writesObjects,
        writesRows,
        fanOut: String(inputs["eventSourceArn"]).includes("/consumer/"),
        memoryMb: numberAt(handler.inputs, "memorySize") ?? 128,
        batchSize: numberAt(inputs, "batchSize") ?? 100,
        batchWindowSeconds: numberAt(inputs, "maximumBatchingWindowInSeconds") ?? 0,
        parallelizationFactor: numberAt(inputs, "parallelizationFactor") ?? 1,
        serviceTime: writesRows !== undefined ? times.warehouse : writesObjects ? times.archive : times.other,
        reservedConcurrency: numberAt(handler.inputs, "reservedConcurrentExecutions"),
      },
    ];
  });
}

/** Names of the buckets that functions are told to archive to. */
function archiveBuckets(graph: Graph): ReadonlySet<string> {
  return new Set(
    ofType(graph, "aws:lambda/function:Function").flatMap(({ inputs }) => {
      const bucket = fieldsAt(fieldsAt(inputs, "environment"), "variables")[ENVIRONMENT.archiveBucket];
      return bucket === undefined ? [] : [String(bucket)];
    }),
  );
}

function lifetimeOf(lifecycle: GraphResource | undefined) {
  const [rule = {}] = (lifecycle?.inputs["rules"] as readonly Fields[] | undefined) ?? [];
  const transitions = (rule["transitions"] as readonly Fields[] | undefined) ?? [];
  const after = (storageClass: string) =>
    numberAt(
      transitions.find((transition) => transition["storageClass"] === storageClass),
      "days",
    );
  return {
    infrequentAccessAfterDays: after("STANDARD_IA"),
    glacierAfterDays: after("GLACIER"),
    expireAfterDays: numberAt(fieldsAt(rule, "expiration"), "days"),
  };
}

/** CloudWatch bills an alarm over an expression by its metrics. */
function watched(alarm: Fields): number {
  const queries = (alarm["metricQueries"] as readonly Fields[] | undefined) ?? [];
  return queries.length === 0 ? 1 : queries.filter((query) => query["metric"] !== undefined).length;
}

function fieldsAt(fields: Fields, key: string): Fields {
  const value = fields[key];
  return typeof value === "object" && value !== null ? (value as Fields) : {};
}

function numberAt(fields: Fields | undefined, key: string): number | undefined {
  const value = fields?.[key];
  return typeof value === "number" ? value : undefined;
}

function lengthOf(value: unknown): number {
  return Array.isArray(value) ? value.length : 0;
}
