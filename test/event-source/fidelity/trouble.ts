/** What becomes of batches that fail, and what is counted. */
import type { Section } from "./behaviour.ts";

const BATCHING = "event-source/batching.test.ts";
const FAILURES = "event-source/failures.test.ts";
const SHARDS = "event-source/shards.test.ts";
const READER = "event-source/stream-reader.test.ts";
const EVENT = "event-source/event.test.ts";
const PROPERTIES = "event-source/properties.test.ts";
const DRIVER = "lambda/event-source-driver.test.ts";
const INPUTS = "lambda/mapping-inputs.test.ts";

export const TROUBLE: readonly Section[] = [
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
