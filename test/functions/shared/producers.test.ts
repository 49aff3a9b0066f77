import { createHash } from "node:crypto";
import { Unpacker } from "../../../functions/shared/unpack.ts";
import { kinesisEvent } from "../../support/kinesis-event.ts";
import { listPieces } from "../../support/pieces.ts";
import { PAYLOADS, PRODUCER_FILES, producerRecords } from "../../support/producer-fixtures.ts";

const WARM_UP = '{"warm":1}';

describe("records of producers that we did not write", () => {
  test("there are eleven files of five producers", () => {
    expect(PRODUCER_FILES).toHaveLength(11);
    expect(PAYLOADS).toHaveLength(60);
  });

  test.each(PRODUCER_FILES)("$file decodes to the listed payloads, byte for byte", (file) => {
    const records = producerRecords(file);

    const pieces = listPieces(new Unpacker().unpack(kinesisEvent(records).Records));

    const sha256 = createHash("sha256");
    for (const { bytes } of pieces) sha256.update(bytes);
    expect(records).toHaveLength(file.kinesisRecords);
    expect(pieces).toHaveLength(file.userRecords);
    expect(sha256.digest("hex")).toBe(file.sha256_all_in_file_order);
    const texts = pieces.map(({ bytes }) => bytes.toString());
    const warmUps = new Array<string>(file.userRecords - file.withoutWarmup).fill(WARM_UP);
    expect(texts.sort()).toEqual([...PAYLOADS, ...warmUps].sort());
    expect(pieces.every(({ kind, detail }) => kind === "OBJECT" && detail === "")).toBe(true);
  });

  test("all of them in one batch: each record's pieces in order, positions from 0", () => {
    const batch = PRODUCER_FILES.flatMap(producerRecords);
    const unpacker = new Unpacker();
    const alone = batch.map((record) => listPieces(unpacker.unpack(kinesisEvent([record]).Records)));

    const together = listPieces(unpacker.unpack(kinesisEvent(batch).Records));

    expect(together).toEqual(alone.flatMap((pieces, source) => pieces.map((piece) => ({ ...piece, source }))));
    for (const pieces of alone) expect(pieces.map(({ position }) => position)).toEqual(pieces.map((_, index) => index));
    expect(together).toHaveLength(665);
  });
});
