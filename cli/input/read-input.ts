import { constants, createReadStream } from "node:fs";
import { access, stat } from "node:fs/promises";
import type { Readable } from "node:stream";
import { CommandError, UsageError, codeOf, messageOf } from "../errors.ts";
import type { InputBatch } from "./input-batch.ts";
import { LineSplitter } from "./line-splitter.ts";
import { unpackedBytes } from "./unpacked-bytes.ts";

/** How standard input is named on the command line and in messages. */
const STDIN = "-";
const STDIN_NAME = "standard input";
const READ_BYTES = 256 * 1024;

export interface ReadInputOptions {
  /** Longest line that is let through, in bytes: the stream's record limit. */
  readonly maxLineBytes: number;
  /** What `-` reads; the process's standard input unless given. */
  readonly stdin?: Readable;
  /** Ends reading between two chunks. */
  readonly signal?: AbortSignal;
}

/** The input broke off while being read. What was read before has been handed out. */
export class InputError extends CommandError {
  readonly file: string;
  /** Lines handed out of this file before it broke, refused and blank ones counted. */
  readonly linesRead: number;

  constructor(file: string, linesRead: number, problem: string, cause: unknown) {
    super(`${file}: ${problem} after line ${linesRead}`, { cause });
    this.name = "InputError";
    this.file = file;
    this.linesRead = linesRead;
  }
}

/** Refuses, with every problem in one UsageError, files that are not there, not readable or no files; `-` only once. */
export async function checkInputs(files: readonly string[]): Promise<void> {
  const problems: string[] = [];
  for (const file of files) {
    if (file === STDIN) continue;
    try {
      if ((await stat(file)).isDirectory()) problems.push(`${file}: is a folder`);
      else await access(file, constants.R_OK);
    } catch (error) {
      problems.push(`${file}: ${FILE_PROBLEMS[codeOf(error) ?? ""] ?? messageOf(error)}`);
    }
  }
  if (files.filter((file) => file === STDIN).length > 1) problems.push("-: standard input can be read only once");
  if (problems.length > 0) {
    throw new UsageError(`cannot read the input: ${problems.join("; ")}`, {
      hint: "--input takes NDJSON files, plain or gzip, or - for standard input.",
    });
  }
}

const FILE_PROBLEMS: Readonly<Record<string, string>> = {
  ENOENT: "no such file",
  ENOTDIR: "no such file",
  EACCES: "no permission to read it",
};

/**
 * Lines of the files, one file after the other, in batches; never a whole file in memory.
 * Gzip, several members in a row too, is told by its magic bytes, so names do not matter. Throws an InputError.
 */
export async function* readInput(
  files: readonly string[],
  options: ReadInputOptions,
): AsyncGenerator<InputBatch, void, void> {
  for (const file of files) {
    if (options.signal?.aborted === true) return;
    yield* readFile(file, options);
  }
}

async function* readFile(file: string, options: ReadInputOptions): AsyncGenerator<InputBatch, void, void> {
  const name = file === STDIN ? STDIN_NAME : file;
  const splitter = new LineSplitter(name, options.maxLineBytes);
  const source =
    file === STDIN ? (options.stdin ?? process.stdin) : createReadStream(file, { highWaterMark: READ_BYTES });
  // A read that waits for a quiet pipe ends only with its source.
  const stop = (): void => void source.destroy();
  options.signal?.addEventListener("abort", stop);
  try {
    for await (const chunk of unpackedBytes(source)) {
      const batch = splitter.push(chunk);
      if (batch.lines.length + batch.refused.length + batch.blank > 0) yield batch;
    }
    yield splitter.end();
  } catch (error) {
    if (options.signal?.aborted === true) return;
    throw new InputError(name, splitter.lineCount, GZIP_PROBLEMS[codeOf(error) ?? ""] ?? messageOf(error), error);
  } finally {
    options.signal?.removeEventListener("abort", stop);
    source.destroy();
  }
}

const GZIP_PROBLEMS: Readonly<Record<string, string>> = {
  Z_BUF_ERROR: "the gzip data end too early",
  Z_DATA_ERROR: "the gzip data are broken",
};
