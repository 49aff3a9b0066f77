/** The local cloud: servers and functions on this machine that do what a stack's resource graph declares. */
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import type { Clock, Random } from "../contract/clock.ts";
import { LOCAL_ENDPOINTS } from "../contract/environment.ts";
import { startBigQuery } from "./bigquery/server.ts";
import type { BigQueryServer } from "./bigquery/server.ts";
import { openWarehouse } from "./bigquery/warehouse.ts";
import { CloudWatch } from "./cloudwatch/cloudwatch.ts";
import { startCloudWatchServer } from "./cloudwatch/server.ts";
import type { CloudWatchServer } from "./cloudwatch/server.ts";
import { AwsSessions } from "./google-token/aws-sessions.ts";
import { emptyGoogleRegistry, tableResource } from "./google-token/registry.ts";
import { startGoogleToken } from "./google-token/server.ts";
import type { GoogleToken } from "./google-token/server.ts";
import { isLocalToken } from "./google-token/token-store.ts";
import type { Graph } from "./graph.ts";
import { fileRecordStores } from "./kinesis/file-record-store.ts";
import { StreamRegistry } from "./kinesis/registry.ts";
import { startKinesisServer } from "./kinesis/server.ts";
import type { KinesisServer } from "./kinesis/server.ts";
import { LambdaRunner } from "./lambda/runner.ts";
import type { Invocation } from "./lambda/types.ts";
import { realiserOf } from "./realise/index.ts";
import type { CloudFacts } from "./realise/realiser.ts";
import { startS3Server } from "./s3/server.ts";
import type { S3Server } from "./s3/server.ts";
import { Scheduler } from "./scheduler/scheduler.ts";
import type { Services } from "./services.ts";

const HOST = "127.0.0.1";

/** What a local cloud is started from. */
export interface CloudOptions {
  readonly graph: Graph;
  readonly facts: CloudFacts;
  /** Folder of the run: `s3/`, `warehouse.duckdb`, `functions/`, `logs/`; made if missing. */
  readonly directory: string;
  readonly clock: Clock;
  readonly random: Random;
  /** `false` lifts the shards' limits on writes and reads. */
  readonly limits: boolean;
  /** Concurrent executions of the account. */
  readonly accountConcurrency: number;
  readonly onInvocation: (invocation: Invocation) => void;
  /** Told of what goes wrong beside the functions. */
  readonly onProblem: (problem: Error) => void;
}

/** Where the servers listen. */
export interface CloudEndpoints {
  /** `http://127.0.0.1:PORT`, HTTP/1.1 and HTTP/2 with prior knowledge. */
  readonly kinesis: string;
  readonly kinesisTls: string;
  readonly s3: string;
  readonly cloudwatch: string;
  /** REST, without a path. */
  readonly bigquery: string;
  /** Storage Write: `127.0.0.1:PORT`, gRPC without TLS. */
  readonly bigqueryStorage: string;
}

/** Folders and files of a run. */
export const RUN_FILES = {
  objects: "s3",
  warehouse: "warehouse.duckdb",
  logs: "logs",
  functions: "functions",
  stream: "stream",
} as const;

/** A running local cloud; made by {@link startCloud}. */
export class LocalCloud {
  readonly endpoints: CloudEndpoints;
  readonly services: Services;
  readonly #closers: readonly (() => void | Promise<void>)[];
  #closed: Promise<void> | undefined;

  constructor(endpoints: CloudEndpoints, services: Services, closers: readonly (() => void | Promise<void>)[]) {
    this.endpoints = endpoints;
    this.services = services;
    this.#closers = closers;
  }

  /** Whether every record on every stream is done by every mapping. */
  idle(): boolean {
    return [...this.services.mappings.values()].every(({ driver }) => driver.idle());
  }

  /** Ends everything at once, whatever is under way; may be called again. */
  close(): Promise<void> {
    this.#closed ??= closeAll(this.#closers);
    return this.#closed;
  }
}

/** Starts the servers and makes every resource of the graph, in order. Rejects, with nothing left running, if one cannot be made. */
export async function startCloud(options: CloudOptions): Promise<LocalCloud> {
  const closers: (() => void | Promise<void>)[] = [];
  try {
    return await start(options, closers);
  } catch (error) {
    await closeAll(closers).catch(options.onProblem);
    throw error;
  }
}

