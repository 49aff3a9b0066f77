/** A running mapping that is changed again and again, on a stream that reshards. */
import fc from "fast-check";
import { type Batch, EventSourceDriver } from "../../model/event-source/driver.ts";
import { declaredMapping } from "../../local/lambda/mapping-inputs.ts";
import type { InvokeResult } from "../../local/lambda/types.ts";
import { StreamModel } from "../../model/stream/stream-model.ts";
import { ManualClock } from "../support/manual-clock.ts";

const INPUTS = {
  eventSourceArn: "arn:aws:kinesis:us-east-1:000000000000:stream/s",
  functionName: "f",
  startingPosition: "TRIM_HORIZON",
};
const KEYS = 5;

const settings = fc.record({
  batchSize: fc.integer({ min: 1, max: 20 }),
  maximumBatchingWindowInSeconds: fc.integer({ min: 0, max: 2 }),
  parallelizationFactor: fc.integer({ min: 1, max: 4 }),
  bisectBatchOnFunctionError: fc.boolean(),
  enabled: fc.boolean(),
});

type Step =
  | { readonly kind: "put"; readonly count: number }
  | { readonly kind: "wait"; readonly ms: number }
  | { readonly kind: "reshard"; readonly shards: number }
  | { readonly kind: "update"; readonly inputs: object };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant("put" as const), count: fc.integer({ min: 1, max: 15 }) }),
  fc.record({ kind: fc.constant("wait" as const), ms: fc.integer({ min: 0, max: 1500 }) }),
  fc.record({ kind: fc.constant("reshard" as const), shards: fc.integer({ min: 1, max: 4 }) }),
  fc.record({ kind: fc.constant("update" as const), inputs: settings }),
);

/** What the function does with a call: how long it takes, and whether it fails. */
const answer = fc.record({ ms: fc.integer({ min: 0, max: 800 }), fails: fc.boolean() });

test("whatever is changed when, every record is acknowledged, and each key's records in their order", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), fc.array(answer, { maxLength: 8 }), async (steps, answers) => {
      const clock = new ManualClock();
      const stream = new StreamModel({ name: "s", shardCount: 1, createdAtMs: clock.now(), limits: false });
      const acknowledged: number[] = [];
      let calls = 0;
      let inFlight = 0;
      const invoke = async ({ records }: Batch): Promise<InvokeResult> => {
        const { ms, fails } = answers[calls++] ?? { ms: 10, fails: false };
        inFlight++;
        await new Promise<void>((resolve) => clock.after(ms, resolve));
        inFlight--;
        if (fails) return { kind: "function-error", requestId: "r", error: { errorType: "Error", errorMessage: "no" } };
        acknowledged.push(...records.map(({ data }) => Number(Buffer.from(data).toString())));
        return { kind: "response", requestId: "r", response: null };
      };
      const target = { functionArn: "arn", roleArn: "role", invoke };
      const driver = new EventSourceDriver({
        ...target,
        clock,
        stream,
        declared: declaredMapping(INPUTS),
        mappingId: "m",
        region: "us-east-1",
        putObject: () => Promise.reject(new Error("there is no destination")),
        randomUuid: () => "u",
        onProblem: (problem) => {
          throw problem;
        },
      });
      driver.start();
      let sent = 0;
      for (const each of steps) {
        if (each.kind === "wait") await clock.advance(each.ms);
        if (each.kind === "reshard") stream.updateShardCount(each.shards, clock.now());
        if (each.kind === "update")
          driver.update({ ...target, declared: declaredMapping({ ...INPUTS, ...each.inputs }) });
        for (let left = each.kind === "put" ? each.count : 0; left > 0; left--, sent++) {
          stream.putRecord({ data: Buffer.from(String(sent)), partitionKey: `key-${sent % KEYS}` }, clock.now());
        }
      }
      driver.update({ ...target, declared: declaredMapping(INPUTS) });
      for (let second = 0; second < 300 && !driver.idle(); second++) await clock.advance(1000);
      expect([driver.idle(), inFlight]).toEqual([true, 0]);
      driver.stop();

      const first = [...new Set(acknowledged)];
      const ofKey = (key: number) => first.filter((record) => record % KEYS === key);
      const inOrder = Array.from({ length: sent }, (_, record) => record);
      for (let key = 0; key < KEYS; key++) {
        expect(ofKey(key)).toEqual(inOrder.filter((record) => record % KEYS === key));
      }
    }),
    { numRuns: 100 },
  );
});
