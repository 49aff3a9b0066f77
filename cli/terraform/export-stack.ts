/** A resource graph as Terraform configuration: pure, files and program apart. */
import type { FileArchive, Graph, GraphResource } from "../../local/graph.ts";
import { unknownPaths } from "../../local/pulumi-values.ts";
import { localName } from "./addresses.ts";
import type { Properties } from "./properties.ts";
import { terraformProperties } from "./properties.ts";
import { allReferences, mapTexts, template } from "./references.ts";
import { PROVIDER_TYPES, RESOURCE_TYPES } from "./resource-types.ts";
import { withoutSecrets } from "./secrets.ts";
import { AWS_VERSIONS, substitute } from "./substitutions.ts";
import type { AwsProvider } from "./substitutions.ts";

/** What the files of an export hold. */
export interface TerraformExport {
  /** `main.tf.json` */
  readonly main: TerraformConfiguration;
  /** `versions.tf.json` */
  readonly versions: Properties;
  /** What each zip file holds, by the file's name. */
  readonly archives: ReadonlyMap<string, FileArchive>;
  /** Terraform's address of each resource, by URN. */
  readonly addresses: ReadonlyMap<string, string>;
  /** What an older provider lacks and was therefore changed, one line each. */
  readonly changes: readonly string[];
}

/** Properties by name, by type. */
type ByType = Readonly<Record<string, Readonly<Record<string, Properties>>>>;

/** Terraform's sections that an export uses. */
export interface TerraformConfiguration {
  readonly provider: Readonly<Record<string, Properties>>;
  readonly resource: ByType;
  readonly output: Readonly<Record<string, Properties>>;
  readonly variable?: Readonly<Record<string, Properties>>;
}

/** Import blocks came with 1.5. */
const TERRAFORM_VERSION = ">= 1.5";
const GOOGLE_VERSION = "~> 7.45";

/**
 * Exports a graph whose outputs are references ({@link terraformAnswers}). Throws an error that names what cannot be exported:
 * nothing is left out in silence.
 */
export function exportStack(graph: Graph, awsProvider: AwsProvider): TerraformExport {
  const provider = providersOf(graph);
  const resources = graph.resources.filter((resource) => isManaged(resource));
  const addresses = addressesOf(resources);
  const resource: Record<string, Record<string, Properties>> = {};
  const variable: Record<string, Properties> = {};
  const archives = new Map<string, FileArchive>();
  const changes: string[] = [];
  for (const declared of resources.toSorted((one, other) =>
    addresses.get(one.urn)! < addresses.get(other.urn)! ? -1 : 1,
  )) {
    const { type } = RESOURCE_TYPES[declared.type]!;
    const name = localName(declared.name);
    const { inputs, variables } = withoutSecrets(declared);
    Object.assign(variable, variables);
    const { code, plain } = codeApart(inputs);
    if (code !== undefined) archives.set(zipName(declared), code);
    const properties = {
      ...terraformProperties(RESOURCE_TYPES[declared.type]!, plain),
      ...(code !== undefined && zipProperties(declared)),
    };
    const result =
      awsProvider === "5" ? substitute({ type, name, properties }, provider["aws"] ?? {}) : { properties, changes: [] };
    changes.push(...result.changes);
    (resource[type] ??= {})[name] = { ...result.properties, ...metaArguments(declared, graph, addresses) };
  }
  const output = outputsOf(graph);
  const main = { provider, ...(Object.keys(variable).length > 0 && { variable }), resource, output };
  return { main, versions: versionsOf(awsProvider), archives, addresses, changes };
}

/** The name of a function's zip file. */
function zipName({ name }: GraphResource): string {
  return `${name}.zip`;
}

/** The file, and a hash by which Terraform sees that it has changed. */
function zipProperties(declared: GraphResource): Properties {
  const path = `\${path.module}/${zipName(declared)}`;
  return { filename: path, source_code_hash: `\${filebase64sha256("${path}")}` };
}

function codeApart(inputs: GraphResource["inputs"]): { code?: FileArchive; plain: GraphResource["inputs"] } {
  const { code, ...plain } = inputs;
  return code === undefined ? { plain } : { code: code as FileArchive, plain };
}

