import { declaredMapping } from "../../local/lambda/mapping-inputs.ts";
import { EventSourceDriver } from "../../model/event-source/driver.ts";
import { StreamModel } from "../../model/stream/stream-model.ts";
import { ManualClock } from "../support/manual-clock.ts";

const MIB = 1024 * 1024;
const ARN = "arn:aws:kinesis:us-east-1:000000000000:stream/game-log";

test("a record of 10 MiB reaches no backend: its metadata goes to the dead letters, and its neighbours are delivered", async () => {
  const clock = new ManualClock();
  const stream = new StreamModel({ name: "game-log", shardCount: 1, createdAtMs: clock.now() });
  stream.maxRecordBytes = 10 * MIB;
  const sent: (string | undefined)[] = [];
  for (const bytes of [100, 10 * MIB - 1, 100]) {
    const result = stream.putRecord({ data: Buffer.alloc(bytes, "x"), partitionKey: "p" }, clock.now());
    sent.push(result.accepted ? result.sequenceNumber : undefined);
    await clock.advance(20_000);
  }
  const delivered: string[] = [];
  const objects: Record<string, unknown>[] = [];
  const driver = new EventSourceDriver({
    clock,
    mappingId: "m",
    declared: declaredMapping({
      eventSourceArn: ARN,
      functionName: "f",
      startingPosition: "TRIM_HORIZON",
      destinationConfig: { onFailure: { destinationArn: "arn:aws:s3:::dead" } },
    }),
    stream,
    region: "us-east-1",
    functionArn: "f",
    roleArn: "r",
    invoke({ records }) {
      delivered.push(...records.map(({ sequenceNumber }) => sequenceNumber));
      return Promise.resolve({ kind: "response", requestId: "r", response: null });
    },
    putObject(_bucket, _key, bytes) {
      objects.push(JSON.parse(bytes.toString()) as Record<string, unknown>);
      return Promise.resolve();
    },
    randomUuid: () => "u",
    onProblem: (problem) => {
      throw problem;
    },
  });

  driver.start();
  // A shard gives 2 MB a second, however large a record is.
  await clock.advance(10_000);

  expect(delivered).toEqual([sent[0], sent[2]]);
  expect(objects).toMatchObject([{ KinesisBatchInfo: { startSequenceNumber: sent[1], batchSize: 1 } }]);
  expect(Object.keys(objects[0]!)).not.toContain("payload");
  driver.stop();
});
