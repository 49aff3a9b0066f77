import { gzipSync } from "node:zlib";
import { checkRow, type StoredRow } from "../../bench/stand-ins/row.ts";
import { ContentsDigest } from "../../bench/stand-ins/digest.ts";
import { StandIns } from "../../bench/stand-ins/stand-ins.ts";

const PLAYER = "a0123456789abcdef0123456789abcde";
const LOG = JSON.stringify({ player_id: PLAYER, timestamp: "2026-11-21T12:00:00.123Z", event: "login" });
const ROW: StoredRow = {
  ...{ table: "player_log_a", playerId: PLAYER, event: "login", log: LOG },
  eventTimeMs: Date.UTC(2026, 10, 21, 12, 0, 0, 123),
};

describe("a stored row", () => {
  test("is held to its log and its player's table", () => {
    expect(() => checkRow(ROW)).not.toThrow();
    expect(() => checkRow({ ...ROW, table: `player_${PLAYER}` })).not.toThrow();
  });

  test.each<[Partial<StoredRow>, string]>([
    [{ playerId: PLAYER.replace("e", "f") }, "a row's player_id is not that of its log"],
    [{ playerId: undefined }, "a row's player_id is not that of its log"],
    [{ event: "logout" }, "a row's event is not that of its log"],
    [{ eventTimeMs: ROW.eventTimeMs! + 1 }, "a row's event_time is not that of its log"],
    [{ eventTimeMs: undefined }, "a row's event_time is not that of its log"],
    [{ table: "player_log_b" }, "a row is in player_log_b, which is not its player's table"],
  ])("with %j is refused", (change, message) => {
    expect(() => checkRow({ ...ROW, ...change })).toThrow(new Error(message));
  });
});

describe("the servers that stand for S3 and Google", () => {
  const put = async (standIns: StandIns, body: Buffer): Promise<void> => {
    const answer = await fetch(`${standIns.endpoints.s3}/archive/one`, { method: "PUT", body: new Uint8Array(body) });
    expect(answer.status).toBe(200);
  };

  test("say what is stored, that it cannot be read, and end", async () => {
    const standIns = await StandIns.start();
    try {
      await put(standIns, gzipSync(`{"record_id":"0:1:0","log":${LOG}}\n`));
      const digest = new ContentsDigest();
      digest.add(LOG);
      expect(await standIns.take("s3")).toMatchObject({ ...digest.contents, requests: 1 });
      const broken = gzipSync(`${LOG}\n`);
      broken[broken.length - 8]! ^= 1;
      await put(standIns, broken);
      await expect(standIns.take("s3")).rejects.toThrow(new Error("incorrect data check"));
    } finally {
      await standIns.close();
    }
  });

  test("hold the columns of an insertAll to its log", async () => {
    const standIns = await StandIns.start();
    const insert = (event: string) =>
      fetch(`${standIns.endpoints.bigquery}/bigquery/v2/projects/p/datasets/d/tables/player_log_a/insertAll`, {
        method: "POST",
        body: JSON.stringify({
          rows: [{ json: { player_id: PLAYER, event, event_time: "2026-11-21T12:00:00.123Z", log: LOG } }],
        }),
      });
    try {
      await (await insert("login")).text();
      expect(await standIns.take("bigquery")).toMatchObject({ records: 1, requests: 1 });
      await (await insert("logout")).text();
      await expect(standIns.take("bigquery")).rejects.toThrow(new Error("a row's event is not that of its log"));
    } finally {
      await standIns.close();
    }
  });
});
