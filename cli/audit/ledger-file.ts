import { createReadStream, createWriteStream, renameSync, rmSync } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip, createGzip } from "node:zlib";
import { z } from "zod";
import { FORMAT_VERSIONS } from "../../contract/formats.ts";
import { shardNumber } from "../../contract/record-id.ts";
import type { KinesisEventRecord } from "../../functions/shared/event.ts";
import { Unpacker } from "../../functions/shared/unpack.ts";
import type { Stream, StreamRecord } from "../../model/stream/types.ts";
import { CommandError, messageOf } from "../errors.ts";
import { FutureFormatError, refuseFutureDocument } from "../format-version.ts";
import { inWindow } from "../time-window.ts";
import { type StreamEntry, type StreamLedger, entriesOf } from "./stream-ledger.ts";

/** What a local run leaves of its stream, which ends with it. */
export const LEDGER_FILE = "stream-ledger.ndjson.gz";

/** Kinesis records unpacked at once. */
const BATCH_RECORDS = 500;
/** Of speed over size: the file is written while somebody waits. */
const GZIP_LEVEL = 1;

const headSchema = z.object({ version: z.literal(FORMAT_VERSIONS.streamLedger) });

/**
 * Writes down all that a local stream holds, read outside its limits: gzip NDJSON, `{"version":1}` and then a line for each
 * Kinesis record, `[shard,"sequence number",arrival in ms,[CRC-32 of each piece]]`, shard by shard in order. Rejects, and leaves a file of
 * before as it was, where the stream is deleted meanwhile.
 */
export async function writeLedger(file: string, stream: Stream, nowMs: number): Promise<void> {
  const part = `${file}.part`;
  try {
    await pipeline(Readable.from(linesOf(stream, nowMs)), createGzip({ level: GZIP_LEVEL }), createWriteStream(part));
    renameSync(part, file);
  } catch (error) {
    rmSync(part, { force: true });
    throw error;
  }
}

function* linesOf(stream: Stream, nowMs: number): Generator<string, void, void> {
  yield `${JSON.stringify({ version: FORMAT_VERSIONS.streamLedger })}\n`;
  const unpacker = new Unpacker();
  for (const { shardId } of stream.shards(nowMs)) {
    let position = stream.positionAt(shardId, "TRIM_HORIZON", nowMs);
    for (;;) {
      const { records, nextPosition } = stream.readFrom(shardId, position, { nowMs, maxRecords: BATCH_RECORDS });
      if (records.length === 0) break;
      const events = records.map((record) => asEvent(shardId, record));
      yield entriesOf(unpacker, shardNumber(shardId), events).map(lineOf).join("");
      position = nextPosition;
    }
  }
}

/** A record as Lambda's mapping would deliver it. */
function asEvent(shardId: string, { data, partitionKey, sequenceNumber, arrivalMs }: StreamRecord): KinesisEventRecord {
  return {
    eventID: `${shardId}:${sequenceNumber}`,
    kinesis: {
      data: Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("base64"),
      partitionKey,
      sequenceNumber,
      approximateArrivalTimestamp: arrivalMs / 1000,
    },
  };
}

function lineOf({ shard, sequenceNumber, arrivedMs, checksums }: StreamEntry): string {
  return `[${shard},"${sequenceNumber}",${arrivedMs},[${checksums.join()}]]\n`;
}

/** Reads what {@link writeLedger} has written. Its iteration throws a CommandError for a file that is none. */
export function fileLedger(file: string): StreamLedger {
  return {
    heldSinceMs: -Infinity,
    async *entries({ window, shards }) {
      try {
        for await (const lines of ledgerLines(file)) {
          const entries: StreamEntry[] = [];
          for (const line of lines) {
            // Lines of other shards are told apart unparsed.
            if (shards !== undefined && !shards.has(Number(line.slice(1, line.indexOf(","))))) continue;
            const entry = parsedEntry(line);
            if (inWindow(window, entry.arrivedMs)) entries.push(entry);
          }
          if (entries.length > 0) yield entries;
        }
      } catch (error) {
        if (error instanceof FutureFormatError)
          throw new CommandError(`${file}: ${error.message}`, { cause: error, hint: error.hint });
        if (error instanceof CommandError) throw error;
        throw new CommandError(`${file}: cannot be read: ${messageOf(error)}`, {
          cause: error,
          hint: "It is written when a run has carried its input; a run that was interrupted has none.",
        });
      }
    },
  };
}

/** The lines after the head, which is checked, as they come out of the file. */
async function* ledgerLines(file: string): AsyncGenerator<readonly string[], void, void> {
  const source = createReadStream(file);
  const gunzip = createGunzip();
  source.on("error", (error) => gunzip.destroy(error));
  let head = true;
  let rest = "";
  for await (const chunk of source.pipe(gunzip).setEncoding("latin1")) {
    const lines = (rest + (chunk as string)).split("\n");
    rest = lines.pop()!;
    if (head && lines.length > 0) {
      const first: unknown = JSON.parse(lines.shift()!);
      refuseFutureDocument("streamLedger", first);
      headSchema.parse(first);
      head = false;
    }
    if (lines.length > 0) yield lines;
  }
  if (head || rest !== "") throw new Error("it ends in the middle");
}

/** Checked by hand: a schema takes longer than all the rest, and there are millions. */
function parsedEntry(line: string): StreamEntry {
  const [shard, sequenceNumber, arrivedMs, checksums] = JSON.parse(line) as unknown[];
  if (
    typeof shard !== "number" ||
    typeof sequenceNumber !== "string" ||
    typeof arrivedMs !== "number" ||
    !Array.isArray(checksums)
  ) {
    throw new Error("a line is no entry");
  }
  return { shard, sequenceNumber, arrivedMs, checksums: checksums as number[] };
}
