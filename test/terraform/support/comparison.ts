/** The program and its export, side by side. */
import type { TerraformExport } from "../../../cli/terraform/export-stack.ts";
import type { FileArchive, Graph, GraphResource } from "../../../local/graph.ts";
import { addressOf, byAddress, evaluated, managed, pulumisTerms } from "./pulumis-terms.ts";

/** What stands for a function's code; a file and its hash in Terraform. */
const CODE = ["filename", "source_code_hash"];

/** A resource as the program declares it: properties, protection, and what it depends on. */
function asDeclared(resource: GraphResource, graph: Graph) {
  const { code, ...inputs } = resource.inputs as { code?: FileArchive };
  const dependencies = managed(graph).filter(({ urn }) => resource.dependencies.includes(urn));
  return { inputs, code: code?.files, protect: resource.protect, dependencies: dependencies.map(addressOf).sort() };
}

/** References in a resource's properties, by the address that they begin with. */
function referenced(value: unknown): string[] {
  if (typeof value === "string") return [...value.matchAll(/\$\{((?:aws|google)_\w+\.\w+)\./g)].map(([, to]) => to!);
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(referenced) : [];
}

/** All that the program declares, by Terraform's addresses. */
export function declaredSide(graph: Graph) {
  return Object.fromEntries(managed(graph).map((resource) => [addressOf(resource), asDeclared(resource, graph)]));
}

/** All that the export has, in Pulumi's terms, with references to what `graph`'s resources give. */
export function exportedSide({ main, archives }: TerraformExport, graph: Graph) {
  return Object.fromEntries(
    [...byAddress(main)].map(([address, { lifecycle, depends_on: dependsOn = [], ...properties }]) => {
      const own = Object.entries(properties).filter(([key]) => !CODE.includes(key));
      const type = address.split(".")[0]!;
      const filename = properties["filename"] as string | undefined;
      const resource = {
        inputs: evaluated(pulumisTerms(type, Object.fromEntries(own)), graph),
        code: filename && archives.get(filename.replace("${path.module}/", ""))!.files,
        protect: JSON.stringify(lifecycle) === '{"prevent_destroy":true}',
        dependencies: [...new Set([...(dependsOn as string[]), ...referenced(properties)])].sort(),
      };
      return [address, resource];
    }),
  );
}

/** The stack's outputs as the export gives them. */
export function exportedOutputs({ main }: TerraformExport, graph: Graph): unknown {
  const outputs = Object.fromEntries(Object.entries(main.output).map(([name, { value }]) => [name, value]));
  return evaluated(outputs, graph);
}
