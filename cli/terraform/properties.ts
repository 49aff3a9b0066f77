/** Pulumi's properties in Terraform's form. */
import { attributeName } from "./addresses.ts";
import { mapTexts, template } from "./references.ts";
import type { ProviderType } from "./resource-types.ts";

/** JSON data of Terraform's configuration. */
export type Properties = Record<string, unknown>;

/**
 * Inputs in Terraform's names, texts as templates. Blocks and attributes look alike in Terraform's JSON, so no schema is asked;
 * nothing is left out. https://developer.hashicorp.com/terraform/language/syntax/json
 */
export function terraformProperties(type: ProviderType, inputs: Readonly<Record<string, unknown>>): Properties {
  return inObject(type, inputs, "");
}

function inObject(type: ProviderType, value: object, prefix: string): Properties {
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, inner]) => {
        const path = prefix + key;
        return [attributeName(type, path), inValue(type, inner, path)] as const;
      })
      .sort(([one], [other]) => (one < other ? -1 : 1)),
  );
}

function inValue(type: ProviderType, value: unknown, path: string): unknown {
  if (type.maps?.includes(path)) return mapTexts(value, template);
  if (typeof value === "string") return template(value);
  if (Array.isArray(value)) return value.map((item) => inValue(type, item, path));
  if (typeof value === "object" && value !== null) return inObject(type, value, `${path}.`);
  return value;
}
