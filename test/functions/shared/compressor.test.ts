import { gunzipSync, gzipSync } from "node:zlib";
import { playerLog } from "../../../cli/generate/player-log.ts";
import { GZIP_LEVEL, compressorFor, gzipOptions, threadPoolCompressor } from "../../../functions/shared/compressor.ts";

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

describe("the compressor of a function with less than one processor", () => {
  const compressor = compressorFor(256);

  async function compressed(chunks: readonly Buffer[], member = compressor.member(GZIP_LEVEL)): Promise<Buffer> {
    for (const chunk of chunks) {
      const reused = Buffer.from(chunk);
      await member.write(reused);
      reused.fill(0);
    }
    return gunzipSync(await member.end());
  }

  test("makes what gunzip undoes, one member after the other", async () => {
    expect((await compressed([log, log])).equals(Buffer.concat([log, log]))).toBe(true);
    expect((await compressed([log.subarray(0, 10)])).equals(log.subarray(0, 10))).toBe(true);
    expect(await compressed([])).toHaveLength(0);
    expect(gunzipSync(await compressor.compress(log, GZIP_LEVEL)).equals(log)).toBe(true);
  });

  test("goes on in the thread pool with what is more than it gathers, and gathers again afterwards", async () => {
    const chunks = [3, 2.5, 1, 0.5].map((mib) => Buffer.alloc(mib * 1024 * 1024, `${mib} `));
    expect((await compressed(chunks)).equals(Buffer.concat(chunks))).toBe(true);
    expect((await compressed([log])).equals(log)).toBe(true);
  });

  test("keeps two members apart that are written at the same time", async () => {
    const [one, other] = [compressor.member(GZIP_LEVEL), compressor.member(GZIP_LEVEL)];
    await one.write(Buffer.from("first,"));
    await other.write(Buffer.from("second"));
    await one.write(Buffer.from("and more"));
    expect(gunzipSync(await other.end()).toString()).toBe("second");
    expect(gunzipSync(await one.end()).toString()).toBe("first,and more");
  });

  test("is the thread pool's where there is more than a processor, or nobody says", () => {
    expect(compressorFor(1770)).toBe(threadPoolCompressor);
    expect(compressorFor(NaN)).toBe(threadPoolCompressor);
  });
});
