/** The Kinesis records under `test/fixtures/`: of real producers, of aggregates made wrong, and those that broke a decoder once. */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { KIND } from "../../functions/shared/pieces.ts";
import { RecordReader, wantedFields } from "../../functions/shared/record.ts";
import { Unpacker } from "../../functions/shared/unpack.ts";
import { type Comparison, NOTHING, added, difference } from "./compare.ts";
import { asKinesisRecord, judge } from "./functions-decoder.ts";
import { FIELDS } from "./judged.ts";
import { referencePiece } from "./reference.ts";

const FOLDER = join(import.meta.dirname, "../../test/fixtures");

/** One file's Kinesis records. */
export interface FixtureFile {
  /** Below `test/fixtures/`. */
  readonly file: string;
  readonly records: readonly Buffer[];
}

/** All files that hold records. */
export function fixtureFiles(): FixtureFile[] {
  return readdirSync(FOLDER, { recursive: true, encoding: "utf8" })
    .sort()
    .flatMap((file) => {
      const records = recordsOf(file);
      return records === undefined ? [] : [{ file, records }];
    });
}

function recordsOf(file: string): Buffer[] | undefined {
  const bytes = (): Buffer => readFileSync(join(FOLDER, file));
  if (file.endsWith(".jsonl.gz")) return lines(gunzipSync(bytes())).map(dataOf);
  if (file.endsWith(".ndjson")) return lines(bytes()).map((line) => Buffer.from(line));
  if (file.endsWith(".tsv")) return lines(bytes()).map((line) => Buffer.from(line.split("\t")[1]!, "base64"));
  return file.endsWith(".bin") ? [bytes()] : undefined;
}

function lines(bytes: Buffer): string[] {
  return bytes.toString("utf8").trimEnd().split("\n");
}

function dataOf(line: string): Buffer {
  const { dataBase64, data } = JSON.parse(line) as { readonly dataBase64?: string; readonly data?: string };
  return Buffer.from((dataBase64 ?? data)!, "base64");
}

/** Compares each text that the files' records hold; a payload is one such text, its kind the file. Without those that are no text. */
export function compareFixtures(files: readonly FixtureFile[]): Comparison {
  const unpacker = new Unpacker(wantedFields(FIELDS));
  const reader = new RecordReader();
  let sum = NOTHING;
  for (const { file, records } of files) {
    const pieces = unpacker.unpack(records.map(asKinesisRecord));
    for (let index = 0; index < pieces.count; index++) {
      if (pieces.kind[index]! >= KIND.OVER_LIMIT) continue;
      const text = Buffer.from(pieces.bytes.subarray(pieces.start[index]!, pieces.end[index]!));
      const expected = referencePiece(text, 0, text.length);
      const what = difference([judge(pieces, index, reader, pieces.start[index]!)], [expected]);
      const where = `${file}, record ${pieces.source[index]! + 1}`;
      sum = added(sum, {
        payloads: 1,
        verdicts: { [expected.verdict]: 1 },
        kinds: { [file]: 1 },
        disagreements: what === undefined ? 0 : 1,
        ...(what !== undefined && { smallest: { where, bytes: text.length, what } }),
      });
    }
  }
  return sum;
}
