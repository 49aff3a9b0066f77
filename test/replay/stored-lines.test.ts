import fc from "fast-check";
import { gunzipSync } from "node:zlib";
import { StoredUnpacker } from "../../cli/replay/stored-batch.ts";
import type { Batch } from "../../cli/replay/stored-batch.ts";
import { archiveLine, divertedLine, quarantineLine, readLines } from "../../cli/replay/stored-lines.ts";
import { systemClock } from "../../contract/clock.ts";
import { writeArchiveLine } from "../../functions/archive/object.ts";
import { threadPoolCompressor } from "../../functions/shared/compressor.ts";
import { ObjectStore } from "../../functions/shared/object-store.ts";
import { makePieceObject } from "../../functions/shared/piece-object.ts";
import { unpackReason } from "../../functions/shared/pieces.ts";
import { divert, quarantine } from "../../functions/shared/quarantine.ts";
import { EventSource } from "../../functions/shared/source.ts";
import { Unpacker } from "../../functions/shared/unpack.ts";
import { kinesisEvent } from "../support/kinesis-event.ts";
import { MemoryStore } from "../support/memory-store.ts";

const WANTED = ["player_id", "timestamp", "event"];
const GENERATION = "g2";

/** Payloads of every shape: objects with blanks and breaks around and inside, in rows, in lines, and anything else. */
const object = fc
  .dictionary(fc.constantFrom(...WANTED, "n", "Ä"), fc.oneof(fc.string(), fc.double(), fc.constant(null)))
  .chain((value) => fc.constantFrom(JSON.stringify(value), JSON.stringify(value, undefined, " ")));
const blank = fc.constantFrom("", " ", "\n", "\r\n", "\r", "\t ");
const payload = fc.oneof(
  fc.uint8Array({ maxLength: 40 }),
  fc
    .array(fc.tuple(blank, fc.oneof(object, fc.string(), fc.constant('{"a":')), blank), { maxLength: 6 })
    .map((parts) => Buffer.from(parts.flat().join(""))),
);
const payloads = fc.array(payload, { minLength: 1, maxLength: 4 });
/** What looks like zlib and is not, beside a record: random bytes are that once in two thousand cases. */
const BROKEN_ZLIB = [Uint8Array.of(0x38, 0x8d), Buffer.from('{"n":1}')];

/** Pieces that a backend may take: what cannot be unpacked is quarantined for it, and replayed in another way (replay/line-dead-letters). */
function takeable({ pieces }: Batch): number[] {
  return [...Array(pieces.count).keys()].filter((index) => unpackReason(pieces.kind[index]!) === undefined);
}

/** What the stages after unpacking see of a batch's pieces: of all of them unless some are named. */
function seen({ pieces, source }: Batch, indices: readonly number[] = [...Array(pieces.count).keys()]): unknown[] {
  return indices.map((index) => {
    const record = pieces.source[index]!;
    const start = pieces.start[index]!;
    const isObject = pieces.kind[index]! <= 1;
    const fields = WANTED.map((_name, field) => {
      const [from, to] = [pieces.valueStart, pieces.valueEnd].map((column) => column[index * WANTED.length + field]!);
      return isObject && from! >= 0 ? [from! - start, to! - start] : undefined;
    });
    return {
      id: source.idPrefix(record) + pieces.position[index]!,
      shard: source.shard,
      sequenceNumber: source.sequenceNumber(record),
      arrived: [source.arrivedMs(record), source.arrivedAt(record), source.arrivalHour(record)],
      kind: pieces.kind[index],
      bytes: pieces.bytes.toString("base64", start, pieces.end[index]),
      fields,
    };
  });
}

function unpacked(all: readonly Uint8Array[]): Batch {
  const { Records } = kinesisEvent(all);
  return { pieces: new Unpacker(WANTED).unpack(Records), source: new EventSource(Records, GENERATION) };
}

