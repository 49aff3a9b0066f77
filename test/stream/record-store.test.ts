import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { fileRecordStores } from "../../local/kinesis/file-record-store.ts";
import { memoryRecordStores } from "../../model/stream/record-store.ts";
import { StreamModel } from "../../model/stream/stream-model.ts";
import type { RecordStores } from "../../model/stream/types.ts";

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "record-store-"));
});
afterAll(() => rmSync(directory, { recursive: true }));

const kinds: [string, () => RecordStores][] = [
  ["in memory", memoryRecordStores],
  ["in files", () => fileRecordStores(directory, { segmentBytes: 700, bufferBytes: 64 })],
];

describe.each(kinds)("records kept %s", (_, open) => {
  test("come back as they were written, in runs of any length", () => {
    const pieces = fc.array(fc.uint8Array({ maxLength: 200 }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(pieces, fc.nat(), fc.nat(), (payloads, from, length) => {
        const stores = open();
        const store = stores.open("shardId-000000000000");
        const offsets = payloads.map((payload) => store.append(Buffer.from("key"), payload));
        const whole = Buffer.concat(payloads.flatMap((payload) => [Buffer.from("key"), payload]));
        const start = from % whole.length;
        const part = store.read(start, length % (whole.length - start));
        expect(Buffer.from(part)).toEqual(whole.subarray(start, start + part.length));
        expect(offsets.at(-1)).toBe(whole.length - 3 - payloads.at(-1)!.length);
        stores.close();
      }),
      { numRuns: 60 },
    );
  });

  test("stay readable when earlier ones are trimmed", () => {
    const stores = open();
    const store = stores.open("shardId-000000000000");
    const payload = Buffer.alloc(500, "x");
    for (let index = 0; index < 40; index += 1) store.append(Buffer.from([index]), payload);
    store.trim(501 * 39);
    expect(store.read(501 * 39, 501)[0]).toBe(39);
    store.trim(501 * 40);
    expect(store.append(Buffer.from("k"), payload)).toBe(501 * 40);
    expect(store.read(501 * 40, 1)[0]).toBe("k".charCodeAt(0));
    stores.close();
  });
});

test("files have no name while they are in use, so that nothing is left behind", () => {
  const stores = fileRecordStores(directory, { bufferBytes: 16 });
  const stream = new StreamModel({ name: "log", shardCount: 2, createdAtMs: 0, stores });
  const data = Buffer.alloc(1000, "d");
  for (let index = 0; index < 100; index += 1) stream.putRecord({ data, partitionKey: `player-${index}` }, 0);
  expect(readdirSync(directory)).toEqual([]);
  const read = stream.openShardIds(0).flatMap((id) => stream.readFrom(id, 0, { nowMs: 0 }).records);
  expect(read.map(({ partitionKey }) => partitionKey).sort()[99]).toBe("player-99");
  expect(read.every((record) => data.equals(record.data))).toBe(true);
  stream.close();
});
