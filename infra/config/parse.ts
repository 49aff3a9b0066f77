/** From Pulumi's flat map of texts to the written configuration: one schema check that survives its own findings. */
import type { z } from "zod";
import { ConfigError, type ConfigProblem, showValue } from "./error.ts";
import type { FieldInfo } from "./fields.ts";
import { nearestName } from "./nearest.ts";
import { SCHEMA, type WrittenConfig } from "./schema.ts";
import { childOf, container, infoAt, settingsAt } from "./walk.ts";

/** The namespace of all settings, whatever the project is called. */
export const NAMESPACE = "sluice";

/** Settings of Pulumi's engine itself, which pass through the program's configuration. */
const ENGINE_KEYS = ["pulumi:autonaming", "pulumi:disable-default-providers", "pulumi:tags"];

type Path = readonly PropertyKey[];

/** What a stack file says, as far as it could be read. */
export interface Parsed {
  /** Complete: fields with a problem hold a legal stand-in. */
  readonly written: WrittenConfig;
  readonly problems: readonly ConfigProblem[];
  /** Whether a field, or what it is part of, or a part of it, had a problem: then nothing can be said of it together with others. */
  isBroken(field: string): boolean;
}

/** `["backends", "archive", "grants", 0]` as `sluice:backends.archive.grants[0]`. */
function formatPath(path: Path): string {
  const [first, ...rest] = path;
  return `${NAMESPACE}:${String(first)}${rest.map((key) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`)).join("")}`;
}

function valueAt(root: unknown, path: Path): unknown {
  let value = root;
  for (const key of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<PropertyKey, unknown>)[key];
  }
  return value;
}

/** Sets or, with `undefined`, removes a value; sections on the way that were left out are made. */
function setAt(root: Record<PropertyKey, unknown>, path: Path, value: unknown): void {
  let parent = root;
  for (const key of path.slice(0, -1)) parent = (parent[key] ??= {}) as Record<PropertyKey, unknown>;
  const key = path[path.length - 1]!;
  if (value === undefined) delete parent[key];
  else parent[key] = value;
}

/** A text of Pulumi's map: JSON where it is, otherwise itself. */
function parseValue(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

function foreignKeyProblem(key: string, value: string, project: string): ConfigProblem {
  const name = key.slice(key.indexOf(":") + 1);
  const base = { field: key, value: showValue(value) };
  if (/^(?:aws|gcp|google|google-native|aws-native):/.test(key)) {
    return {
      ...base,
      rule: "providers take nothing from the stack's configuration",
      fix: `remove it: the program makes its own providers from ${NAMESPACE}:aws and ${NAMESPACE}:google`,
    };
  }
  if (key.startsWith(`${project}:`) && Object.hasOwn(SCHEMA.shape, name)) {
    return { ...base, rule: `all settings are under ${NAMESPACE}:`, fix: `write it as ${NAMESPACE}:${name}` };
  }
  return { ...base, rule: `only settings under ${NAMESPACE}: are read`, fix: "remove it" };
}

function unknownKeyProblem(path: Path, value: unknown, known: readonly string[]): ConfigProblem {
  const key = String(path[path.length - 1]);
  const nearest = nearestName(key, known);
  const field = formatPath(path);
  const dotted = path.length === 1 && /[.[]/.test(key) && known.includes(key.split(/[.[]/)[0]!);
  return {
    field,
    value: showValue(value),
    rule: `a known setting: ${known.join(", ")}`,
    fix: dotted
      ? `remove it, and set the part with: pulumi config set --path '${field}' <value>`
      : nearest === undefined
        ? "remove it"
        : `did you mean ${nearest}?`,
  };
}

function valueProblem(path: Path, value: unknown, info: FieldInfo, infoPath: Path): ConfigProblem {
  const key = infoPath[infoPath.length - 1];
  const write = `write for example ${String(key)}: ${JSON.stringify(info.example)}`;
  return {
    field: formatPath(path),
    value: info.hidden === true && value !== undefined ? "(hidden)" : showValue(value),
    rule: info.rule,
    fix:
      info.type === "section"
        ? "write its settings below it, indented"
        : info.default === undefined
          ? write
          : `${write}, or leave it out (default: ${info.default.replaceAll("`", "")})`,
  };
}

function nameProblem(path: Path, map: FieldInfo): ConfigProblem {
  const name = path[path.length - 1];
  const rule = `a name of ${map.names}`;
  return { field: formatPath(path), value: showValue(name), rule, fix: "rename the entry, or remove it" };
}

/** A default, or an example, that the program's own rule refuses: for whoever changes the program, no stack file can help. */
function illegalStandIn(path: Path, issue: z.core.$ZodIssue, info: FieldInfo): ConfigError {
  const kind = info.default === undefined ? "example" : "default";
  return new ConfigError(`Sluice's own ${kind} for ${formatPath(path)}`, [
    {
      field: formatPath(issue.path),
      value: showValue(info.example),
      rule: info.rule,
      fix: `correct the ${kind} or the rule, in infra/config/schema.ts or where it takes them from (contract/)`,
    },
  ]);
}