/** What Pulumi calls options: protection, and dependencies that no property shows. */
function metaArguments(declared: GraphResource, graph: Graph, addresses: ReadonlyMap<string, string>): Properties {
  const shown = new Set(
    allReferences(declared.inputs).map((expression) => expression.split(".").slice(0, 2).join(".")),
  );
  const dependsOn = [...new Set(declared.dependencies.flatMap((urn) => addressesUnder(urn, graph, addresses)))]
    .filter((address) => !shown.has(address))
    .sort();
  return {
    ...lifecycle(declared),
    ...(dependsOn.length > 0 && { depends_on: dependsOn }),
  };
}

function lifecycle({ protect, ignoreChanges = [] }: GraphResource): Properties {
  if (!protect && ignoreChanges.length === 0) return {};
  const ignored = ignoreChanges.map((input) => input.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`));
  return {
    lifecycle: { ...(protect && { prevent_destroy: true }), ...(ignored.length > 0 && { ignore_changes: ignored }) },
  };
}

/** Address of a resource, or those of all that a component holds. */
function addressesUnder(urn: string, graph: Graph, addresses: ReadonlyMap<string, string>): readonly string[] {
  const address = addresses.get(urn);
  if (address !== undefined) return [address];
  return graph.resources
    .filter(({ parent }) => parent === urn)
    .flatMap((child) => addressesUnder(child.urn, graph, addresses));
}

/** Whether Terraform is to manage it. Throws where it could not be managed as it is declared. */
function isManaged({ type, name, custom, remote, provider, retainOnDelete, aliases }: GraphResource): boolean {
  const refuse = (why: string) => new Error(`${name} (${type}) cannot be exported: ${why}`);
  if (remote) throw refuse("a component made by a plugin");
  if (!custom || type in PROVIDER_TYPES) return false;
  if (!(type in RESOURCE_TYPES)) throw refuse("cli/terraform/resource-types.ts does not have its type");
  if (provider === undefined) throw refuse("it has no explicit provider");
  if (retainOnDelete) throw refuse("retainOnDelete has no counterpart");
  if (aliases.length > 0) throw refuse("aliases have no counterpart");
  return true;
}

function addressesOf(resources: readonly GraphResource[]): ReadonlyMap<string, string> {
  const byAddress = new Map<string, string>();
  for (const { urn, type, name } of resources) {
    const address = `${RESOURCE_TYPES[type]!.type}.${localName(name)}`;
    const other = byAddress.get(address);
    if (other !== undefined) throw new Error(`${urn} and ${other} would both be ${address}`);
    byAddress.set(address, urn);
  }
  return new Map([...byAddress].map(([address, urn]) => [urn, address]));
}

/** The default configuration of each provider; the program declares one of each. */
function providersOf(graph: Graph): Readonly<Record<string, Properties>> {
  const providers: Record<string, Properties> = {};
  for (const { type, name, inputs } of graph.resources) {
    const known = PROVIDER_TYPES[type];
    if (known === undefined) continue;
    if (known.type in providers) throw new Error(`${name} is a second provider of type ${known.type}`);
    const settings = Object.entries(inputs).map(([key, value]) => [key, settingOf(value)]);
    providers[known.type] = terraformProperties(known, Object.fromEntries(settings) as Properties);
  }
  return providers;
}

/** Pulumi hands a provider whatever is no text as JSON. */
function settingOf(value: unknown): unknown {
  return typeof value === "string" && /^(?:[[{].*|true|false)$/s.test(value) ? (JSON.parse(value) as unknown) : value;
}

/** Stack outputs under their own names: operators' scripts and the `sluice` command know them by these. */
function outputsOf({ outputs }: Graph): Readonly<Record<string, Properties>> {
  const unknown = unknownPaths(outputs);
  if (unknown.length > 0)
    throw new Error(`no resource type gives what these outputs are made of: ${unknown.join(", ")}`);
  return Object.fromEntries(
    Object.entries(outputs).map(([name, value]) => [name, { value: mapTexts(value, template) }]),
  );
}

function versionsOf(awsProvider: AwsProvider): Properties {
  return {
    terraform: {
      required_version: TERRAFORM_VERSION,
      required_providers: {
        aws: { source: "hashicorp/aws", version: AWS_VERSIONS[awsProvider] },
        google: { source: "hashicorp/google", version: GOOGLE_VERSION },
      },
    },
  };
}
