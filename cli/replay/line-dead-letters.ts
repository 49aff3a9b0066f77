import { TABLE_NAMES } from "../../contract/columns.ts";
import { divertedPrefix, quarantinePrefix } from "../../contract/keys.ts";
import type { QuarantineLine } from "../../contract/formats.ts";
import type { Reason } from "../../contract/reasons.ts";
import { shardId } from "../../contract/record-id.ts";
import { unpackReason } from "../../functions/shared/pieces.ts";
import { EventSource } from "../../functions/shared/source.ts";
import { Unpacker } from "../../functions/shared/unpack.ts";
import { ObjectError } from "../connect/bucket.ts";
import { type NamedObject, objectsInWindow } from "../object-walk.ts";
import { inWindow } from "../time-window.ts";
import type { Handled } from "./consumer.ts";
import { type ReplayContext, writeBatch } from "./context.ts";
import { settleDeadLetters } from "./dead-letter-object.ts";
import { type Batch, StoredUnpacker } from "./stored-batch.ts";
import { type StoredLine, divertedLine, quarantineLine } from "./stored-lines.ts";
import { type StoredObject, openObject, readIfThere } from "./stored-object.ts";

/** Why a record is in the quarantine that was not taken apart: only unpacking it again can help. */
const UNPACK_REASONS: ReadonlySet<string> = new Set(["UNPACK_FAILED", "UNPACK_LIMIT"]);

/**
 * Replays quarantined or diverted records of a backend to that backend. An object is handled whole: its records are
 * written, what remains is stored as an object of its own, and then the object goes to `replayed/`. A kill at any point only
 * repeats work.
 */
export async function replayLineDeadLetters(context: ReplayContext, of: "quarantine" | "diverted"): Promise<void> {
  const replay = new LineReplay(context, of);
  // Before the first is replayed: what replaying writes is not met again.
  const objects: NamedObject[] = [];
  for await (const object of replay.objects()) objects.push(object);
  for (const object of objects) {
    if (context.signal.aborted) return;
    await replay.object(object);
  }
}

class LineReplay {
  readonly #context: ReplayContext;
  readonly #diverted: boolean;
  readonly #stored: StoredUnpacker;
  readonly #unpacker: Unpacker;

  constructor(context: ReplayContext, of: "quarantine" | "diverted") {
    const { wanted } = context.consumer;
    this.#context = context;
    this.#diverted = of === "diverted";
    this.#stored = new StoredUnpacker(wanted);
    this.#unpacker = new Unpacker(wanted);
  }

  async *objects(): AsyncGenerator<NamedObject, void, void> {
    const { connection, consumer, request, tally } = this.#context;
    const { generation } = connection.facts;
    const tables = request.table === undefined ? TABLE_NAMES : [request.table];
    const prefixes = this.#diverted
      ? tables.map((table) => divertedPrefix(generation, consumer.backend, table))
      : [quarantinePrefix(generation, consumer.backend)];
    for (const prefix of prefixes) {
      yield* objectsInWindow(connection.deadLetters, prefix, request.window, (key) => {
        tally.problems.push(`${key}: not an object of this kind`);
      });
    }
  }

