import { KinesisClient } from "@aws-sdk/client-kinesis";
import { S3Client } from "@aws-sdk/client-s3";
import { LOCAL_ENDPOINTS } from "../../contract/environment.ts";
import type { TokenSource } from "../../functions/warehouse/token-cache.ts";
import { QueryError, queryEndpoint } from "../query/query-endpoint.ts";
import { s3Bucket } from "./bucket.ts";
import type { Connection } from "./connection.ts";
import { factsOfStack } from "./facts-of-stack.ts";
import { googleTokens } from "./google-tokens.ts";
import type { StackFacts } from "./stack-facts.ts";

const BIGQUERY = "https://bigquery.googleapis.com";
const STORAGE_WRITE = "https://bigquerystorage.googleapis.com";
/** Queries, and rows for whoever may write them. https://docs.cloud.google.com/bigquery/docs/authorization */
const SCOPE = "https://www.googleapis.com/auth/bigquery";
const NO_TOKENS: TokenSource = { token: () => Promise.resolve("none"), invalidate: () => undefined };

/**
 * A deployed stack by the names in its stack file. AWS's side takes credentials and endpoints as the AWS CLI does
 * (`AWS_PROFILE`, `AWS_ENDPOINT_URL_S3`, …), Google's takes application default credentials; endpoints of one's own in
 * `BIGQUERY_EMULATOR_HOST` and `SLUICE_BIGQUERY_STORAGE_ENDPOINT` are asked without.
 */
export function connectStack(stack: string, environment: NodeJS.ProcessEnv, facts = factsOfStack(stack)): Connection {
  const ownS3 = environment["AWS_ENDPOINT_URL_S3"] ?? environment["AWS_ENDPOINT_URL"];
  const s3 = new S3Client({ region: facts.region, forcePathStyle: ownS3 !== undefined });
  const kinesis = new KinesisClient({ region: facts.region });
  const clients: { destroy(): void }[] = [s3, kinesis];
  const google = facts.google && googleSide(facts.google, environment);
  return {
    facts,
    label: `stack ${stack}`,
    configuration: `stacks/Pulumi.${stack}.yaml`,
    runDirectory: undefined,
    archive: facts.archiveBucket === undefined ? undefined : s3Bucket(s3, facts.archiveBucket),
    deadLetters: s3Bucket(s3, facts.deadLetterBucket),
    kinesis,
    cloudwatch: async () => {
      const { CloudWatchClient } = await import("@aws-sdk/client-cloudwatch");
      const client = new CloudWatchClient({ region: facts.region });
      clients.push(client);
      return client;
    },
    query: google?.query ?? (() => Promise.reject(new QueryError(`stack ${stack} has no warehouse`))),
    storageWrite: google?.storageWrite,
    close() {
      for (const client of clients) client.destroy();
      return Promise.resolve();
    },
  };
}

function googleSide(google: NonNullable<StackFacts["google"]>, environment: NodeJS.ProcessEnv) {
  const { project, dataset, location } = google;
  const emulator = environment["BIGQUERY_EMULATOR_HOST"];
  const storage = environment[LOCAL_ENDPOINTS.bigqueryStorage];
  const tokens = googleTokens(SCOPE);
  const origin = emulator === undefined ? BIGQUERY : withScheme(emulator).replace(/\/+$/, "");
  const endpoint = { origin, project, dataset, location, ...(emulator === undefined && { tokens }) };
  return {
    query: (sql: string) => queryEndpoint(endpoint, sql),
    storageWrite: {
      endpoint: storage ?? STORAGE_WRITE,
      writeLocation: `projects/${project}/locations/${location}`,
      tokens: storage === undefined ? tokens : NO_TOKENS,
    },
  };
}

function withScheme(host: string): string {
  return /^https?:\/\//.test(host) ? host : `http://${host}`;
}