describe("a record read back from where it is stored is the very piece that was stored: id, arrival, bytes, kind, fields", () => {
  test("from the archive", async () => {
    await fc.assert(
      fc.asyncProperty(payloads, async (all) => {
        const batch = unpacked(all);
        const { pieces, source } = batch;
        const indices = takeable(batch);
        fc.pre(indices.length > 0);
        const { body } = await makePieceObject(pieces, source, {
          prefix: "logs/",
          indices,
          writeLine: (lines, index) => writeArchiveLine(lines, pieces, index),
          compressor: threadPoolCompressor,
          level: 1,
        });
        const lines = readLines(gunzipSync(body), archiveLine);
        expect(seen(new StoredUnpacker(WANTED).batch(lines))).toEqual(seen(batch, indices));
      }),
      { examples: [[BROKEN_ZLIB]] },
    );
  });

  test("from the quarantine, with reason and detail, and from diverted objects", async () => {
    const environment = {
      ...{ backend: "warehouse", streamName: "game-log", streamGeneration: GENERATION, deadLetterBucket: "dead" },
    };
    await fc.assert(
      fc.asyncProperty(payloads, fc.string(), async (all, detail) => {
        const batch = unpacked(all);
        const { pieces, source } = batch;
        const indices = takeable(batch);
        fc.pre(indices.length > 0);
        for (const kind of ["quarantine", "diverted"] as const) {
          const s3 = new MemoryStore();
          const deps = { environment, store: new ObjectStore({ put: s3.put, clock: systemClock, random: () => 0 }) };
          const verdicts = new Map(indices.map((index) => [index, { reason: "TIME_INVALID", detail } as const]));
          if (kind === "quarantine") await quarantine(deps, pieces, source, verdicts, Infinity);
          else await divert(deps, pieces, source, { table: "player_log_7", code: "NOT_FOUND", indices }, Infinity);
          const reader = kind === "quarantine" ? quarantineLine : divertedLine;
          const lines = readLines(gunzipSync(s3.objects.get(s3.names[0]!)!), reader);
          expect(seen(new StoredUnpacker(WANTED).batch(lines))).toEqual(seen(batch, indices));
          const why = kind === "quarantine" ? ["TIME_INVALID", detail] : [undefined, ""];
          for (const line of lines) expect([line.reason, line.detail]).toEqual(why);
        }
      }),
      { numRuns: 40, examples: [[BROKEN_ZLIB, "why"]] },
    );
  });
});

describe("a line that Sluice did not write is an error that says where and what, and none of its content", () => {
  const id = '"record_id":"0:495:0","arrived_at":"2026-01-01T12:00:00.123Z"';
  test.each([
    ["archive", archiveLine, `{${id},"log":{"secret":1`, "line 1: not a line of the archive"],
    ["archive", archiveLine, `{${id},"raw":"secret!"}`, "line 1: bytes that are not base64"],
    ["archive", archiveLine, `{${id.replace(":0", ":x")},"log":{}}`, "line 1: no record id"],
    ["archive", archiveLine, `{${id.replace("T12", "x12")},"log":{}}`, "line 1: no arrival time"],
    ["quarantine", quarantineLine, "secret", "line 1: not a JSON object"],
    ["quarantine", quarantineLine, "null", "line 1: not a JSON object"],
    ["quarantine", quarantineLine, `{${id},"reason":"SECRET","raw":""}`, "line 1: no known reason"],
    ["quarantine", quarantineLine, `{${id},"reason":"TIME_INVALID"}`, "line 1: no bytes"],
    ["diverted", divertedLine, '{"raw":""}', "line 1: no record id"],
  ])("%s: %#", (_kind, reader, text, message) => {
    expect(() => readLines(Buffer.from(`${text}\n`), reader)).toThrow(
      expect.objectContaining({ name: "StoredLineError", message }),
    );
  });

  test("whatever the bytes are", () => {
    for (const reader of [archiveLine, quarantineLine, divertedLine]) {
      fc.assert(
        fc.property(fc.uint8Array(), (bytes) => {
          try {
            readLines(Buffer.from(bytes), reader);
          } catch (error) {
            expect((error as Error).name).toBe("StoredLineError");
          }
        }),
      );
    }
  });
});
