/** What a program that fails says, in words that people can use. */
import { stripVTControlCharacters } from "node:util";
import type { Failure } from "../../preview/preview.ts";
import { CommandError } from "../errors.ts";

/** What of a program's own output an error shows. */
const SHOWN_LINES = 20;

const CONFIG_ERROR = "ConfigError: ";
const STACK_LINE = /^\s+at /;

/** A revision's program cannot be run for a stack. Its hint is all that is to be said. */
export class ProgramError extends CommandError {
  readonly failure: Failure;

  /** `said` is what the program's process wrote, or the text of a `ConfigError`. */
  constructor(message: string, said: string, options: { readonly cause?: unknown } = {}) {
    const { hint, failure } = readFailure(said);
    super(message, { ...options, hint });
    this.name = "ProgramError";
    this.failure = failure;
  }
}

/** Of a configuration that is refused only its problems, all of them; of anything else the first lines. No control characters but line breaks. */
export function readFailure(said: string): { readonly hint: string; readonly failure: Failure } {
  const lines = stripVTControlCharacters(said).trim().split(/\r?\n/);
  const start = lines.findIndex((line) => line.trimStart().startsWith(CONFIG_ERROR));
  if (start >= 0) {
    const [first, ...rest] = untilStack(lines.slice(start));
    const message = [first!.trimStart().slice(CONFIG_ERROR.length), ...rest].join("\n").trim();
    return { hint: message, failure: { problems: problemsOf(message) } };
  }
  const trace = lines.slice(0, SHOWN_LINES).join("\n");
  const what = untilStack(lines)
    .filter((line) => !/^Running program '.*' failed with an unhandled exception:$/.test(line))
    .join(" ");
  return { hint: trace, failure: { problems: [{ what: oneLine(what) }], trace } };
}

/** Lines before the first of a call stack. */
function untilStack(lines: readonly string[]): readonly string[] {
  const end = lines.findIndex((line) => STACK_LINE.test(line));
  return end < 0 ? lines : lines.slice(0, end);
}

/** infra/config/error.ts: a sentence, and a paragraph for each problem: the field, and value, rule and fix below it. */
function problemsOf(message: string): Failure["problems"] {
  const [sentence, ...paragraphs] = message.split(/\n\s*\n/);
  if (paragraphs.length === 0) return [{ what: oneLine(sentence!) }];
  const file = /^(\S+\.yaml) has /.exec(sentence!)?.[1] ?? "file";
  return paragraphs.map((paragraph) => {
    const [field, ...rest] = paragraph.trim().split("\n");
    return { where: field === "file" ? file : field!, what: rest.map(oneLine).join("; ") };
  });
}

function oneLine(text: string): string {
  return text.trim().replace(/\s+/g, " ");
}
