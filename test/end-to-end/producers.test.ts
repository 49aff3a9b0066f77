import { gzipSync, deflateSync, zstdCompressSync } from "node:zlib";
import { KinesisClient, PutRecordsCommand } from "@aws-sdk/client-kinesis";
import { CloudUnderTest, declaredOnOneShard } from "../support/local-cloud.ts";
import { PAYLOADS, PRODUCER_FILES, malformedCases, producerRecords } from "../support/producer-fixtures.ts";
import { sortedBytes } from "../support/run-folder.ts";

// Enough for a machine that does ten other things.
jest.setTimeout(120_000);

const WARM_UP = '{"warm":1}';
const LINES = PAYLOADS.join("\n");
/** The payloads as other producers send them: one by one, in lines, one behind the other, each way compressed. */
const OTHERS: readonly Buffer[] = [
  ...PAYLOADS.map((payload) => Buffer.from(payload)),
  Buffer.from(LINES),
  gzipSync(LINES),
  deflateSync(PAYLOADS.join("")),
  zstdCompressSync(`${LINES}\n`),
];
/** An aggregate whose MD5 is wrong is a plain record, as it is for the KCL; a zlib stream that breaks off cannot be unpacked. */
const WRONG_MD5 = malformedCases().find(({ id }) => id === "08 last md5 byte flipped")!.data;
const BROKEN_ZLIB = deflateSync(LINES).subarray(0, 200);
const RECORDS = [...PRODUCER_FILES.flatMap(producerRecords), ...OTHERS, WRONG_MD5, BROKEN_ZLIB];

/** Every payload of every producer and of each of the five ways above, and the KPL's warm-ups. */
const COPIES = PRODUCER_FILES.length + 5;
const WARM_UPS = PRODUCER_FILES.reduce((sum, file) => sum + file.userRecords - file.withoutWarmup, 0);

describe("records of five producers, plain, joined and compressed ones, in one batch put by the AWS SDK", () => {
  let cloud: CloudUnderTest;

  beforeAll(async () => {
    cloud = await CloudUnderTest.start(await declaredOnOneShard());
    const { streamName } = cloud.folder.endpoints();
    const kinesis = new KinesisClient({
      endpoint: cloud.cloud.endpoints.kinesis,
      region: "us-east-1",
      credentials: { accessKeyId: "any", secretAccessKey: "thing" },
    });
    const put = await kinesis.send(
      new PutRecordsCommand({
        StreamName: streamName,
        Records: RECORDS.map((data, index) => ({ Data: data, PartitionKey: `key ${index}` })),
      }),
    );
    kinesis.destroy();
    expect(put.FailedRecordCount).toBe(0);
    await cloud.idle();
  });
  afterAll(() => cloud.close());

  test("the archive has every payload, byte for byte, as often as it was sent", () => {
    const texts = [
      ...Array.from({ length: COPIES }, () => PAYLOADS).flat(),
      ...new Array<string>(WARM_UPS).fill(WARM_UP),
    ];
    const archived = cloud.folder.archived();
    expect(texts).toHaveLength(965);
    expect(sortedBytes(archived.map(({ bytes }) => bytes))).toEqual(
      sortedBytes([...texts.map((text) => Buffer.from(text)), WRONG_MD5]),
    );
    expect(archived.filter(({ raw }) => raw).map(({ bytes }) => bytes)).toEqual([WRONG_MD5]);
  });

  test("the archive quarantines what cannot be unpacked, with its bytes, and nothing else", () => {
    expect(cloud.folder.quarantined("archive").map(({ reason, raw }) => [reason, raw])).toEqual([
      ["UNPACK_FAILED", BROKEN_ZLIB.toString("base64")],
    ]);
  });

  test("the warehouse has a row for each payload with a player, and quarantines the rest by its reason", async () => {
    const [row] = await query("SELECT COUNT(*) FROM `player_log_*` WHERE event_time >= TIMESTAMP '1970-01-01'");
    expect(Number(row![0])).toBe(COPIES * PAYLOADS.length);
    const reasons = cloud.folder.quarantined("warehouse").map(({ reason }) => reason);
    expect(reasons.sort()).toEqual([
      "NOT_JSON_OBJECT",
      ...new Array<string>(WARM_UPS).fill("PLAYER_ID_MISSING"),
      "UNPACK_FAILED",
    ]);
  });

  test("each table has the players whose id begins with its digit", async () => {
    const misplaced = await query(
      "SELECT record_id FROM `player_log_*` WHERE event_time >= TIMESTAMP '1970-01-01' AND SUBSTR(player_id, 1, 1) <> _TABLE_SUFFIX",
    );
    expect(misplaced).toEqual([]);
  });

  test("the audit holds", async () => {
    const accepted = COPIES * PAYLOADS.length + WARM_UPS + 2;
    const clean = { accepted, pending: 0, missing: 0, repeated: 0, duplicates: 0, unexpected: 0, holds: true };
    const refused = 2 + WARM_UPS;
    expect(await cloud.audit()).toMatchObject({
      archive: { ...clean, written: accepted - 1, quarantined: 1 },
      warehouse: { ...clean, written: accepted - refused, quarantined: refused },
    });
  });

  async function query(sql: string): Promise<unknown[][]> {
    const { dataset } = cloud.folder.endpoints();
    const { warehouse } = cloud.cloud.services;
    const named = sql.replaceAll("`player_log_*`", `\`${warehouse.project}.${dataset}.player_log_*\``);
    return (await warehouse.query(named)).rows as unknown[][];
  }
});
