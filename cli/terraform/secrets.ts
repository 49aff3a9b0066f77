/** Secrets of the program as Terraform's sensitive variables: no file of the export holds their values. */
import type { GraphResource } from "../../local/graph.ts";
import { localName } from "./addresses.ts";
import type { Properties } from "./properties.ts";
import { reference } from "./references.ts";

/** Inputs with a reference in the place of each secret, and the variables that these refer to, by name. */
export interface WithoutSecrets {
  readonly inputs: GraphResource["inputs"];
  readonly variables: Readonly<Record<string, Properties>>;
}

/** Takes the secrets out of a resource's inputs. */
export function withoutSecrets({ type, name, inputs, secrets = [] }: GraphResource): WithoutSecrets {
  const variables: Record<string, Properties> = {};
  const copy = structuredClone(inputs) as Record<string, unknown>;
  for (const path of secrets) {
    const variable = localName([name, ...path].join("_"));
    const description = `Secret input ${path.join(".")} of ${name} (${type}).`;
    const isText = typeof put(copy, path, reference(`var.${variable}`)) === "string";
    variables[variable] = { type: isText ? "string" : "any", sensitive: true, description };
  }
  return { inputs: copy, variables };
}

/** Puts a value where the path leads and gives what stood there. */
function put(root: Record<string, unknown>, path: readonly string[], value: unknown): unknown {
  const last = path.at(-1)!;
  const parent = path.slice(0, -1).reduce((node, key) => node[key] as Record<string, unknown>, root);
  const before = parent[last];
  parent[last] = value;
  return before;
}