/** Entries called `__proto__`, which zod passes over in maps. */
function prototypeEntries(root: unknown, schema: z.ZodType, path: Path): Path[] {
  const value = valueAt(root, path);
  if (typeof value !== "object" || value === null) return [];
  return Object.keys(value).flatMap((key) => {
    if (key === "__proto__") return container(schema).type === "record" ? [[...path, key]] : [];
    const child = childOf(schema, key);
    return child === undefined ? [] : prototypeEntries(root, child, [...path, key]);
  });
}

/** What is written in each known section; keys of no section are problems. */
function readSections(values: Readonly<Record<string, string>>, project: string) {
  const problems = new Map<string, ConfigProblem>();
  const root: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(values)) {
    const name = key.startsWith(`${NAMESPACE}:`) ? key.slice(NAMESPACE.length + 1) : undefined;
    if (name === undefined) {
      if (!ENGINE_KEYS.includes(key)) problems.set(key, foreignKeyProblem(key, value, project));
    } else if (Object.hasOwn(SCHEMA.shape, name)) {
      root[name] = parseValue(value);
    } else {
      problems.set(key, unknownKeyProblem([name], parseValue(value), Object.keys(SCHEMA.shape)));
    }
  }
  return { root, problems };
}

/**
 * Reads and checks all values. Never throws for anything that stands in them: what is wrong is noted, replaced by a legal
 * stand-in, and checked again, until the whole is legal. Only the first round's findings are the user's. Each field is replaced in one
 * round at most; a default or an example that is itself refused is the program's error: a `ConfigError` that names it.
 */
export function parseValues(values: Readonly<Record<string, string>>, project: string): Parsed {
  const { root, problems } = readSections(values, project);
  const brokenPaths: string[] = [];
  const replacedIn = new Map<string, number>();
  const note = (path: Path, problem: ConfigProblem, isFirstRound: boolean) => {
    brokenPaths.push(formatPath(path));
    if (isFirstRound && !problems.has(problem.field)) problems.set(problem.field, problem);
  };
  const removeEntry = (path: Path, isFirstRound: boolean) => {
    note(path, nameProblem(path, infoAt(path.slice(0, -1)).info), isFirstRound);
    setAt(root, path, undefined);
  };
  const repair = (issue: z.core.$ZodIssue, round: number) => {
    const isFirstRound = round === 0;
    if (issue.code === "unrecognized_keys") {
      const known = settingsAt(issue.path);
      for (const key of issue.keys) {
        const path = [...issue.path, key];
        note(path, unknownKeyProblem(path, valueAt(root, path), known), isFirstRound);
        setAt(root, path, undefined);
      }
      return;
    }
    if (issue.code === "invalid_key") return removeEntry(issue.path, isFirstRound);
    const { info, path } = infoAt(issue.path);
    const field = formatPath(path);
    const isDefault = info.default !== undefined && valueAt(root, path) === undefined;
    if (isDefault || (replacedIn.get(field) ?? round) < round) throw illegalStandIn(path, issue, info);
    replacedIn.set(field, round);
    note(issue.path, valueProblem(issue.path, valueAt(root, issue.path), info, path), isFirstRound);
    setAt(root, path, structuredClone(info.example));
  };

  for (const path of prototypeEntries(root, SCHEMA, [])) removeEntry(path, true);
  for (let round = 0; ; round++) {
    const result = SCHEMA.safeParse(root);
    if (result.success) {
      const isBroken = (field: string) =>
        brokenPaths.some((broken) => isWithin(broken, field) || isWithin(field, broken));
      return { written: result.data, problems: [...problems.values()], isBroken };
    }
    for (const issue of result.error.issues) repair(issue, round);
  }
}

function isWithin(inner: string, outer: string): boolean {
  return inner === outer || (inner.startsWith(outer) && /[.[]/.test(inner[outer.length]!));
}
