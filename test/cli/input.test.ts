import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import type { InputBatch, RefusedLine } from "../../cli/input/input-batch.ts";
import { LineSplitter } from "../../cli/input/line-splitter.ts";
import { checkInputs, InputError, readInput } from "../../cli/input/read-input.ts";

interface Collected {
  lines: { file: string; line: number; text: string }[];
  refused: RefusedLine[];
  blank: number;
}

function collect(into: Collected, batch: InputBatch): void {
  into.lines.push(...batch.lines.map(({ file, line, data }) => ({ file, line, text: data.toString("latin1") })));
  into.refused.push(...batch.refused);
  into.blank += batch.blank;
}

function split(chunks: readonly Buffer[], maxLineBytes: number): Collected {
  const splitter = new LineSplitter("f", maxLineBytes);
  const out: Collected = { lines: [], refused: [], blank: 0 };
  for (const chunk of chunks) collect(out, splitter.push(chunk));
  collect(out, splitter.end());
  return out;
}

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "sluice-input-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: Buffer | string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

async function read(files: string[], options: { maxLineBytes?: number; stdin?: Readable } = {}): Promise<Collected> {
  const out: Collected = { lines: [], refused: [], blank: 0 };
  for await (const batch of readInput(files, { maxLineBytes: 1000, ...options })) collect(out, batch);
  return out;
}

describe("line splitter", () => {
  test("LF and CR LF end a line, blank lines are counted, the last line needs no end", () => {
    expect(split([Buffer.from("a\r\n\n \t\r\nb\rc\nd")], 10)).toEqual({
      lines: [
        { file: "f", line: 1, text: "a" },
        { file: "f", line: 4, text: "b\rc" },
        { file: "f", line: 5, text: "d" },
      ],
      refused: [],
      blank: 2,
    });
  });

  test("a line of the limit passes, also before CR LF; one byte more is refused by number and length", () => {
    expect(split([Buffer.from("12345\r\n123456\n12345\n123456\r\n")], 5)).toEqual({
      lines: [
        { file: "f", line: 1, text: "12345" },
        { file: "f", line: 3, text: "12345" },
      ],
      refused: [
        { file: "f", line: 2, bytes: 6 },
        { file: "f", line: 4, bytes: 6 },
      ],
      blank: 0,
    });
  });

  test("a line of 1 GB is counted without being kept", () => {
    const chunk = Buffer.alloc(16 * 1024 * 1024, "x");
    const splitter = new LineSplitter("f", 1024 * 1024);
    const before = process.memoryUsage().arrayBuffers;
    for (let index = 0; index < 64; index++) splitter.push(chunk);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 * 1024 * 1024);
    expect(splitter.end().refused).toEqual([{ file: "f", line: 1, bytes: 2 ** 30 }]);
  });

  test("however the bytes are cut into chunks, the lines are the same as of the whole text", () => {
    const line = fc.oneof(fc.constantFrom("", " ", "\r", "{}", "a\rb"), fc.string({ maxLength: 12 }));
    fc.assert(
      fc.property(fc.array(line), fc.array(fc.integer({ min: 1, max: 7 })), (lines, cuts) => {
        const bytes = Buffer.from(lines.join("\n"));
        const chunks: Buffer[] = [];
        let at = 0;
        for (const cut of cuts) chunks.push(bytes.subarray(at, (at += cut)));
        chunks.push(bytes.subarray(at));
        expect(split(chunks, 8)).toEqual(split([bytes], 8));
      }),
    );
  });
});

describe("input files", () => {
  test("plain, gzip and gzip of several members are told by their bytes, not their names", async () => {
    const plain = file("plain.gz", '{"a":1}\n{"a":2}\n');
    const members = file(
      "members.txt",
      Buffer.concat([gzipSync('{"b":1}\n{"b"'), gzipSync(":2}\n"), gzipSync('{"b":3}')]),
    );
    expect((await read([plain, members])).lines).toEqual([
      { file: plain, line: 1, text: '{"a":1}' },
      { file: plain, line: 2, text: '{"a":2}' },
      { file: members, line: 1, text: '{"b":1}' },
      { file: members, line: 2, text: '{"b":2}' },
      { file: members, line: 3, text: '{"b":3}' },
    ]);
  });

  test("- reads standard input, gzip too, byte by byte", async () => {
    const bytes = [...gzipSync("one\ntwo\n")].map((byte) => Buffer.from([byte]));
    expect((await read(["-"], { stdin: Readable.from(bytes) })).lines).toEqual([
      { file: "standard input", line: 1, text: "one" },
      { file: "standard input", line: 2, text: "two" },
    ]);
  });

  test("empty files and one-byte files are read", async () => {
    expect((await read([file("empty", ""), file("one", "x")])).lines.map((line) => line.text)).toEqual(["x"]);
  });

  test("a truncated gzip file gives every line before the cut, then an error with the line number", async () => {
    const texts = Array.from({ length: 5000 }, (_, index) => `{"n":${index},"h":"${(index * 2654435761) % 2 ** 32}"}`);
    const packed = gzipSync(texts.join("\n"));
    const path = file("cut.gz", packed.subarray(0, Math.floor(packed.length / 2)));
    const seen: string[] = [];
    let error: unknown;
    try {
      for await (const batch of readInput([path], { maxLineBytes: 1000 })) {
        seen.push(...batch.lines.map((line) => line.data.toString()));
      }
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(InputError);
    expect((error as InputError).message).toBe(`${path}: the gzip data end too early after line ${seen.length}`);
    expect(seen.length).toBeGreaterThan(2000);
    expect(seen).toEqual(texts.slice(0, seen.length));
  });

  test("broken gzip data are an error", async () => {
    const packed = gzipSync("x".repeat(5000));
    packed[packed.length - 6]! ^= 0xff;
    const path = file("broken.gz", packed);
    await expect(read([path])).rejects.toThrow(`${path}: the gzip data are broken after line 0`);
  });

  test("all unreadable inputs are refused at once, before anything is read", async () => {
    const good = file("good", "x");
    await expect(checkInputs([good, join(folder, "none"), folder, "-", "-"])).rejects.toThrow(
      `cannot read the input: ${join(folder, "none")}: no such file; ${folder}: is a folder; -: standard input can be read only once`,
    );
    await expect(checkInputs([good, "-"])).resolves.toBeUndefined();
  });

  test("the signal ends a read that waits for a quiet pipe", async () => {
    const stop = new AbortController();
    const stdin = new PassThrough();
    const batches = readInput(["-"], { maxLineBytes: 10, stdin, signal: stop.signal });
    stdin.write("a\nb");
    expect((await batches.next()).value?.lines.length).toBe(1);
    const waiting = batches.next();
    stop.abort();
    await expect(waiting).resolves.toMatchObject({ done: true });
  });
});
