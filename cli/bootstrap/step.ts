/** A step of a bootstrap: commands of the cloud's own tool, and one that tells whether they are needed. Pure. */

/** One call of a cloud's command-line tool. */
export interface Command {
  readonly program: "aws" | "gcloud";
  readonly args: readonly string[];
  /** Name of a variable that takes its output; later arguments may hold `$NAME`. */
  readonly captures?: string;
}

/** Something that an account needs once. Its commands may be run again at any time: only those that are needed are. */
export interface Step {
  readonly title: string;
  /** Ends well if the thing is there; its output says in what state. */
  readonly check: Command;
  /** What the tool says on standard error when the thing is not there. Anything else is a fault. */
  readonly absent: RegExp;
  /** Whether it is as it should be, by the check's output. */
  isDone(output: string): boolean;
  /** Run when it is not there. */
  readonly create: readonly Command[];
  /** Run when it is there and otherwise; the same as `create` unless given. */
  readonly change?: readonly Command[];
}

/** A whole bootstrap. */
export interface Plan {
  /** What must hold before anything is looked at: that the tool is logged in where the stack is. */
  readonly guard: { readonly command: Command; readonly expected: string; readonly what: string };
  readonly steps: readonly Step[];
  /** What is left to be done by hand, as lines. */
  readonly afterwards: readonly string[];
}

/** Whether two JSON texts say the same, whatever the order of keys; a text that is no JSON says nothing. */
export function sameJson(one: string, other: unknown): boolean {
  try {
    return canonical(JSON.parse(one)) === canonical(other);
  } catch {
    return false;
  }
}

/** Clouds give lists of one element as the element, and lists in an order of their own. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) {
    const items = value.map(canonical).sort();
    return items.length === 1 ? items[0]! : `[${items.join()}]`;
  }
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`);
  return `{${entries.sort().join()}}`;
}

/** A command as a line for a POSIX shell. */
export function shellLine({ program, args, captures }: Command): string {
  const line = [program, ...args.map(quoted)].join(" ");
  return captures === undefined ? line : `${captures}="$(${line})"`;
}

function quoted(arg: string): string {
  if (/^\$[A-Z_]+$/.test(arg)) return `"${arg}"`;
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(arg) ? arg : `'${arg.replaceAll("'", String.raw`'\''`)}'`;
}

/** The whole plan as a script to read; it stops in the wrong account, and its lines are for an account that has nothing of it yet. */
export function script({ guard, steps, afterwards }: Plan): string {
  const lines = [
    "# What is there already is to be left out by hand; without --dry-run each step is looked for first.",
    "set -eu",
    `# ${guard.what}: this must be ${guard.expected}.`,
    `[ "$(${shellLine(guard.command)})" = ${quoted(guard.expected)} ]`,
    "",
  ];
  for (const [index, { title, check, create, change }] of steps.entries()) {
    lines.push(`# ${index + 1}. ${title}`, `# Is it there? ${shellLine(check)}`);
    if (change !== undefined) lines.push("# If not:");
    lines.push(...create.map(shellLine));
    if (change !== undefined) lines.push("# If it is, but otherwise:", ...change.map((one) => `# ${shellLine(one)}`));
    lines.push("");
  }
  return [...lines, ...afterwards.map((line) => `# ${line}`.trimEnd()), ""].join("\n");
}
