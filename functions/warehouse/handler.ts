import { systemClock } from "../../contract/clock.ts";
import { compressorFor } from "../shared/compressor.ts";
import { memoryMb } from "../shared/environment.ts";
import { collectLessOften } from "../shared/heap.ts";
import { ObjectStore } from "../shared/object-store.ts";
import type { PutObject } from "../shared/object-store.ts";
import { AppendConnection } from "./connection.ts";
import { Connections } from "./connections.ts";
import { awsIdentity, readEnvironment } from "./environment.ts";
import { federatedExchange } from "./federation.ts";
import { TokenCache } from "./token-cache.ts";
import { createHandler } from "./warehouse.ts";

collectLessOften();

const environment = readEnvironment(process.env);
const clock = systemClock;
const random = Math.random;

let s3: Promise<PutObject> | undefined;

/** Loads the SDK for S3 with the first dead letter: most functions never write one, and V8 would mark it with each collection. */
const putDeadLetter: PutObject = async (object, signal) => {
  s3 ??= import("../shared/s3.ts").then(({ s3PutObject }) => s3PutObject());
  await (
    await s3
  )(object, signal);
};

/** What Lambda calls. */
export const handler = createHandler({
  environment,
  connections: new Connections({
    open: (accessToken) =>
      new AppendConnection({
        endpoint: environment.storageEndpoint,
        writeLocation: `projects/${environment.googleProject}/locations/${environment.location}`,
        accessToken,
        clock,
      }),
    tokens: new TokenCache({
      exchange: federatedExchange({
        audience: environment.googleAudience,
        serviceAccount: environment.googleServiceAccount,
        region: environment.awsRegion,
        identity: () => awsIdentity(process.env),
        endpoint: environment.tokenEndpoint,
      }),
      clock,
    }),
    clock,
  }),
  store: new ObjectStore({ put: putDeadLetter, clock, random }),
  clock,
  random,
  compressor: compressorFor(memoryMb(process.env)),
  // Not console.log: Lambda puts a time and a request id before it, and the embedded metric format is the whole line.
  log: (line) => process.stdout.write(`${line}\n`),
});
