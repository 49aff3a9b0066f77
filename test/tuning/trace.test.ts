import fc from "fast-check";
import { parseTraceCsv } from "../../model/tuning/trace-csv.ts";
import { TraceError, checkTrace, parseTrace } from "../../model/tuning/trace-schema.ts";
import { MINUTE_MS, type Trace } from "../../model/tuning/trace.ts";
import { oneHotKey, traceOf } from "./setup.ts";

const TRACE = traceOf({ shape: "steady", rate: 10 }, { minutes: 3, keys: oneHotKey(0.25) });

const minutes = fc.integer({ min: 1, max: 8 });
const hashKey = fc.stringMatching(/^[0-9a-f]{32}$/);
/** Whole traces, with columns of one length. */
const traces: fc.Arbitrary<Trace> = minutes.chain((length) => {
  const whole = fc.array(fc.nat(1e6), { minLength: length, maxLength: length });
  const column = fc.array(fc.option(fc.nat(1e6)), { minLength: length, maxLength: length });
  const id = fc.stringMatching(/^[a-z0-9-]{1,12}$/);
  return fc.record(
    {
      format: fc.constant("sluice-trace" as const),
      version: fc.constant(1 as const),
      source: fc.string(),
      startsAt: fc.integer({ min: 0, max: 4e12 }).map((ms) => new Date(ms).toISOString()),
      wireFormat: fc.constantFrom("plain" as const, "kpl" as const, "kpl+zlib" as const),
      records: whole,
      bytes: whole,
      throttled: column,
      shards: fc.array(
        fc.record({
          id,
          startingHashKey: hashKey,
          endingHashKey: hashKey,
          records: column,
          bytes: column,
          throttled: column,
        }),
        { maxLength: 3 },
      ),
      backends: fc.array(
        fc.record({ name: id, iteratorAgeMs: column, durationMs: column }, { requiredKeys: ["name"] }),
        {
          maxLength: 3,
        },
      ),
    },
    { requiredKeys: ["format", "version", "source", "startsAt", "wireFormat", "records", "bytes"] },
  );
});

function problemsOf(run: () => unknown): readonly string[] {
  try {
    run();
  } catch (error) {
    if (error instanceof TraceError) return error.problems;
    throw error;
  }
  return [];
}

test("every trace is read as it was written", () => {
  fc.assert(
    fc.property(traces, (trace) => expect(parseTrace(JSON.stringify(trace))).toEqual(trace)),
    { numRuns: 25 },
  );
});

test("a column of another length is named", () => {
  fc.assert(
    fc.property(traces, (trace) => {
      const longer = { ...trace, bytes: [...trace.bytes, 1] };
      const rule = `bytes: has ${trace.records.length + 1} values, must have ${trace.records.length} as records has`;
      expect(problemsOf(() => checkTrace(longer))).toContain(rule);
    }),
    { numRuns: 10 },
  );
});

test("any text gives a trace or a TraceError", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
      expect(problemsOf(() => parseTrace(text)).length).toBeGreaterThan(0);
      expect(problemsOf(() => parseTraceCsv(text, { source: "x", wireFormat: "plain" })).length).toBeGreaterThan(0);
    }),
  );
});

test.each<[string, object, string]>([
  ["another version", { version: 2 }, "version: must be 1: this Sluice reads no other version"],
  ["an unknown member", { shard: [] }, "the trace: has what no trace has: shard"],
  ["no minute", { records: [], bytes: [] }, "records: must not be empty"],
  ["a member that is missing", { source: undefined }, "source: is missing"],
  ["a list that is missing", { records: undefined }, "records: is missing"],
  ["a choice that is missing", { wireFormat: undefined }, "wireFormat: is missing"],
  ["another type", { bytes: 3 }, "bytes: must be a list"],
  ["another format", { format: "x" }, 'format: must be "sluice-trace"'],
  ["another choice", { wireFormat: "zip" }, 'wireFormat: must be "plain" or "kpl" or "kpl+zlib"'],
  ["a text for a number", { records: [1, "x", 1] }, "records[1]: must be a number"],
  ["a negative number", { records: [1, 1, -1] }, "records[2]: must be 0 or more"],
  [
    "part of a record",
    { keys: { ...oneHotKey(1), sampledRecords: 1.5 } },
    "keys.sampledRecords: must be a whole number",
  ],
  ["a share above 1", { keys: { ...oneHotKey(1), shareError: 2 } }, "keys.shareError: must be 1 or less"],
  [
    "a key of nothing",
    { keys: { ...oneHotKey(1), heavy: [{ key: "", hashKey: "0".repeat(32), share: 1 }] } },
    "keys.heavy[0].key: must not be empty",
  ],
  [
    "a time that is none",
    { startsAt: "yesterday" },
    "startsAt: must be an ISO 8601 time with a zone, e.g. 2026-11-21T09:00:00Z",
  ],
  [
    "more minutes than 31 days have",
    { records: Array.from({ length: 44_641 }, () => 0) },
    "records: must have 44640 values or fewer",
  ],
  [
    "a hash key in decimal",
    { keys: { ...oneHotKey(1), heavy: [{ key: "a", hashKey: "12", share: 1 }] } },
    "keys.heavy[0].hashKey: must be 32 lower-case hex digits",
  ],
  [
    "shares above the whole",
    { keys: { ...oneHotKey(1), heavy: [...oneHotKey(0.8).heavy, ...oneHotKey(0.7).heavy] } },
    "keys.heavy: shares add up to 1.5000, must not be above 1",
  ],
])("refuses %s", (_, change, problem) => {
  expect(problemsOf(() => checkTrace({ ...TRACE, ...change }))).toContain(problem);
});

test("what is no object at all is said of the whole", () => {
  expect(problemsOf(() => checkTrace([]))).toEqual(["the trace: must be an object"]);
});

test("a CSV's minutes are a trace's", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(1e6), fc.nat(1e9)), { minLength: 1, maxLength: 40 }),
      fc.integer({ min: 0, max: 6e7 }),
      (rows, at) => {
        const time = (index: number): string => new Date((at + index) * MINUTE_MS).toISOString();
        const lines = rows.map(([records, bytes], index) => `${time(index)},${records},${bytes}`);
        const trace = parseTraceCsv(["minute,records,bytes", ...lines, ""].join("\r\n"), {
          source: "x",
          wireFormat: "kpl",
        });
        expect(trace).toMatchObject({
          startsAt: time(0),
          records: rows.map(([records]) => records),
          bytes: rows.map(([, bytes]) => bytes),
        });
      },
    ),
    { numRuns: 40 },
  );
});

test("every problem of a CSV has its line", () => {
  const text =
    "minute,records,bytes\n2026-11-21T09:00:00Z,1,2\n2026-11-21T09:02:00Z,x,2\nnoon,1,2\n2026-11-21T09:03:00Z,1\n";
  expect(problemsOf(() => parseTraceCsv(text, { source: "x", wireFormat: "plain" }))).toEqual([
    "line 3: is not the minute after the line before",
    "line 3: records is not a number from 0, in digits",
    "line 4: minute is no ISO 8601 time with a zone, e.g. 2026-11-21T09:00:00Z",
    "line 5: has 2 values, must have 3",
  ]);
});
