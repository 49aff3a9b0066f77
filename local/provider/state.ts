/** The state that Pulumi's engine keeps of a stack, for one that was made without it: the engine then goes on from what is running. Pure. */
import aws from "@pulumi/aws/package.json" with { type: "json" };
import gcp from "@pulumi/gcp/package.json" with { type: "json" };
import type { FileArchive, Graph, GraphResource } from "../graph.ts";
import { ARCHIVE, ASSET, SIGNATURE_KEY } from "../pulumi-values.ts";
import { archiveHash, assetHash } from "./archive-hash.ts";
import { isStructure } from "./values.ts";

/** Passphrase of stacks on this machine: there is nothing in them to keep from anyone. */
export const LOCAL_PASSPHRASE = "local";

/** What the engine makes of {@link LOCAL_PASSPHRASE} for a stack; stacks/Pulumi.local.yaml has it too, so that the engine writes nothing there. */
export const LOCAL_SALT = "v1:xOPLxJ63c6I=:v1:3jVd/r1fOOOvmLWD:nh03edf3x3lmvQ3jdLXPWydznekEEA==";

/** Versions of the providers' SDKs, by package. */
export const PROVIDER_VERSIONS: Readonly<Record<string, string>> = { aws: aws.version, gcp: gcp.version };

const STACK_TYPE = "pulumi:pulumi:Stack";
const PROVIDER_TYPE = "pulumi:providers:";

/** A stack as the engine's file backend names it. */
export interface StackName {
  readonly project: string;
  readonly stack: string;
}

/** Path of a stack's state below the folder of a file backend. */
export function statePath({ project, stack }: StackName): string {
  return `.pulumi/stacks/${project}/${stack}.json`;
}

/**
 * A checkpoint, version 3, of a stack with the resources of a graph; an empty graph is a stack that was never deployed.
 * https://github.com/pulumi/pulumi/blob/master/sdk/go/common/apitype/core.go
 */
export function checkpoint({ project, stack }: StackName, graph: Graph): object {
  const urns = engineUrns({ project, stack }, graph);
  return {
    version: 3,
    checkpoint: {
      stack: `organization/${project}/${stack}`,
      latest: {
        manifest: { time: "0001-01-01T00:00:00Z", magic: "", version: "" },
        secrets_providers: { type: "passphrase", state: { salt: LOCAL_SALT } },
        resources: graph.resources.map((resource) => stateOf(resource, graph, (urn) => urns.get(urn)!)),
        metadata: {},
      },
    },
  };
}

/**
 * The engine's URNs by those of the graph, which name the direct parent alone, and the stack where it is the parent.
 * https://www.pulumi.com/docs/iac/concepts/resources/names/#urns
 */
function engineUrns({ project, stack }: StackName, { resources }: Graph): ReadonlyMap<string, string> {
  const types = new Map<string, string>();
  const urns = new Map<string, string>();
  for (const { urn, type, name, parent } of resources) {
    const parentType = parent === undefined ? "" : types.get(parent)!;
    const qualified = parentType === "" || parentType === STACK_TYPE ? type : `${parentType}$${type}`;
    types.set(urn, qualified);
    urns.set(urn, `urn:pulumi:${stack}::${project}::${qualified}::${name}`);
  }
  return urns;
}

function stateOf(resource: GraphResource, graph: Graph, urnOf: (urn: string) => string): object {
  const { urn, type, custom, id, parent, dependencies, provider, protect, aliases } = resource;
  return {
    urn: urnOf(urn),
    custom,
    ...(custom && { id }),
    type,
    ...(custom && { inputs: inputsOf(resource) }),
    outputs: type === STACK_TYPE ? graph.outputs : custom ? engineValue(resource.outputs) : {},
    ...(parent !== undefined && { parent: urnOf(parent) }),
    ...(protect && { protect }),
    ...(dependencies.length > 0 && { dependencies: dependencies.map(urnOf) }),
    ...(provider !== undefined && { provider: providerReference(provider, urnOf) }),
    ...(aliases.length > 0 && { aliases }),
  };
}

/** `urn::id`. */
function providerReference(reference: string, urnOf: (urn: string) => string): string {
  const end = reference.lastIndexOf("::");
  return urnOf(reference.slice(0, end)) + reference.slice(end);
}

/** A provider has its version among its inputs: the engine puts it there. */
function inputsOf({ type, inputs }: GraphResource): unknown {
  const values = engineValue(inputs);
  if (!type.startsWith(PROVIDER_TYPE)) return values;
  return { __internal: {}, ...(values as object), version: PROVIDER_VERSIONS[type.slice(PROVIDER_TYPE.length)] };
}

/** Plain data as the engine keeps it: archives with the signatures and hashes that it compares. */
function engineValue(value: unknown): unknown {
  if (isFileArchive(value)) {
    const assets = Object.entries(value.files).map(([name, text]) => [
      name,
      { [SIGNATURE_KEY]: ASSET, hash: assetHash(text), text },
    ]);
    return { [SIGNATURE_KEY]: ARCHIVE, hash: archiveHash(value), assets: Object.fromEntries(assets) as unknown };
  }
  if (Array.isArray(value)) return value.map(engineValue);
  if (!isStructure(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, engineValue(inner)]));
}

function isFileArchive(value: unknown): value is FileArchive {
  return isStructure(value) && Object.keys(value).length === 1 && isStructure(value["files"]);
}
