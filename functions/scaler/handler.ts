import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { KinesisClient } from "@aws-sdk/client-kinesis";
import { systemClock } from "../../contract/clock.ts";
import { readEnvironment } from "./environment.ts";
import { createHandler } from "./scaler.ts";

/** What Lambda calls. */
export const handler = createHandler({
  environment: readEnvironment(process.env),
  kinesis: new KinesisClient(),
  cloudwatch: new CloudWatchClient(),
  clock: systemClock,
  // Not console.log: the embedded metric format is the whole line.
  log: (line) => process.stdout.write(`${line}\n`),
});