  /** One object. Throws what ends the replay. */
  async object(named: NamedObject): Promise<void> {
    const { connection, tally } = this.#context;
    const { key } = named;
    let object: StoredObject;
    try {
      const bytes = await readIfThere(connection.deadLetters, key);
      if (bytes === undefined) return;
      tally.objects++;
      object = await openObject(named, bytes, this.#diverted ? divertedLine : quarantineLine);
    } catch (error) {
      if (!(error instanceof ObjectError)) throw error;
      tally.problems.push(`${key}: cannot be read: ${error.message}`);
      return;
    }
    const { lines } = object;
    tally.read += lines.length;
    const asked = lines.filter((line) => this.#isAskedFor(line));
    tally.notAskedFor += lines.length - asked.length;
    const again = asked.filter(isNotUnpacked);
    const whole = asked.filter((line) => !isNotUnpacked(line));
    const done = new Set<StoredLine>();
    const replacements = new Map<StoredLine, readonly QuarantineLine[]>();
    if (whole.length > 0) await this.#replayWhole(whole, done, replacements);
    for (const line of again) await this.#unpackAgain(line, done, replacements);
    if (this.#context.request.dryRun) return;
    if (await settleDeadLetters(connection.deadLetters, object, done, replacements)) tally.moved++;
  }

  #isAskedFor({ arrivedMs, reason }: StoredLine): boolean {
    const { request } = this.#context;
    return inWindow(request.window, arrivedMs) && (request.reason === undefined || reason === request.reason);
  }

  /** Lines that are a piece each. One that is bad for another reason than before is stored again with the new one. */
  async #replayWhole(
    lines: readonly StoredLine[],
    done: Set<StoredLine>,
    replacements: Map<StoredLine, readonly QuarantineLine[]>,
  ): Promise<void> {
    const { consumer, tally, request } = this.#context;
    const batch = this.#stored.batch(lines);
    const handled = await writeBatch(this.#context, batch);
    for (const index of handled.written) done.add(lines[index]!);
    if (!this.#diverted) {
      tally.stillQuarantined += handled.bad.size + rowsOf(handled);
      for (const [index, { reason, detail }] of handled.bad) {
        const line = lines[index]!;
        if (line.reason === reason && line.detail === detail) continue;
        done.add(line);
        replacements.set(line, [quarantined(line, reason, detail)]);
      }
      return;
    }
    tally.stillDiverted += rowsOf(handled);
    tally.quarantined += handled.bad.size;
    if (request.dryRun) return;
    await consumer.putAway(batch, { bad: handled.bad, diverted: [] });
    for (const index of handled.bad.keys()) done.add(lines[index]!);
  }

  /**
   * A line that could not be unpacked when it was stored. What comes out is written, and what of it is bad takes the line's
   * place; it stays as it is where the pieces' ids would not be the right ones, or some of them are not to be written now.
   */
  async #unpackAgain(
    line: StoredLine,
    done: Set<StoredLine>,
    replacements: Map<StoredLine, readonly QuarantineLine[]>,
  ): Promise<void> {
    const { tally } = this.#context;
    const batch = this.#unpacked(line);
    if (batch === undefined) {
      tally.stillQuarantined++;
      tally.refuse([line.reason!]);
      return;
    }
    const handled = await writeBatch(this.#context, batch);
    tally.stillQuarantined += handled.bad.size + rowsOf(handled);
    if (rowsOf(handled) + handled.skipped > 0) return;
    done.add(line);
    replacements.set(
      line,
      [...handled.bad]
        .sort(([a], [b]) => a - b)
        .map(([index, { reason, detail }]) => ({
          record_id: batch.source.idPrefix(0) + batch.pieces.position[index]!,
          arrived_at: batch.source.arrivedAt(0),
          reason,
          detail,
          raw: batch.pieces.bytes.toString("base64", batch.pieces.start[index], batch.pieces.end[index]),
        })),
    );
  }

  /** The pieces of a line, with the ids that they would have had; `undefined` if there can be no such. */
  #unpacked(line: StoredLine): Batch | undefined {
    const { id, bytes, arrivedMs, reason } = line;
    const record = {
      eventID: `${shardId(id.shard)}:${id.sequenceNumber}`,
      kinesis: {
        data: bytes.toString("base64"),
        partitionKey: "",
        sequenceNumber: id.sequenceNumber,
        approximateArrivalTimestamp: arrivedMs / 1000,
      },
    };
    const pieces = this.#unpacker.unpack([record]);
    // A record over a limit is stored whole. One with a broken stream may be part of an aggregate: then only a single
    // piece can stand in its place, since the numbers behind it are taken.
    const whole = reason === "UNPACK_LIMIT" && id.position === 0;
    if (pieces.count > 1 && !whole) return undefined;
    if (pieces.count === 1 && unpackReason(pieces.kind[0]!) !== undefined) return undefined;
    if (pieces.count === 1) pieces.position[0] = id.position;
    return { pieces, source: new EventSource([record], id.generation) };
  }
}

/** A stored record with what is wrong with it now. */
function quarantined({ recordId, arrivedMs, bytes }: StoredLine, reason: Reason, detail: string): QuarantineLine {
  const arrivedAt = new Date(arrivedMs).toISOString();
  return { record_id: recordId, arrived_at: arrivedAt, reason, detail, raw: bytes.toString("base64") };
}

function isNotUnpacked({ reason }: StoredLine): boolean {
  return reason !== undefined && UNPACK_REASONS.has(reason);
}

function rowsOf({ diverted }: Handled): number {
  return diverted.reduce((sum, { indices }) => sum + indices.length, 0);
}
