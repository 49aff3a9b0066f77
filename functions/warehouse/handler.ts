import { systemClock } from "../../contract/clock.ts";
import { compressorFor } from "../shared/compressor.ts";
import { memoryMb } from "../shared/environment.ts";
import { collectLessOften } from "../shared/heap.ts";
import { ObjectStore } from "../shared/object-store.ts";
import { s3PutObject } from "../shared/s3.ts";
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
  store: new ObjectStore({ put: s3PutObject(), clock, random }),
  clock,
  random,
  compressor: compressorFor(memoryMb(process.env)),
  // Not console.log: Lambda puts a time and a request id before it, and the embedded metric format is the whole line.
  log: (line) => process.stdout.write(`${line}\n`),
});
