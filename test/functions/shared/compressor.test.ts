import { gunzipSync, gzipSync } from "node:zlib";
import { playerLog } from "../../../cli/generate/player-log.ts";
import { GZIP_LEVEL, gzipOptions, threadPoolCompressor } from "../../../functions/shared/compressor.ts";

const START_MS = Date.parse("2026-11-01T12:00:00Z");
const log = Buffer.from([...playerLog({ seed: 1, records: 1000, startMs: START_MS })].join("\n"));

describe("the thread pool's gzip", () => {
  test("is undone by any gzip, written at once or a chunk at a time", async () => {
    const member = threadPoolCompressor.member(GZIP_LEVEL);
    for (let at = 0; at < log.length; at += 300_000) await member.write(log.subarray(at, at + 300_000));
    expect(gunzipSync(await member.end()).equals(log)).toBe(true);
    expect(gunzipSync(await threadPoolCompressor.compress(log, GZIP_LEVEL)).equals(log)).toBe(true);
  });

  test("makes the same bytes of the same chunks", async () => {
    const member = threadPoolCompressor.member(GZIP_LEVEL);
    await member.write(log);
    const first = await member.end();
    const again = threadPoolCompressor.member(GZIP_LEVEL);
    await again.write(log);
    expect((await again.end()).equals(first)).toBe(true);
  });

  test("makes at most 1.05 times what gzip −6 makes of player logs, and less than level 4 by itself", () => {
    const bytes = gzipSync(log, gzipOptions(GZIP_LEVEL)).length;
    expect(bytes / gzipSync(log, { level: 6 }).length).toBeLessThan(1.05);
    expect(bytes).toBeLessThan(gzipSync(log, { level: GZIP_LEVEL }).length);
  });
});
