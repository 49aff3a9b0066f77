/** The producer of `sluice local`, in a process of its own: started by producer-child.ts, ends with the one that started it. */
import { systemClock } from "../../contract/clock.ts";
import { SHARD_WRITE_BYTES_PER_SECOND, SHARD_WRITE_RECORDS_PER_SECOND } from "../../contract/limits.ts";
import { CommandError, messageOf } from "../errors.ts";
import { generatedLog } from "../generate/generated-input.ts";
import { readInput } from "../input/read-input.ts";
import { LocalTarget } from "../produce/local-target.ts";
import { ProduceFailure } from "../produce/produce-result.ts";
import { Producer } from "../produce/producer.ts";
import { PutError } from "../produce/put-target.ts";
import type { FromProducer, ProduceJob, SentError, ToProducer } from "./producer-messages.ts";

/** How often the run is told how far it is, in milliseconds. */
const COUNTS_MS = 50;

const stop = new AbortController();
// A terminal signals this process too: the run says when to stop, or is gone.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => undefined);
process.on("disconnect", () => process.exit());
process.on("message", (message: ToProducer) => {
  if (message.kind === "stop") stop.abort();
  else void produce(message.job).then(end);
});

async function produce(job: ProduceJob): Promise<FromProducer> {
  const { endpoint, streamName, playerIdField, maxRecordBytes, recordsPerSecond } = job;
  const target = new LocalTarget({ endpoint, streamName });
  const producer = new Producer({
    target,
    clock: systemClock,
    random: Math.random,
    playerIdField,
    maxRecordBytes,
    shardLimits: job.limits
      ? { recordsPerSecond: SHARD_WRITE_RECORDS_PER_SECOND, bytesPerSecond: SHARD_WRITE_BYTES_PER_SECOND }
      : undefined,
    ...(recordsPerSecond === undefined ? {} : { recordsPerSecond }),
    wholeRequests: !job.limits,
    signal: stop.signal,
    onRefused: (line) => send({ kind: "refused", line }),
    onTrouble: ({ error }) => send({ kind: "trouble", error: sent(error) }),
  });
  let cancel = systemClock.after(COUNTS_MS, function tick() {
    send({ kind: "counts", counts: producer.counts });
    cancel = systemClock.after(COUNTS_MS, tick);
  });
  try {
    return { kind: "done", result: await producer.run(inputOf(job)) };
  } catch (error) {
    if (error instanceof ProduceFailure) return { kind: "failed", error: sent(error.cause), result: error.result };
    return { kind: "failed", error: sent(error) };
  } finally {
    cancel();
    target.close();
  }
}

function inputOf({ input, generated, maxRecordBytes }: ProduceJob) {
  if (input.length > 0) return readInput(input, { maxLineBytes: maxRecordBytes, signal: stop.signal });
  return generatedLog(generated, generated.nowMs);
}

function sent(error: unknown): SentError {
  if (error instanceof PutError) {
    const { code, message, retryable, uncertain } = error;
    return { type: "put", code, message, retryable, uncertain };
  }
  if (error instanceof CommandError) {
    const { message, hint, exitCode } = error;
    return { type: "command", message, ...(hint === undefined ? {} : { hint }), exitCode };
  }
  const stack = error instanceof Error ? error.stack : undefined;
  return { type: "defect", message: messageOf(error), ...(stack === undefined ? {} : { stack }) };
}

function send(message: FromProducer): void {
  process.send!(message, undefined, undefined, () => undefined);
}

/** Not left to the event loop: a reader that waits for a quiet pipe ends only with the process. */
function end(message: FromProducer): void {
  process.send!(message, undefined, undefined, () => process.exit());
}
