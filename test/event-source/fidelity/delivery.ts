/** What is read, how it is cut into batches, and in which order it is delivered. */
import type { Section } from "./behaviour.ts";

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

export const DELIVERY: readonly Section[] = [
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
];
