/**
 * Building blocks of the configuration's schema: each field carries, beside its zod schema, what messages and the
 * documentation say about it. One source for validation, error texts and docs/configuration.md.
 */
import { z } from "zod";

/** What is said about a field. */
export interface FieldInfo {
  /** Type, in a user's words. */
  readonly type: string;
  /** What holds for the value, as it stands in messages and in the table. */
  readonly rule: string;
  /** What the field is for: one sentence or two. */
  readonly meaning: string;
  /** Default as the table shows it; `undefined` for a required field. */
  readonly default: string | undefined;
  /** A legal value, as it would be written. */
  readonly example: unknown;
  /** For a map: what holds for the names of its entries. */
  readonly names?: string;
  /** Values are not shown in messages. */
  readonly hidden?: boolean;
}

/** Which field a schema is. */
export const FIELDS = z.registry<FieldInfo>();

function describe<S extends z.ZodType>(schema: S, info: FieldInfo): S {
  FIELDS.add(schema, info);
  return schema;
}

/** A rule with its schema: what values a field takes. */
export interface Kind<S extends z.ZodType> {
  readonly schema: S;
  readonly type: string;
  readonly rule: string;
  /** For a map: what holds for the names of its entries. */
  readonly names?: string;
}

/** `12345` as `12,345`. */
export function grouped(value: number): string {
  return value.toLocaleString("en-US");
}

/** A whole number in a closed range. */
export function wholeNumber(minimum: number, maximum: number): Kind<z.ZodInt> {
  return {
    schema: z.int().min(minimum).max(maximum),
    type: "whole number",
    rule: `a whole number from ${grouped(minimum)} to ${grouped(maximum)}`,
  };
}

/** A whole number in a closed range, or the word `never`, which gives `undefined`. */
export function wholeNumberOrNever(minimum: number, maximum: number) {
  return {
    schema: z
      .union([z.int().min(minimum).max(maximum), z.literal("never")])
      .transform((value) => (value === "never" ? undefined : value)),
    type: "whole number or `never`",
    rule: `a whole number from ${grouped(minimum)} to ${grouped(maximum)}, or never`,
  };
}

/** A text of a form that `rule` describes. */
export function text(pattern: RegExp, rule: string): Kind<z.ZodString> {
  return { schema: z.string().regex(pattern), type: "text", rule };
}

/** `true` or `false`. */
export const flag: Kind<z.ZodBoolean> = { schema: z.boolean(), type: "true or false", rule: "true or false" };

/** One of a closed list of words. */
export function oneOf<const T extends readonly [string, ...string[]]>(
  values: T,
): Kind<z.ZodEnum<{ [K in T[number]]: K }>> {
  return { schema: z.enum(values), type: "word", rule: `one of ${values.join(", ")}` };
}

/** A list of distinct values. `items` names them in the rule: `of grants`. */
export function listOf<S extends z.ZodType>(item: Kind<S>, minimum: number, maximum: number): Kind<z.ZodArray<S>> {
  const schema = z
    .array(item.schema)
    .min(minimum)
    .max(maximum)
    .refine((values) => new Set(values).size === values.length);
  const count = minimum === 0 ? `at most ${maximum}` : `${minimum} to ${maximum}`;
  return { schema, type: "list", rule: `a list of ${count}, no two the same, each ${item.rule}` };
}

function said<S extends z.ZodType>({ type, rule, names }: Kind<S>) {
  return { type, rule, names };
}

/** A field that every stack file must hold. */
export function required<S extends z.ZodType>(kind: Kind<S>, example: z.input<S>, meaning: string): S {
  return describe(kind.schema.clone(), { ...said(kind), meaning, default: undefined, example });
}

/** A field with a default, written as in a stack file. */
export function optional<S extends z.ZodType>(
  kind: Kind<S>,
  defaultValue: z.input<S>,
  meaning: string,
  more: { hidden?: boolean } = {},
): z.ZodPrefault<S> {
  return describe(z.prefault(kind.schema, defaultValue), {
    ...said(kind),
    meaning,
    default: `\`${typeof defaultValue === "string" ? defaultValue || '""' : JSON.stringify(defaultValue)}\``,
    example: defaultValue,
    ...more,
  });
}

/** A field whose default follows other fields: the resolver fills it in. `defaultText` says how. */
export function derived<S extends z.ZodType>(
  kind: Kind<S>,
  defaultText: string,
  example: z.input<S>,
  meaning: string,
): z.ZodOptional<S> {
  return describe(z.optional(kind.schema), {
    ...said(kind),
    meaning,
    default: defaultText,
    example,
  });
}

/** A group of fields; keys that it does not know are errors. */
export function section<T extends z.ZodRawShape>(shape: T, meaning: string) {
  return describe(z.strictObject(shape), {
    type: "section",
    rule: `a section with the settings ${Object.keys(shape).join(", ")}`,
    meaning,
    default: undefined,
    example: {},
  });
}

/** A section that may be left out: its fields then have their defaults, or are missing one by one. */
export function standingSection<T extends z.ZodRawShape>(shape: T, meaning: string) {
  const inner = section(shape, meaning);
  return z.prefault(inner, {} as z.input<typeof inner>);
}
