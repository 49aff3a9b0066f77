import { systemClock } from "../../contract/clock.ts";
import { compressorFor } from "../shared/compressor.ts";
import { memoryMb } from "../shared/environment.ts";
import { collectLessOften } from "../shared/heap.ts";
import { ObjectStore } from "../shared/object-store.ts";
import { s3PutObject } from "../shared/s3.ts";
import { createHandler } from "./archive.ts";
import { readEnvironment } from "./environment.ts";

collectLessOften();

/** What Lambda calls. */
export const handler = createHandler({
  environment: readEnvironment(process.env),
  store: new ObjectStore({ put: s3PutObject(), clock: systemClock, random: Math.random }),
  clock: systemClock,
  compressor: compressorFor(memoryMb(process.env)),
  // Not console.log: Lambda puts a time and a request id before it, and the embedded metric format is the whole line.
  log: (line) => process.stdout.write(`${line}\n`),
});
