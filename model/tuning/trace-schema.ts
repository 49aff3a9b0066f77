/** Checks a trace, as JSON or as CSV. Pure. */
import { z } from "zod";
import { WIRE_FORMATS } from "../cost/load.ts";
import { TRACE_FORMAT, TRACE_VERSION, type Trace } from "./trace.ts";

/** Minutes of 31 days: more is no trace to tune by, and would take long to simulate. */
export const MAX_MINUTES = 44_640;
const MAX_PROBLEMS = 10;

/** A text that is no trace: every problem with its place. */
export class TraceError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    const shown = problems.slice(0, MAX_PROBLEMS);
    const more = problems.length > shown.length ? [`and ${problems.length - shown.length} more`] : [];
    super([...shown, ...more].join("; "));
    this.name = "TraceError";
    this.problems = problems;
  }
}

const amount = z.number().nonnegative();
const column = z.array(amount.nullable());
const share = z.number().min(0).max(1);
const hashKey = z.string().regex(/^[0-9a-f]{32}$/, "must be 32 lower-case hex digits");

const shard = z.strictObject({
  id: z.string().min(1),
  startingHashKey: hashKey,
  endingHashKey: hashKey,
  records: column,
  bytes: column,
  throttled: column,
});

const backend = z.strictObject({
  name: z.string().min(1),
  iteratorAgeMs: column.optional(),
  invocations: column.optional(),
  durationMs: column.optional(),
  maxDurationMs: column.optional(),
  concurrency: column.optional(),
  throttledInvocations: column.optional(),
});

const keys = z.strictObject({
  sampledRecords: z.number().int().nonnegative(),
  distinctKeys: amount,
  shareError: share,
  heavy: z.array(z.strictObject({ key: z.string().min(1).max(256), hashKey, share })),
});

const schema = z
  .strictObject({
    format: z.literal(TRACE_FORMAT),
    version: z.literal(TRACE_VERSION, `must be ${TRACE_VERSION}: this Sluice reads no other version`),
    source: z.string(),
    startsAt: z.iso.datetime({ offset: true }),
    wireFormat: z.enum(WIRE_FORMATS),
    records: z.array(amount).min(1).max(MAX_MINUTES),
    bytes: z.array(amount),
    throttled: column.optional(),
    keys: keys.optional(),
    shards: z.array(shard).optional(),
    backends: z.array(backend).optional(),
  })
  .superRefine((trace, context) => {
    const minutes = trace.records.length;
    const refuse = (path: PropertyKey[], message: string): void => context.addIssue({ code: "custom", path, message });
    const sameLength = (path: PropertyKey[], values: readonly unknown[] | undefined): void => {
      if (values !== undefined && values.length !== minutes) {
        refuse(path, `has ${values.length} values, must have ${minutes} as records has`);
      }
    };
    sameLength(["bytes"], trace.bytes);
    sameLength(["throttled"], trace.throttled);
    for (const [list, entries] of Object.entries({ shards: trace.shards, backends: trace.backends })) {
      for (const [index, entry] of (entries ?? []).entries()) {
        for (const [name, value] of Object.entries(entry)) {
          if (Array.isArray(value)) sameLength([list, index, name], value);
        }
      }
    }
    const heavy = trace.keys?.heavy ?? [];
    const sum = heavy.reduce((total, key) => total + key.share, 0);
    // Each share may be too high by the error, so their sum may be above 1 by as much for each.
    if (sum > 1 + 1e-9 + heavy.length * (trace.keys?.shareError ?? 0)) {
      refuse(["keys", "heavy"], `shares add up to ${sum.toFixed(4)}, must not be above 1`);
    }
    if (heavy.some((key, index) => index > 0 && key.share > heavy[index - 1]!.share)) {
      refuse(["keys", "heavy"], "must fall by share");
    }
  });

const TYPES: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  int: "a whole number",
  array: "a list",
  object: "an object",
};

/** What is wrong with a member, after its name and a colon; `undefined` leaves it to the validator's own words. */
function wordsOf(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case "invalid_type":
      return issue.input === undefined ? "is missing" : `must be ${TYPES[issue.expected] ?? issue.expected}`;
    case "invalid_value":
      if (issue.input === undefined) return "is missing";
      return `must be ${issue.values.map((each) => JSON.stringify(each)).join(" or ")}`;
    case "too_small":
      return issue.origin === "number" ? `must be ${issue.minimum} or more` : "must not be empty";
    case "too_big":
      if (issue.origin === "array") return `must have ${issue.maximum} values or fewer`;
      return `must be ${issue.maximum}${issue.origin === "string" ? " characters" : ""} or less`;
    case "invalid_format":
      return issue.format === "datetime"
        ? "must be an ISO 8601 time with a zone, e.g. 2026-11-21T09:00:00Z"
        : undefined;
    case "unrecognized_keys":
      return `has what no trace has: ${issue.keys.join(", ")}`;
    default:
      return undefined;
  }
}

/** A trace from its JSON text. Throws a TraceError. */
export function parseTrace(text: string): Trace {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new TraceError([`no JSON: ${(error as Error).message}`]);
  }
  return checkTrace(value);
}

/** Takes a parsed value for a trace. Throws a TraceError. */
export function checkTrace(value: unknown): Trace {
  const result = schema.safeParse(value, { error: wordsOf });
  if (result.success) return result.data;
  throw new TraceError(result.error.issues.map(({ path, message }) => `${place(path)}: ${message}`));
}

function place(path: readonly PropertyKey[]): string {
  const text = path.map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`)).join("");
  return text === "" ? "the trace" : text.slice(1);
}
