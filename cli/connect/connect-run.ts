import { existsSync } from "node:fs";
import { join } from "node:path";
import type { S3Client } from "@aws-sdk/client-s3";
import { systemClock } from "../../contract/clock.ts";
import type { TokenSource } from "../../functions/warehouse/token-cache.ts";
import { BigQueryError } from "../../local/bigquery/errors.ts";
import { type Warehouse, openWarehouse } from "../../local/bigquery/warehouse.ts";
import { RUN_FILES } from "../../local/cloud.ts";
import { CommandError, UsageError, messageOf } from "../errors.ts";
import { QueryError, queryEndpoint } from "../query/query-endpoint.ts";
import { answers } from "./answers.ts";
import { type Bucket, folderBucket, s3Bucket } from "./bucket.ts";
import type { Connection, StorageWriteTarget } from "./connection.ts";
import { lockForReplay, refuseWhileReplayed } from "./replay-lock.ts";
import { STACK_FILE, readRunEndpoints, readRunFacts } from "./run-files.ts";
import type { StackFacts } from "./stack-facts.ts";

const HOST = "127.0.0.1";
/** What DuckDB's message says when another process has the file open; its errors have no code. */
const LOCKED = /lock/i;
/** Any will do on this machine; without some the SDK would look for a cloud's. */
const CREDENTIALS = { accessKeyId: "local", secretAccessKey: "local" };
const NO_TOKENS: TokenSource = { token: () => Promise.resolve("local"), invalidate: () => undefined };

/** A local run by its folder. Throws a UsageError where there is none. */
export async function connectRun(directory: string, write: boolean): Promise<Connection> {
  if (!existsSync(join(directory, RUN_FILES.warehouse))) {
    throw new UsageError(`${directory} holds no run`, { hint: "Start a run with npm start, or name one with --run." });
  }
  const facts = readRunFacts(directory);
  const warehouse = await openUnlessServed(directory, facts, write);
  if (warehouse === undefined) return await servedRun(directory, facts, write);
  return write ? endedRunForWriting(directory, facts, warehouse) : endedRun(directory, facts, warehouse);
}

/** `undefined` while the run has its warehouse open itself. */
async function openUnlessServed(directory: string, facts: StackFacts, write: boolean): Promise<Warehouse | undefined> {
  const path = join(directory, RUN_FILES.warehouse);
  try {
    return await openWarehouse({
      ...{ path, readOnly: !write, clock: systemClock, project: facts.google?.project ?? "none" },
      ...(facts.google && { defaultDataset: facts.google.dataset }),
    });
  } catch (error) {
    if (LOCKED.test(messageOf(error))) return undefined;
    throw new CommandError(`${path}: cannot be opened: ${messageOf(error)}`, { cause: error });
  }
}

async function servedRun(directory: string, facts: StackFacts, write: boolean): Promise<Connection> {
  // First: another run may answer at the ports of one that has ended.
  refuseWhileReplayed(directory, ({ served }) => write || !served);
  const endpoints = readRunEndpoints(directory);
  if (!(await answers(endpoints.s3))) {
    throw new CommandError(
      `run ${directory} has ended, and another command works on it: try again when that has ended`,
    );
  }
  const unlock = write ? lockForReplay(directory, { served: true }) : (): void => undefined;
  const { KinesisClient } = await import("@aws-sdk/client-kinesis");
  const s3 = await localS3(endpoints.s3, facts.region);
  const kinesis = new KinesisClient({
    ...{ endpoint: endpoints.kinesis, region: facts.region, credentials: CREDENTIALS },
  });
  const clients: { destroy(): void }[] = [s3, kinesis];
  const { cloudwatch } = endpoints;
  return {
    ...parts(directory, facts, (name) => s3Bucket(s3, name)),
    kinesis,
    cloudwatch:
      cloudwatch === undefined
        ? undefined
        : async () => {
            const { CloudWatchClient } = await import("@aws-sdk/client-cloudwatch");
            const client = new CloudWatchClient({
              ...{ endpoint: cloudwatch, region: facts.region, credentials: CREDENTIALS },
            });
            clients.push(client);
            return client;
          },
    query: (sql) => queryEndpoint({ origin: endpoints.bigquery, ...namesOf(facts) }, sql),
    storageWrite: writeTarget(facts, endpoints.bigqueryStorage),
    close() {
      for (const client of clients) client.destroy();
      unlock();
      return Promise.resolve();
    },
  };
}

function endedRun(directory: string, facts: StackFacts, warehouse: Warehouse): Connection {
  return {
    ...parts(directory, facts, (name) => folderBucket(join(directory, RUN_FILES.objects, name), name)),
    kinesis: undefined,
    cloudwatch: undefined,
    query: (sql) => ask(warehouse, sql),
    storageWrite: undefined,
    close: () => warehouse.close(),
  };
}

async function endedRunForWriting(directory: string, facts: StackFacts, warehouse: Warehouse): Promise<Connection> {
  const closers: (() => void | Promise<void>)[] = [() => warehouse.close()];
  const close = async (): Promise<void> => {
    for (const each of closers.splice(0).reverse()) await each();
  };
  try {
    closers.push(lockForReplay(directory, { served: false }));
    const [{ startS3Server }, { startBigQuery }] = await Promise.all([
      import("../../local/s3/server.ts"),
      import("../../local/bigquery/server.ts"),
    ]);
    const objects = join(directory, RUN_FILES.objects);
    const s3Server = await startS3Server({ directory: objects, clock: systemClock, host: HOST });
    closers.push(() => s3Server.close());
    const bigquery = await startBigQuery({ warehouse, host: HOST });
    closers.push(() => bigquery.close());
    const s3 = await localS3(`http://${HOST}:${s3Server.port}`, facts.region);
    closers.push(() => s3.destroy());
    return {
      ...parts(directory, facts, (name) => s3Bucket(s3, name)),
      kinesis: undefined,
      cloudwatch: undefined,
      query: (sql) => ask(warehouse, sql),
      storageWrite: writeTarget(facts, `${HOST}:${bigquery.grpcPort}`),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function parts(directory: string, facts: StackFacts, bucket: (name: string) => Bucket) {
  return {
    facts,
    label: `run ${directory}`,
    configuration: join(directory, STACK_FILE),
    runDirectory: directory,
    archive: facts.archiveBucket === undefined ? undefined : bucket(facts.archiveBucket),
    deadLetters: bucket(facts.deadLetterBucket),
  };
}

async function localS3(endpoint: string, region: string): Promise<S3Client> {
  const { S3Client } = await import("@aws-sdk/client-s3");
  return new S3Client({ endpoint, region, credentials: CREDENTIALS, forcePathStyle: true });
}

function namesOf({ google }: StackFacts): { project: string; dataset: string } {
  return { project: google?.project ?? "none", dataset: google?.dataset ?? "none" };
}

function writeTarget({ google }: StackFacts, address: string): StorageWriteTarget | undefined {
  if (google === undefined) return undefined;
  const writeLocation = `projects/${google.project}/locations/${google.location}`;
  return { endpoint: `http://${address}`, writeLocation, tokens: NO_TOKENS };
}

async function ask(warehouse: Warehouse, sql: string) {
  try {
    return await warehouse.query(sql);
  } catch (error) {
    if (error instanceof BigQueryError) throw new QueryError(error.message, { cause: error });
    throw error;
  }
}
