import { createReadStream } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { folderSource } from "../audit/object-source.ts";
import { CommandError, UsageError, codeOf, messageOf } from "../errors.ts";
import { EXIT } from "../exit-codes.ts";
import { unpackedBytes } from "../input/unpacked-bytes.ts";

const S3_ADDRESS = /^s3:\/\/([^/]+)(?:\/(.*))?$/;
const LF = 0x0a;

/**
 * Writes the objects' bytes, un-gzipped, in order of key. `s3://bucket/prefix` is looked up in the run's folder, and as on
 * S3 a prefix may end anywhere in a key. What cannot be read is named on `stderr`, and the others follow; gives the exit
 * code. A reader that goes away (`| head`) ends it quietly.
 */
export async function catObjects(
  what: readonly string[],
  run: string,
  { stdout, stderr }: { readonly stdout: NodeJS.WritableStream; readonly stderr: NodeJS.WritableStream },
): Promise<number> {
  let problems = 0;
  const problem = (sentence: string): void => {
    problems++;
    stderr.write(`sluice: ${sentence}\n`);
  };
  try {
    await pipeline(bytesOf(what, run, problem), stdout, { end: false });
  } catch (error) {
    if (codeOf(error) !== "EPIPE") throw error;
  }
  return problems === 0 ? EXIT.ok : EXIT.failed;
}

async function* bytesOf(
  what: readonly string[],
  run: string,
  problem: (sentence: string) => void,
): AsyncGenerator<Buffer, void, void> {
  for (const each of what) {
    let found = false;
    for await (const file of filesOf(each, run)) {
      found = true;
      yield* fileBytes(file, problem);
    }
    if (!found) throw new CommandError(`there are no objects at ${each}`, { hint: await whatIsThere(run) });
  }
}

async function* filesOf(what: string, run: string): AsyncGenerator<string, void, void> {
  const address = S3_ADDRESS.exec(what);
  if (address === null) {
    if (what.startsWith("s3:")) throw new UsageError(`${what} is no address such as s3://BUCKET/logs/`);
    const info = await stat(what).catch(() => {
      throw new UsageError(`${what}: no such file or folder`);
    });
    if (!info.isDirectory()) yield what;
    else for await (const key of folderSource(what).list("")) yield join(what, key);
    return;
  }
  const [, bucket, prefix = ""] = address;
  const folder = join(run, "s3", bucket!);
  const inside = prefix.includes("/") ? `${dirname(prefix.endsWith("/") ? `${prefix}x` : prefix)}/` : "";
  const rest = prefix.endsWith("/") ? "" : basename(prefix);
  for await (const key of folderSource(folder).list(inside)) {
    if (key.startsWith(inside + rest)) yield join(folder, key);
  }
}

/** A file's bytes, with a line break at the end where it has none, so that the next file begins a line. */
async function* fileBytes(file: string, problem: (sentence: string) => void): AsyncGenerator<Buffer, void, void> {
  let last = LF;
  try {
    for await (const chunk of unpackedBytes(createReadStream(file))) {
      if (chunk.length > 0) last = chunk[chunk.length - 1]!;
      yield chunk;
    }
  } catch (error) {
    if (codeOf(error) === undefined) throw error;
    problem(`${file}: cannot be read: ${messageOf(error)}`);
  }
  if (last !== LF) yield Buffer.from([LF]);
}

async function whatIsThere(run: string): Promise<string> {
  const buckets = await readdir(join(run, "s3")).catch(() => undefined);
  const named = buckets?.filter((name) => !name.startsWith("."));
  if (named === undefined || named.length === 0)
    return `${run} holds no run: start one with npm start, or name one with --run.`;
  return `Buckets of this run: ${named.map((name) => `s3://${name}/`).join(" ")}`;
}
