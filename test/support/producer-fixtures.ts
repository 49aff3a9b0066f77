import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";

const FOLDER = join(process.cwd(), "test/fixtures/producers");

/** One file of records of a producer that we did not write (test/fixtures/producers/README.md). */
export interface ProducerFile {
  readonly file: string;
  readonly kinesisRecords: number;
  readonly aggregates: number;
  readonly userRecords: number;
  /** User records without the KPL's warm-up. */
  readonly withoutWarmup: number;
  readonly sha256_all_in_file_order: string;
}

/** All files of `index.json`. */
export const PRODUCER_FILES = JSON.parse(readText("index.json")) as readonly ProducerFile[];

/** What every file carries, in the order in which it was sent. */
export const PAYLOADS: readonly string[] = readText("payloads.ndjson").trimEnd().split("\n");

/** The Kinesis records' bytes of a file. */
export function producerRecords({ file }: ProducerFile): Buffer[] {
  return gunzipSync(readFileSync(join(FOLDER, file)))
    .toString()
    .trimEnd()
    .split("\n")
    .map((line) => Buffer.from((JSON.parse(line) as { dataBase64: string }).dataBase64, "base64"));
}

/** One aggregate made wrong, and what the Kinesis Client Library gave for it. */
export interface MalformedCase {
  readonly id: string;
  readonly data: Buffer;
  /** Data of the records that the KCL gave, base64. */
  readonly kcl: readonly string[];
}

/** All lines of `malformed.tsv`. */
export function malformedCases(): MalformedCase[] {
  const answers = readText("malformed.kcl.jsonl").trimEnd().split("\n");
  return readText("malformed.tsv")
    .trimEnd()
    .split("\n")
    .map((line, index) => {
      const [id, base64] = line.split("\t");
      const answer = JSON.parse(answers[index]!) as { id: string; records: { data: string }[] };
      if (answer.id !== id) throw new Error(`line ${index + 1}: ${id} and ${answer.id} are not the same case`);
      return { id, data: Buffer.from(base64!, "base64"), kcl: answer.records.map(({ data }) => data) };
    });
}

function readText(file: string): string {
  return readFileSync(join(FOLDER, file), "utf8");
}

/** Aggregates made at random, and what the KCL gave: one plain record, or the data of sub-records in base64. */
export function randomCases(): { readonly data: string; readonly kcl: "plain" | readonly string[] }[] {
  const lines = gunzipSync(readFileSync(join(FOLDER, "random.kcl.jsonl.gz")))
    .toString()
    .trimEnd()
    .split("\n");
  return lines.map((line) => JSON.parse(line) as { data: string; kcl: "plain" | string[] });
}
