/** What Lambda's documentation says of a Kinesis event source mapping, and the tests that show ours. docs/local-cloud.md prints it. */

/** Pages of the documentation, by the letter that the list names them with. */
export const SOURCES = {
  K: ["Lambda with Kinesis", "https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html"],
  C: ["creating a Kinesis mapping", "https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-create.html"],
  P: ["parameters", "https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-parameters.html"],
  E: ["event source mappings", "https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventsourcemapping.html"],
  F: ["on-failure destination", "https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html"],
  R: [
    "partial batch response",
    "https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-batchfailurereporting.html",
  ],
  W: ["tumbling windows", "https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-windows.html"],
  V: ["event filters", "https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis-filtering.html"],
  M: ["metrics", "https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html"],
  Q: ["Lambda quotas", "https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"],
  N: ["concurrency", "https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html"],
  L: ["Kinesis limits", "https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html"],
  X: ["enhanced fan-out", "https://docs.aws.amazon.com/streams/latest/dev/enhanced-consumers.html"],
  B: ["large records", "https://docs.aws.amazon.com/streams/latest/dev/large-records.html"],
} as const;

export type Source = keyof typeof SOURCES;

/** One documented behaviour. */
export interface Behaviour {
  readonly documented: string;
  readonly sources: readonly Source[];
  /** Tests that show ours, by file below `test/`: exact titles with their group's, as written (`%s` and all). */
  readonly shownBy: Readonly<Record<string, readonly string[]>>;
  /** Where ours is another, and why. */
  readonly ours?: string;
}

export interface Section {
  readonly title: string;
  readonly behaviours: readonly Behaviour[];
}

const BATCHING = "event-source/batching.test.ts";
const FAILURES = "event-source/failures.test.ts";
const SHARDS = "event-source/shards.test.ts";
const READER = "event-source/stream-reader.test.ts";
const EVENT = "event-source/event.test.ts";
const PROPERTIES = "event-source/properties.test.ts";
const DRIVER = "lambda/event-source-driver.test.ts";
const INPUTS = "lambda/mapping-inputs.test.ts";
const RUNNER = "lambda/runner.test.ts";
const UPDATES = "local/mapping-updates.test.ts";