async function start(options: CloudOptions, closers: (() => void | Promise<void>)[]): Promise<LocalCloud> {
  const { graph, facts, directory, clock, random, onProblem } = options;
  const google = emptyGoogleRegistry();
  const sessions = new AwsSessions(random);
  const mappings: Services["mappings"] = new Map();
  const shardMetrics = (name: string): readonly string[] => streams.get(name, clock.now())?.metrics ?? [];
  const cloudwatch = new CloudWatch({ clock, mappings, shardMetrics });
  const streams = new StreamRegistry({
    accountId: facts.accountId,
    region: facts.region,
    limits: options.limits,
    stores: (name) => fileRecordStores(join(directory, RUN_FILES.stream, name)),
    meters: (name) => cloudwatch.streamMeter(name),
  });
  closers.push(() => streams.close());
  const warehouse = await openWarehouse({
    path: join(directory, RUN_FILES.warehouse),
    clock,
    project: facts.googleProject,
  });
  closers.push(() => warehouse.close());
  const s3 = await startS3Server({ directory: join(directory, RUN_FILES.objects), clock, host: HOST });
  closers.push(() => s3.close());
  const token = await startGoogleToken({ clock, random, host: HOST, sessions, registry: google });
  closers.push(() => token.close());
  const bigquery = await startBigQuery({ warehouse, host: HOST, authorize: rowAuthorizer(token) });
  closers.push(() => bigquery.close());
  const kinesis = await startKinesisServer({ clock, streams, host: HOST });
  closers.push(() => kinesis.close());
  const { accountId, region } = facts;
  const metrics = await startCloudWatchServer({ clock, cloudwatch, accountId, region, host: HOST });
  closers.push(() => metrics.close());
  const lambda = new LambdaRunner({
    clock,
    codeDirectory: join(directory, RUN_FILES.functions),
    logDirectory: join(directory, RUN_FILES.logs),
    region,
    accountId,
    accountConcurrency: options.accountConcurrency,
    endpoints: () => functionEndpoints({ kinesis, s3, cloudwatch: metrics, token, bigquery }),
    randomUuid: randomUUID,
    onInvocation: options.onInvocation,
    meter: cloudwatch.functions,
  });
  closers.push(() => lambda.close());
  const scheduler = new Scheduler({ clock, onProblem });
  closers.push(() => scheduler.close());
  closers.push(() => {
    for (const { driver } of mappings.values()) driver.stop();
  });
  const services: Services = {
    clock,
    randomUuid: randomUUID,
    streams,
    buckets: s3,
    warehouse,
    bigquery,
    google,
    roles: new Map(),
    sessions,
    lambda,
    scheduler,
    meter: cloudwatch.functions,
    alarms: cloudwatch.alarms,
    mappings,
    onProblem,
  };
  await realise(graph, services);
  cloudwatch.start();
  closers.push(() => cloudwatch.stop());
  return new LocalCloud(endpointsOf(kinesis, s3, bigquery, metrics), services, closers);
}

/** Makes every resource that does something here, in the graph's order. */
async function realise(graph: Graph, services: Services): Promise<void> {
  for (const { type, name, custom, id, inputs, outputs } of graph.resources) {
    if (!custom) continue;
    const realiser = realiserOf(type);
    if (realiser === undefined) throw new Error(`The local cloud does not know ${type} (${name}).`);
    if (realiser.behaviour === "none") continue;
    try {
      await realiser.create({ id, inputs, outputs }, services);
    } catch (error) {
      throw new Error(`The local cloud cannot make ${type} (${name}): ${(error as Error).message}`, { cause: error });
    }
  }
}

/**
 * Any token of another maker is accepted, as is none: clients on a laptop have no account. A token that the local exchange issued
 * must be in force, and its service account must hold the permission on the table.
 */
function rowAuthorizer(token: GoogleToken) {
  return (
    bearer: string | undefined,
    { project, dataset, name }: { project: string; dataset: string; name: string },
  ) =>
    bearer !== undefined && isLocalToken(bearer)
      ? token.authorize(bearer, "bigquery.tables.updateData", tableResource(project, dataset, name))
      : ({ allowed: true } as const);
}

interface FunctionServers {
  readonly kinesis: KinesisServer;
  readonly s3: S3Server;
  readonly cloudwatch: CloudWatchServer;
  readonly token: GoogleToken;
  readonly bigquery: BigQueryServer;
}

/** https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html */
function functionEndpoints({ kinesis, s3, cloudwatch, token, bigquery }: FunctionServers): Record<string, string> {
  return {
    AWS_ENDPOINT_URL_KINESIS: `http://${HOST}:${kinesis.port}`,
    AWS_ENDPOINT_URL_S3: `http://${HOST}:${s3.port}`,
    AWS_ENDPOINT_URL_CLOUDWATCH: `http://${HOST}:${cloudwatch.port}`,
    [LOCAL_ENDPOINTS.bigqueryStorage]: `http://${HOST}:${bigquery.grpcPort}`,
    [LOCAL_ENDPOINTS.googleToken]: `http://${HOST}:${token.port}`,
  };
}

function endpointsOf(
  kinesis: KinesisServer,
  s3: S3Server,
  bigquery: BigQueryServer,
  cloudwatch: CloudWatchServer,
): CloudEndpoints {
  return {
    kinesis: `http://${HOST}:${kinesis.port}`,
    kinesisTls: `https://${HOST}:${kinesis.tlsPort}`,
    s3: `http://${HOST}:${s3.port}`,
    cloudwatch: `http://${HOST}:${cloudwatch.port}`,
    bigquery: `http://${HOST}:${bigquery.restPort}`,
    bigqueryStorage: `${HOST}:${bigquery.grpcPort}`,
  };
}

/**
 * The latest first: mappings before functions, functions before servers, servers before what they serve. One that fails keeps
 * none of the others open; the first failure is thrown in the end.
 */
async function closeAll(closers: readonly (() => void | Promise<void>)[]): Promise<void> {
  const failures: unknown[] = [];
  for (const close of [...closers].reverse()) {
    try {
      await close();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}
