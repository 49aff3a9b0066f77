import type { Invariant } from "../world/violations.ts";

/** One small mistake in the code that is simulated, planted to see whether the simulator finds it. */
export interface Defect {
  readonly name: string;
  /** What goes wrong, in a sentence. */
  readonly what: string;
  /** The invariant that must find it; others may, too. */
  readonly by: Invariant;
  /** The file that it is in, from the repository's root. */
  readonly file: string;
  /** Stands in that file exactly once … */
  readonly find: string;
  /** … and is replaced by this. */
  readonly replace: string;
}

const ARCHIVE = "functions/archive/archive.ts";
const WAREHOUSE = "functions/warehouse/warehouse.ts";
const TABLE_APPEND = "functions/warehouse/table-append.ts";
const MAPPING = "model/event-source/mapping.ts";

/** All planted defects, by the part of the path that they are in. */
export const DEFECTS: readonly Defect[] = [
  // Unpacking and judging.
  {
    name: "position-not-counted",
    what: "Every piece of a Kinesis record has position 0.",
    by: "acknowledged",
    file: "functions/shared/pieces.ts",
    find: "this.position[index] = position;",
    replace: "this.position[index] = 0;",
  },
  {
    name: "buffer-not-cleared",
    what: "A batch's pieces stay in memory when the next batch is unpacked.",
    by: "content",
    file: "functions/shared/pieces.ts",
    find: "  clear(): void {\n    this.used = 0;\n    this.count = 0;",
    replace: "  clear(): void {",
  },
  {
    name: "batch-not-bounded",
    what: "A whole batch is unpacked, whatever memory there is.",
    by: "bounds",
    file: "functions/shared/unpack.ts",
    find: "if (source > from && (pieces.used > maxUsed || pieces.count > maxCount)) break;",
    replace: "",
  },
  {
    name: "rest-of-batch-acknowledged",
    what: "Records that memory had no room for are acknowledged with the others.",
    by: "acknowledged",
    file: "functions/shared/partial-failure.ts",
    find: "return taken === source.records ? ALL_STORED : { ...storedBefore(source, taken), continueAt: taken };",
    replace: "return ALL_STORED;",
  },
  {
    name: "sub-record-skipped",
    what: "The last sub-record of an aggregate is dropped.",
    by: "acknowledged",
    file: "functions/shared/unpack.ts",
    find: "      if (!this.#unpackPayload(reader.dataStart, reader.dataEnd, compressions, aggregates)) return false;",
    replace:
      "      if (end - reader.dataEnd > 20 && !this.#unpackPayload(reader.dataStart, reader.dataEnd, compressions, aggregates)) return false;",
  },
  {
    name: "over-limit-dropped",
    what: "A Kinesis record beyond a limit is nowhere.",
    by: "acknowledged",
    file: "functions/shared/unpack.ts",
    find: "    pieces.addBad(source, 0, start, end, KIND.OVER_LIMIT, this.#exceeded);",
    replace: "",
  },
  {
    name: "blank-record-skipped",
    what: "A payload of nothing but blanks is nowhere.",
    by: "acknowledged",
    file: "functions/shared/split.ts",
    find: "if (pieces.count === before) pieces.add(source, before - first, start, end, KIND.OTHER);",
    replace: "",
  },
  {
    name: "expired-dropped",
    what: "Records older than the partition expiry are dropped instead of quarantined.",
    by: "acknowledged",
    file: "functions/warehouse/judge.ts",
    find: "      if (reason !== undefined) {",
    replace: '      if (reason === "TIME_EXPIRED") continue;\n      if (reason !== undefined) {',
  },
  {
    name: "wrong-table",
    what: "Rows go to the table of the digit after their own.",
    by: "misplaced",
    file: "functions/warehouse/judge.ts",
    find: "tables[reader.table]!.push(index);",
    replace: "tables[(reader.table + 1) % 16]!.push(index);",
  },
  // Ids and names.
  {
    name: "generation-missing",
    what: "Record ids lack the stream's generation.",
    by: "alien",
    file: "contract/record-id.ts",
    find: 'return generation === "" ? `${shard}:${sequenceNumber}:` : `${generation}/${shard}:${sequenceNumber}:`;',
    replace: "return `${shard}:${sequenceNumber}:`;",
  },
  {
    name: "id-of-the-first-record",
    what: "All records of a batch have the first one's id, so that readers take them for copies.",
    by: "content",
    file: "functions/shared/source.ts",
    find: "writeAscii(this.sequenceNumber(index), out,",
    replace: "writeAscii(this.sequenceNumber(0), out,",
  },
  {
    name: "key-without-count",
    what: "The names of objects do not say how many records are in them.",
    by: "object-key",
    file: "contract/keys.ts",
    find: "const name = `${key.shard}-${key.firstSequenceNumber}-${key.lastSequenceNumber}-${key.records}`;",
    replace: "const name = `${key.shard}-${key.firstSequenceNumber}-${key.lastSequenceNumber}-1`;",
  },
  {
    name: "hour-rounded",
    what: "Records of the second half of an hour stand in the next hour's object.",
    by: "object-key",
    file: "functions/shared/source.ts",
    find: "return Math.floor(epochMs / MS_PER_HOUR);",
    replace: "return Math.round(epochMs / MS_PER_HOUR);",
  },
  // Storing and acknowledging.
  {
    name: "acknowledged-before-stored",
    what: "The archive does not wait for S3.",
    by: "acknowledged",
    file: ARCHIVE,
    find: "await deps.store.store({ bucket: deps.environment.archiveBucket, ...object }, deadlineMs);",
    replace:
      "deps.store.store({ bucket: deps.environment.archiveBucket, ...object }, deadlineMs).catch(() => undefined);",
  },
  {
    name: "failed-hour-forgotten",
    what: "An object that could not be written is acknowledged with the others.",
    by: "acknowledged",
    file: ARCHIVE,
    find: "written.firstFailed = Math.min(written.firstFailed, pieces.source[indices[0]!]!);",
    replace: "",
  },
  {
    name: "one-too-far",
    what: "A partial answer names the record after the one that failed.",
    by: "acknowledged",
    file: "functions/shared/partial-failure.ts",
    find: "return { batchItemFailures: [{ itemIdentifier: source.sequenceNumber(index) }] };",
    replace:
      "return { batchItemFailures: [{ itemIdentifier: source.sequenceNumber(Math.min(index + 1, (source as EventSource).records - 1)) }] };",
  },
  {
    name: "highest-failed",
    what: "A partial answer names the last record that failed, not the first.",
    by: "acknowledged",
    file: WAREHOUSE,
    find: "  for (const index of indices) first = Math.min(first, pieces.source[index]!);",
    replace:
      "  for (const index of indices) first = first === Infinity ? pieces.source[index]! : Math.max(first, pieces.source[index]!);",
  },
  {
    name: "dead-letters-optional",
    what: "The warehouse acknowledges although the dead-letter bucket has not taken what it quarantines.",
    by: "acknowledged",
    file: WAREHOUSE,
    find: "      if (error instanceof StoreError) outcome.errorCode = error.code;\n      throw error;",
    replace: "      if (!(error instanceof StoreError)) throw error;",
  },
  {
    name: "diverted-not-stored",
    what: "Rows of a refusing table are acknowledged without being diverted.",
    by: "acknowledged",
    file: WAREHOUSE,
    find: "for (const each of deadLetters.diverted) outcome.bytes += await divert(away, pieces, source, each, deadline);",
    replace: "",
  },
  {
    name: "answered-at-once",
    what: "A failed invocation ends at once, so that an outage uses up all attempts.",
    by: "attempts",
    file: "functions/shared/deadline.ts",
    find: "if (left > 0) await sleep(clock, left);",
    replace: "",
  },
  {
    name: "last-chunk-twice",
    what: "The last lines of an object stand in it twice.",
    by: "object-key",
    file: "functions/shared/lines.ts",
    find: "    return this.#member.end();",
    replace:
      "    await this.#member.write(this.bytes.subarray(0, Math.min(this.bytesIn, 100_000)));\n    return this.#member.end();",
  },
  // Storage Write.
  {
    name: "retry-loses-the-tail",
    what: "A request that is made again lacks its last row.",
    by: "acknowledged",
    file: TABLE_APPEND,
    find: "  #retry(rows: readonly number[]): Promise<boolean> {\n    this.#pending.push(rows);",
    replace:
      "  #retry(rows: readonly number[]): Promise<boolean> {\n    this.#pending.push(rows.length > 1 ? rows.slice(0, -1) : rows);",
  },
  {
    name: "retry-queue-grows",
    what: "Each retry puts its rows into the queue twice.",
    by: "answer",
    file: TABLE_APPEND,
    find: "  #retry(rows: readonly number[]): Promise<boolean> {\n    this.#pending.push(rows);",
    replace: "  #retry(rows: readonly number[]): Promise<boolean> {\n    this.#pending.push(rows, rows);",
  },
  {
    name: "row-errors-off-by-one",
    what: "A row error is taken for one about the row before.",
    by: "misplaced",
    file: TABLE_APPEND,
    find: "const refused = new Set(errors.filter((index) => index >= 0 && index < rows.length));",
    replace: "const refused = new Set(errors.map((index) => Math.max(0, index - 1)));",
  },
  {
    name: "halving-loses-the-middle",
    what: "Halving a refused request forgets the row in its middle.",
    by: "acknowledged",
    file: TABLE_APPEND,
    find: "this.#pending.push(rows.slice(middle), rows.slice(0, middle));",
    replace: "this.#pending.push(rows.slice(middle + (rows.length > 2 ? 1 : 0)), rows.slice(0, middle));",
  },
  {
    name: "diverted-at-once",
    what: "A table's rows are diverted although no other table works.",
    by: "misplaced",
    file: TABLE_APPEND,
    find: "if (!deps.health.anyTook(this.#table)) return this.#retry(rows);",
    replace: 'if (code === "UNAVAILABLE") return this.#retry(rows);',
  },
  {
    name: "outage-diverted",
    what: "A backend that is away is taken for a table that refuses.",
    by: "misplaced",
    file: TABLE_APPEND,
    find: "        if (this.#wasSilent(result)) this.#leaveShared();\n        return this.#retry(rows);",
    replace: "        return this.#refusedByTable(rows, code);",
  },
  {
    name: "timers-left-behind",
    what: "A wait that is over leaves its timer.",
    by: "bounds",
    file: "functions/shared/deadline.ts",
    find: "promise.finally(cancel).then(resolve, reject);",
    replace: "promise.then(resolve, reject);",
  },
  {
    name: "own-connection-left-open",
    what: "A connection that a table had for itself is never closed.",
    by: "bounds",
    file: TABLE_APPEND,
    find: "      if (alone) connection?.close();",
    replace: "",
  },
  {
    name: "dead-connection-used",
    what: "A connection is used however long nothing has passed over it.",
    by: "prompt",
    file: "functions/warehouse/connections.ts",
    find: "const MAX_IDLE_MS = 20_000;",
    replace: "const MAX_IDLE_MS = Infinity;",
  },
  {
    name: "token-never-renewed",
    what: "A token that was refused is used again.",
    by: "prompt",
    file: "functions/warehouse/token-cache.ts",
    find: "    if (this.#current?.token === token) this.#current = undefined;",
    replace: "",
  },
  // The mapping.
  {
    name: "bisect-loses-the-middle",
    what: "Bisecting a failed batch forgets the record in its middle.",
    by: "order",
    file: "model/event-source/retry.ts",
    find: "{ ...tried, records: work.records.slice(middle) },",
    replace: "{ ...tried, records: work.records.slice(Math.min(middle + 1, failed - 1)) },",
  },
  {
    name: "attempts-counted-twice",
    what: "Each retry uses up two attempts.",
    by: "given",
    file: "model/event-source/retry.ts",
    find: "const retries = work.retries + 1;",
    replace: "const retries = work.retries + 2;",
  },
  {
    name: "throttled-forgotten",
    what: "A batch whose invocation could not be started is forgotten.",
    by: "order",
    file: "model/event-source/retry.ts",
    find: "return { rest: [{ ...work, throttles, notBeforeMs }], failed: work.records.length };",
    replace: "return { rest: [], failed: work.records.length };",
  },
  {
    name: "checkpoint-one-too-far",
    what: "The mapping goes on one record after the one that a partial answer names.",
    by: "order",
    file: "model/event-source/retry.ts",
    find: "const remaining = { ...tried, records: work.records.slice(verdict.firstFailed) };",
    replace:
      "const remaining = { ...tried, records: work.records.slice(Math.min(verdict.firstFailed + 1, work.records.length - 1)) };",
  },
  {
    name: "child-before-parent",
    what: "A child shard is read at once.",
    by: "family",
    file: MAPPING,
    find: "if (shard.finished || !this.#parentsFinished(shard)) continue;",
    replace: "if (shard.finished) continue;",
  },
  {
    name: "lane-by-record",
    what: "A record's lane follows its sequence number instead of its partition key.",
    by: "order",
    file: "model/event-source/shard.ts",
    find: "laneOf(record.partitionKey, this.lanes.length)",
    replace: "laneOf(record.sequenceNumber, this.lanes.length)",
  },
  {
    name: "take-over-skips",
    what: "A mapping that takes over begins after the first record that is not done.",
    by: "order",
    file: "model/event-source/shard.ts",
    find: 'return { type: "AT_SEQUENCE_NUMBER", sequenceNumber: first.sequenceNumber };',
    replace: 'return { type: "AFTER_SEQUENCE_NUMBER", sequenceNumber: first.sequenceNumber };',
  },
  {
    name: "failure-without-payload",
    what: "The failed destination gets metadata only.",
    by: "given",
    file: "model/event-source/driver.ts",
    find: 'payload: oversized ? undefined : this.#encoder.encode(shardId, records).toString("utf8"),',
    replace: "payload: undefined,",
  },
  {
    name: "one-read-budget",
    what: "Fan-out consumers share the plain readers' budget.",
    by: "isolation",
    file: "model/stream/shard.ts",
    find: "    let budget = this.#budgets.get(consumer);",
    replace: "    consumer = undefined;\n    let budget = this.#budgets.get(consumer);",
  },
];