export const SECTIONS: readonly Section[] = [
  {
    title: "Reading",
    behaviours: [
      {
        documented: "Plain reads poll each shard once a second, and go on without a pause while there is more.",
        sources: ["K"],
        shownBy: {
          [BATCHING]: [
            "polling is once a second while there is nothing new",
            "polling is five times a second while the shard is behind",
          ],
        },
        ours: "Without a pause means at the shard's limit of five reads a second.",
      },
      {
        documented: "They share the shard's five calls and 2 MB a second with every other plain consumer.",
        sources: ["K", "L"],
        shownBy: {
          [READER]: [
            "one plain mapping reads a backlog at the shard's 2 MB/s",
            "two plain mappings share that budget by turns, so both take longer and neither is starved",
          ],
          [BATCHING]: ["polling waits as long as the shard's read budget says"],
        },
      },
      {
        documented:
          "With enhanced fan-out a consumer has 2 MB a second of each shard to itself, and records are pushed to it.",
        sources: ["K", "X"],
        shownBy: {
          [READER]: ["mappings with a fan-out consumer each are not slowed by one another"],
          [BATCHING]: ["polling with fan-out is as a push: within 70 ms"],
          [INPUTS]: ["every declared setting is taken, and a consumer's ARN means fan-out on its stream"],
        },
        ours: "The push is a look every 70 ms: the documents promise no less, and the state machine needs no connection.",
      },
      {
        documented:
          "A mapping starts at TRIM_HORIZON, LATEST or AT_TIMESTAMP, and once caught up goes on with new records.",
        sources: ["P", "C"],
        shownBy: { [SHARDS]: ["the starting position %s"] },
      },
      {
        documented:
          "Creating one takes minutes until it polls and updating one up to 90 seconds, so LATEST can miss records meanwhile.",
        sources: ["C"],
        shownBy: {
          [DRIVER]: ["an update of a mapping that started at the latest record skips nothing that came since"],
          [UPDATES]: ["whatever is changed when, every record is acknowledged, and each key's records in their order"],
        },
        ours: "Both are immediate, and nothing is missed.",
      },
      {
        documented: "Shards are read in order: the children of a split or merge after their parents.",
        sources: ["K"],
        shownBy: {
          [SHARDS]: [
            "resharding children wait until their parent is done, failures included, and are read from their beginning even with LATEST",
            "resharding a merged shard waits for both parents",
            "resharding a parent that retention has taken away is not waited for",
            "resharding the last records of a closed shard do not wait for the window",
          ],
          [PROPERTIES]: [
            "every record is acknowledged once or given up once, whatever the function does and however the stream is resharded",
          ],
        },
      },
      {
        documented: "Disabled, it stops; enabled again, it goes on after the last record processed.",
        sources: ["C", "E"],
        shownBy: {
          [SHARDS]: [
            "a disabled mapping polls and starts nothing, takes the answer to what is in flight, and goes on where it was",
          ],
          [DRIVER]: [
            "a declared mapping that is disabled delivers nothing until it is enabled",
            "an update to disabled keeps the position and what is known, whatever else changes meanwhile",
          ],
        },
      },
      {
        documented: "A record is delivered at least once, and in rare cases more often.",
        sources: ["E"],
        shownBy: {
          [PROPERTIES]: [
            "a mapping that takes over at the checkpoints of one that was lost misses nothing",
            "a record is called for again only after a failure that covers it",
          ],
        },
        ours: "No rare cases of its own: the fault simulator plants them.",
      },
    ],
  },
  {
    title: "Batches",
    behaviours: [
      {
        documented: "A batch has records of one shard, at most `BatchSize` of them (100 unless set, up to 10,000).",
        sources: ["K", "P"],
        shownBy: {
          [BATCHING]: [
            "a batch holds at most the batch size",
            "a batch has records of one shard only",
            "settings out of range are all named at once",
          ],
          [INPUTS]: ["what is not declared has Lambda's defaults"],
        },
      },
      {
        documented: "Without a window the function is called as soon as there are records, be it one.",
        sources: ["K"],
        shownBy: { [BATCHING]: ["a batch without a window goes out as soon as a record is there"] },
      },
      {
        documented: "With a window of up to 300 s it is called when the window ends or the batch is full.",
        sources: ["K", "E"],
        shownBy: {
          [BATCHING]: [
            "a batch with a window goes out when the window of its first record ends, with all that came until then",
            "a batch with a window goes out at once when it is full",
          ],
        },
      },
      {
        documented: "The next window begins as soon as the invocation before it completes.",
        sources: ["E"],
        shownBy: {
          [BATCHING]: [
            "a batch with a window: the next window begins when the invocation before it is answered, not with its first record",
            "a batch with a window waits for its rest only when the window is already open",
            "a batch with a window that has ended empty waits for a window of its own",
          ],
        },
        ours: "What follows a window that ended with no record is not said; ours is a window that begins with the next one.",
      },
      {
        documented: "A batch is cut where its event, base64 and all, reaches 6 MB; no setting changes that.",
        sources: ["E", "Q"],
        shownBy: {
          [BATCHING]: [
            "a batch is cut where its event, base64 and all, would pass 6 MB, and then does not wait for its window",
            "a batch is cut at exactly the limit: an event of that many bytes passes, one byte less leaves a record out",
          ],
          [EVENT]: ["the event is JSON that gives every record back, and has exactly the announced number of bytes"],
        },
      },
      {
        documented:
          "A record that no event can hold (streams take up to 10 MiB; 6 MiB of base64 are about 4.5 MiB) reaches no function: only its metadata is promised to the destination.",
        sources: ["B", "Q", "F"],
        shownBy: {
          [BATCHING]: [
            "a batch of one record that is above 6 MB alone goes to the destination without a call, and its neighbours are delivered",
            "a batch of one record holds 4,718,178 bytes of data with a short key, and one more is too many",
          ],
          [EVENT]: ["a failed batch that was never called has no response context, and one without payload no payload"],
          [DRIVER]: ["a record that no event can hold is stored as metadata, and its neighbours reach the function"],
        },
      },
      {
        documented: "The event's fields and their form.",
        sources: ["K"],
        shownBy: {
          [EVENT]: ["the event has the fields of Lambda's documentation, in their order and with their values"],
          [DRIVER]: ["records on the stream reach the function as Lambda's event, and then nothing is left"],
        },
        ours: "`eventSourceARN` with fan-out is the consumer's ARN; the documents show none.",
      },
    ],
  },
  {
    title: "Order and concurrency",
    behaviours: [
      {
        documented: "One batch at a time for each shard, in order; a batch that fails holds its shard up and no other.",
        sources: ["K", "E"],
        shownBy: { [FAILURES]: ["a failed batch holds up its own shard only"] },
      },
      {
        documented:
          "`ParallelizationFactor` 1–10: that many batches of a shard at once, by partition key, whose order is kept.",
        sources: ["K", "E"],
        shownBy: {
          [SHARDS]: [
            "lanes of a shard have one batch each in flight, and a key is always in the same lane",
            "lanes go on while another retries",
          ],
          [PROPERTIES]: ["records of one key are acknowledged in the order in which they were put"],
          [DRIVER]: ["with a real function, lanes run side by side and every record arrives once, in order of its key"],
        },
      },
      {
        documented: "It does nothing for KPL's aggregates, which all have one partition key.",
        sources: ["K"],
        shownBy: { [SHARDS]: ["lanes all wait behind one key that has every record, as with KPL's aggregates"] },
      },
      {
        documented: "Reserved concurrency is kept for a function and is its limit; the others share the rest.",
        sources: ["N"],
        shownBy: {
          [RUNNER]: [
            "concurrent invocations have a process each, the warmest is used again, and the reservation is the limit",
            "functions without a reservation share what the reservations leave",
          ],
        },
      },
    ],
  },
  {
    title: "Failures",
    behaviours: [
      {
        documented: "A batch that failed is tried again whole until it succeeds, uses up its attempts, or is too old.",
        sources: ["F", "E"],
        shownBy: {
          [FAILURES]: [
            "a failed batch is tried again as it is, newer records left out, and given up after its last retry",
            "a failed batch with no retries allowed is given up at once",
            "the maximum record age ends retries that have no limit of their own",
          ],
        },
        ours: "The waits between are not published: 0.5 s, doubling to 30 s.",
      },
      {
        documented:
          "−1 retries, the default: until the record expires. What the stream's retention takes reaches no destination.",
        sources: ["P", "F"],
        shownBy: {
          [FAILURES]: [
            "a failed batch without a limit is tried again for as long as the stream keeps it, then lost and counted by nobody but us",
          ],
          [READER]: [
            "records that retention takes away before they are read are counted, and reading goes on behind them",
          ],
          [PROPERTIES]: ["without a limit of attempts or age nothing is ever given up"],
        },
      },
      {
        documented: "`MaximumRecordAgeInSeconds` (60–604,800) discards what is older, before a first call too.",
        sources: ["P", "F"],
        shownBy: {
          [FAILURES]: [
            "the maximum record age discards what is older before the first call, and delivers the rest",
            "the maximum record age splits a batch: the part that is too old goes, the rest is tried again",
          ],
        },
      },
      {
        documented:
          "An invocation that throttling keeps from starting is tried until the records are too old; no attempt is used up.",
        sources: ["F", "C"],
        shownBy: {
          [FAILURES]: [
            "an invocation that cannot be started is tried again until the records are too old, whatever the retry limit",
          ],
          [DRIVER]: ["a throttled invocation is tried again without using up an attempt"],
        },
        ours: "The waits between are not published: 0.1 s, doubling to 5 s.",
      },
      {
        documented: "`BisectBatchOnFunctionError` splits a batch that failed in two; a split uses up no attempt.",
        sources: ["F", "P"],
        shownBy: {
          [FAILURES]: [
            "bisecting on a function error finds the one bad record, keeps the order, and uses up no retry for the splits",
            "bisecting on a function error splits even when no retry is allowed",
          ],
        },
      },
      {
        documented: "A failed batch's error is bisected whatever the response type.",
        sources: ["R"],
        shownBy: { [FAILURES]: ["a partial answer does not keep a function error from being bisected"] },
      },
    ],
  },
  {
    title: "Partial answers (`ReportBatchItemFailures`)",
    behaviours: [
      {
        documented: "The lowest sequence number reported is the checkpoint; everything from there on is tried again.",
        sources: ["R"],
        shownBy: {
          [FAILURES]: [
            "a partial answer makes the lowest reported sequence number the checkpoint",
            "a partial answer uses up a retry, and what remains of the batch is given up whole",
          ],
          [EVENT]: ["an answer that names records is taken at the lowest, whatever their order or repetition"],
          [DRIVER]: ["a partial answer is delivered again from the reported record on"],
        },
      },
      {
        documented: "With bisect too, the batch is split at that number and only the rest is tried again.",
        sources: ["R"],
        shownBy: {
          [FAILURES]: [
            "a partial answer with bisect splits at the returned sequence number and uses up no retry for that",
          ],
        },
      },
      {
        documented: "Success: an empty or null list of failures, an empty or null answer.",
        sources: ["R"],
        shownBy: { [EVENT]: ["an answer of %s is a success"] },
      },
      {
        documented: "Failure of the whole batch: an empty or null identifier, or one under a wrong name.",
        sources: ["R"],
        shownBy: { [EVENT]: ["an answer of %s fails the whole batch", "an answer of any JSON gives a verdict"] },
        ours: "So are an identifier that is not in the batch and an answer that is no object: Lambda does not say, and nothing may be acknowledged by mistake.",
      },
      {
        documented: "Without the setting such an answer means nothing.",
        sources: ["R"],
        shownBy: { [FAILURES]: ["a partial answer means nothing to a mapping without ReportBatchItemFailures"] },
      },
    ],
  },
  {
    title: "On-failure destination",
    behaviours: [
      {
        documented: "The object's name: `aws/lambda/<mapping>/<shard>/YYYY/MM/DD/YYYY-MM-DDTHH.MM.SS-<random UUID>`.",
        sources: ["F"],
        shownBy: {
          [EVENT]: ["a failed batch is stored under mapping, shard, day, time with points and a random UUID"],
        },
      },
      {
        documented: "Its JSON: context, batch, and for S3 the whole event as an escaped string, `payload`.",
        sources: ["F"],
        shownBy: { [DRIVER]: ["a batch given up is stored under Lambda's name and form, payload included"] },
      },
      {
        documented:
          "Without a destination, or where it takes nothing, the batch is lost and counted, and the shard goes on.",
        sources: ["F", "M"],
        shownBy: {
          [FAILURES]: ["a failed batch without a destination is dropped and counted"],
          [DRIVER]: ["a batch that the destination does not take is counted as dropped, and the shard goes on"],
        },
      },
    ],
  },
  {
    title: "Metrics and what Sluice does not use",
    behaviours: [
      {
        documented: "`IteratorAge` is the age of the last record of a batch when it was finished.",
        sources: ["M", "K"],
        shownBy: { [SHARDS]: ["idle the iterator age is that of the last record when its batch was finished"] },
      },
      {
        documented:
          "`PolledEventCount`, `InvokedEventCount` (again on each retry), `FailedInvokeEventCount`, `OnFailureDestinationDeliveredEventCount`, `DroppedEventCount`.",
        sources: ["M"],
        shownBy: {
          [BATCHING]: ["a batch holds at most the batch size"],
          [FAILURES]: [
            "a failed batch is tried again as it is, newer records left out, and given up after its last retry",
            "a failed batch without a destination is dropped and counted",
          ],
          [DRIVER]: ["a batch given up is stored under Lambda's name and form, payload included"],
        },
      },
      {
        documented: "Tumbling windows, event filters, provisioned pollers, destinations other than S3.",
        sources: ["W", "V", "P"],
        shownBy: { [INPUTS]: ["%j is refused by name"] },
        ours: "Not there. A mapping that declares one is refused by name.",
      },
    ],
  },
];
