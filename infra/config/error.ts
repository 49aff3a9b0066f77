/** Problems of a stack's configuration: all of them at once, each with what to do. */

/** One problem. All texts are complete without the others. */
export interface ConfigProblem {
  /** Where, as written in the stack file: `sluice:backends.archive.memoryMb`. */
  readonly field: string;
  /** What stands there, as JSON, or words in brackets: `(missing)`. */
  readonly value: string;
  /** What holds for the field. */
  readonly rule: string;
  /** What to write or run. */
  readonly fix: string;
}

const MAX_VALUE_LENGTH = 120;

/** A value for a problem: JSON, cut at 120 characters. */
export function showValue(value: unknown): string {
  if (value === undefined) return "(missing)";
  let text: string;
  try {
    text = JSON.stringify(value);
  } catch {
    return "(nested too deeply to show)";
  }
  return text.length <= MAX_VALUE_LENGTH ? text : `${text.slice(0, MAX_VALUE_LENGTH)}…`;
}

function showProblem(problem: ConfigProblem): string {
  return [
    `  ${problem.field}`,
    `    value: ${problem.value}`,
    `    rule:  ${problem.rule}`,
    `    fix:   ${problem.fix}`,
  ].join("\n");
}

/** A configuration that cannot be used. The message lists every problem: field, value, rule and fix. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly problems: readonly ConfigProblem[];

  /** `subject` is what has the problems, e.g. `The configuration of stack "dev"`. */
  constructor(subject: string, problems: readonly ConfigProblem[]) {
    const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
    super([`${subject} has ${count}.`, ...problems.map(showProblem)].join("\n\n"));
    this.problems = problems;
  }
}
