/** The real providers' schemas, and what of a configuration they refuse. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { TerraformConfiguration } from "../../../cli/terraform/export-stack.ts";

/** `string`, or a collection of one: `["set", "string"]`. */
type ValueType = string | readonly [string, ValueType];

/** Whether it is given, and what it is: `["optional+computed", "string"]`. */
type Attribute = readonly [string, ValueType, ...string[]];

/** Attributes and blocks of a type or of a block. */
export interface Body {
  readonly attributes?: Readonly<Record<string, Attribute>>;
  readonly blocks?: Readonly<
    Record<string, Body & { readonly nesting: string; readonly min?: number; readonly max?: number }>
  >;
}

/** Schemas of hashicorp/aws 5.100.0 and hashicorp/google 7.45.0, by type. */
export const SCHEMAS: Readonly<Record<string, Body>> = (
  JSON.parse(gunzipSync(readFileSync(join(__dirname, "../../fixtures/terraform-schema.json.gz"))).toString()) as {
    resources: Record<string, Body>;
  }
).resources;

/** Arguments that Terraform itself takes in every resource. */
const META_ARGUMENTS = ["depends_on", "lifecycle"];

/** What of the resources does not conform, one line each; `more` has attributes that a later provider has. */
export function violations({ resource }: TerraformConfiguration, more: Readonly<Record<string, Body>> = {}): string[] {
  return Object.entries(resource).flatMap(([type, named]) =>
    Object.entries(named).flatMap(([name, properties]) => {
      const schema = SCHEMAS[type];
      if (schema === undefined) return [`${type} is not known`];
      const body = { ...schema, attributes: { ...schema.attributes, ...more[type]?.attributes } };
      const own = Object.entries(properties).filter(([key]) => !META_ARGUMENTS.includes(key));
      const references = [
        properties,
        ...((properties["depends_on"] as string[] | undefined) ?? []).map((to) => `\${${to}.id}`),
      ];
      return [
        ...inBody(body, Object.fromEntries(own)).map((problem) => `${type}.${name}: ${problem}`),
        ...references.flatMap(expressions).flatMap((expression) => danglingReference(expression, resource)),
      ];
    }),
  );
}

function inBody({ attributes = {}, blocks = {} }: Body, properties: Readonly<Record<string, unknown>>): string[] {
  const required = Object.entries(attributes).filter(([, [given]]) => given === "required");
  const neededBlocks = Object.entries(blocks).filter(([, { min = 0 }]) => min > 0);
  return [
    ...[...required, ...neededBlocks].flatMap(([key]) => (key in properties ? [] : [`${key} is required`])),
    ...Object.entries(properties).flatMap(([key, value]) => {
      const [attribute, block] = [attributes[key], blocks[key]];
      if (attribute !== undefined) return ofAttribute(attribute, value).map((problem) => `${key} ${problem}`);
      if (block === undefined) return [`${key} is not known`];
      const many = Array.isArray(value) ? (value as unknown[]) : [value];
      if (block.max !== undefined && many.length > block.max) return [`${key} stands more than ${block.max} times`];
      return many.flatMap((one) =>
        typeof one === "object" && one !== null
          ? inBody(block, one as Record<string, unknown>).map((problem) => `${key}.${problem}`)
          : [`${key} is a block`],
      );
    }),
  ];
}

function ofAttribute([given, type]: Attribute, value: unknown): string[] {
  if (given === "computed") return ["is the provider's alone"];
  return isOf(type, value) ? [] : [`is no ${JSON.stringify(type)}: ${JSON.stringify(value)}`];
}

function isOf(type: ValueType, value: unknown): boolean {
  if (typeof type === "string") {
    // What an interpolation comes to is not known here.
    if (typeof value === "string" && value.includes("${")) return true;
    return typeof value === { string: "string", number: "number", bool: "boolean" }[type];
  }
  const [collection, inner] = type;
  if (collection === "map") {
    return (
      typeof value === "object" &&
      value !== null &&
      !Array.isArray(value) &&
      Object.values(value).every((item) => isOf(inner, item))
    );
  }
  return Array.isArray(value) && value.every((item) => isOf(inner, item));
}

const EXPRESSION = /(?<!\$)\$\{([^}]*)\}/g;

function expressions(value: unknown): string[] {
  if (typeof value === "string") return [...value.matchAll(EXPRESSION)].map(([, expression]) => expression!);
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(expressions);
}

/** A reference to what is not declared, or to an attribute that its type has not. */
function danglingReference(expression: string, resource: TerraformConfiguration["resource"]): string[] {
  if (/^(?:path\.module|filebase64sha256\(|var\.|")/.test(expression)) return [];
  const [type, name, attribute] = expression.split(".");
  const isThere = resource[type!]?.[name!] !== undefined && attribute! in (SCHEMAS[type!]?.attributes ?? {});
  return isThere ? [] : [`${expression} refers to nothing`];
}
