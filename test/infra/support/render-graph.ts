/** A graph as reviewed JSON: names instead of URNs, policies and schemas as structures, SQL by line, code left out. */
import type { Graph, GraphResource } from "../../../local/graph.ts";

/** JSON data. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** The graph's resources, by type and name, and the stack's outputs. */
export function renderGraph(graph: Graph): Json {
  const resources = graph.resources.map((resource) => [`${resource.type} ${resource.name}`, renderResource(resource)]);
  resources.sort(([one], [other]) => (one! < other! ? -1 : 1));
  return JSON.parse(JSON.stringify({ outputs: graph.outputs, resources: Object.fromEntries(resources) })) as Json;
}

function renderResource(resource: GraphResource) {
  const isProvider = resource.type.startsWith("pulumi:providers:");
  const inputs = Object.fromEntries(
    Object.entries(resource.inputs)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([key, value]) => [key, isProvider ? settingOf(value) : renderInput(key, value)]),
  );
  return {
    ...(resource.parent !== undefined && { parent: nameOf(resource.parent) }),
    ...(resource.provider !== undefined && { provider: nameOf(resource.provider.split("::").slice(0, -1).join("::")) }),
    ...(resource.protect && { protect: true }),
    ...(resource.deleteBeforeReplace && { deleteBeforeReplace: true }),
    ...(resource.remote && { remote: true }),
    ...(resource.aliases.length > 0 && { aliases: resource.aliases }),
    ...(resource.dependencies.length > 0 && { dependencies: resource.dependencies.map(nameOf).sort() }),
    ...(Object.keys(inputs).length > 0 && { inputs }),
  };
}

function nameOf(urn: string): string {
  return urn.split("::").at(-1)!;
}

/** Inputs that hold a document as text. */
const DOCUMENTS = ["policy", "assumeRolePolicy", "schema"];

function renderInput(key: string, value: unknown): unknown {
  if (key === "code") return Object.keys((value as { files: object }).files);
  if (DOCUMENTS.includes(key) && typeof value === "string") return JSON.parse(value) as unknown;
  if (key === "definitionBody") return (value as string).split("\n");
  if (key === "view") return { ...(value as object), query: (value as { query: string }).query.split("\n") };
  return value;
}

/** A provider's setting: Pulumi hands structures to providers as JSON text. */
export function settingOf(value: unknown): unknown {
  return typeof value === "string" && /^[[{]/.test(value) ? (JSON.parse(value) as unknown) : value;
}
