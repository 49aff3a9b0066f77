/** How a resource of the program is called in Terraform, and what it answers there. */
import type { Answers } from "../../local/graph-collector.ts";
import { reference } from "./references.ts";
import { PROVIDER_TYPES, RESOURCE_TYPES } from "./resource-types.ts";
import type { ProviderType } from "./resource-types.ts";

/**
 * Terraform's name for a logical name: it follows from the logical name alone, so it stays between runs. Two logical names that
 * differ only in `-`, `_` and the like would meet; the export refuses them.
 */
export function localName(logicalName: string): string {
  return logicalName.replaceAll(/[^A-Za-z0-9_]/g, "_").replace(/^(?=\d)/, "_");
}

/** Terraform's name for one of Pulumi's properties, given by its dotted path. */
export function attributeName(type: ProviderType, path: string): string {
  const name = path.slice(path.lastIndexOf(".") + 1);
  return type.renames?.[path] ?? name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/**
 * Answers for the clouds with references: what a resource gives, whether it was put in or the provider computes it, is
 * Terraform's to fill in. Whatever the program makes of such an output then links the two resources.
 */
export const terraformAnswers: Answers = (type, name, inputs) => {
  if (type in PROVIDER_TYPES) return { id: name };
  const known = RESOURCE_TYPES[type];
  if (known === undefined) return undefined;
  const address = `${known.type}.${localName(name)}`;
  const texts = Object.keys(inputs).filter((key) => typeof inputs[key] === "string");
  const outputs = [...texts, ...(known.computed ?? [])].map((key) => [
    key,
    reference(`${address}.${attributeName(known, key)}`),
  ]);
  return { ...(Object.fromEntries(outputs) as Record<string, string>), id: reference(`${address}.id`) };
};
