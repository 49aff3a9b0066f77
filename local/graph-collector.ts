/** Collects what a Pulumi program registers, and answers for the clouds. */
import type * as pulumi from "@pulumi/pulumi";
import type * as wire from "@pulumi/pulumi/proto/resource_pb.js";
import type { Graph, GraphResource } from "./graph.ts";
import { plainObject, secretPaths, unknownPaths } from "./pulumi-values.ts";
import { realiserOf } from "./realise/index.ts";
import type { CloudFacts, Inputs } from "./realise/realiser.ts";

/** A protobuf Struct, as requests carry properties. */
type Struct = NonNullable<ReturnType<wire.RegisterResourceRequest["getObject"]>>;

/** What a cloud computes for a resource, `id` among it; `undefined` for a type that is not known. */
export type Answers = (
  type: string,
  name: string,
  inputs: Inputs,
) => (Readonly<Record<string, unknown>> & { readonly id: string }) | undefined;

/** Where a program runs. */
export interface CollectorOptions {
  readonly project: string;
  readonly stack: string;
  readonly facts: CloudFacts;
  /** Who answers for the clouds; the realisers unless given. */
  readonly answers?: Answers;
  /** Whether inputs may be made of what nobody answers: they are then {@link UNKNOWN}. An error unless given. */
  readonly allowUnknown?: boolean;
}

/** One run's registrations, on their way to a graph. */
export class GraphCollector {
  readonly problems: string[] = [];
  readonly #options: CollectorOptions;
  /** In order of registration; filled in when answered. */
  readonly #resources: (GraphResource | undefined)[] = [];
  #outputs: Readonly<Record<string, unknown>> = {};
  #failures: unknown[] = [];

  constructor(options: CollectorOptions) {
    this.#options = options;
  }

  /** Answer of the clouds; components of our own have none. */
  answer(type: string, name: string, inputs: Inputs): { id: string; state: Record<string, unknown> } {
    const { id = "", ...computed } = this.#computed(type, name, inputs) ?? {};
    return { id, state: { ...inputs, ...computed } };
  }

  #computed(type: string, name: string, inputs: Inputs): ReturnType<Answers> {
    const { project, stack, facts, answers } = this.#options;
    try {
      if (answers !== undefined) return answers(type, name, inputs);
      return realiserOf(type)?.outputs(inputs, { ...facts, name, project, stack });
    } catch (error) {
      this.problems.push(`${type} ${name}: ${String(error)}`);
      return { id: "" };
    }
  }

  /** Notes a registration; the returned function takes its answer. */
  register(request: wire.RegisterResourceRequest): (error: unknown, response?: wire.RegisterResourceResponse) => void {
    const index = this.#resources.push(undefined) - 1;
    const [type, name] = [request.getType(), request.getName()];
    const { answers } = this.#options;
    if (answers === undefined && (request.getCustom() || request.getRemote()) && realiserOf(type) === undefined) {
      this.problems.push(`${name} is of type ${type}, which the local cloud does not know`);
    }
    const inputs = this.#plain(request, request.getObject());
    const secrets = secretPaths(request.getObject()?.toJavaScript() ?? {});
    return (error, response) => {
      if (response === undefined) this.problems.push(`${type} ${name}: ${String(error)}`);
      else this.#resources[index] = this.#resource(request, { inputs, secrets }, response);
    };
  }

  #resource(
    request: wire.RegisterResourceRequest,
    { inputs, secrets }: { readonly inputs: Inputs; readonly secrets: readonly (readonly string[])[] },
    response: wire.RegisterResourceResponse,
  ): GraphResource {
    const [parent, provider] = [request.getParent(), request.getProvider()];
    const ignored = [...request.getIgnorechangesList()];
    return {
      urn: response.getUrn(),
      type: request.getType(),
      name: request.getName(),
      inputs,
      ...(secrets.length > 0 && { secrets }),
      outputs: this.#plain(request, response.getObject()),
      id: response.getId(),
      ...(parent !== "" && { parent }),
      dependencies: [...request.getDependenciesList()].sort(),
      ...propertyDependencies(request),
      ...(provider !== "" && { provider }),
      protect: request.getProtect() === true,
      deleteBeforeReplace: request.getDeletebeforereplace(),
      retainOnDelete: request.getRetainondelete() === true,
      aliases: [...request.getAliasurnsList()],
      ...(ignored.length > 0 && { ignoreChanges: ignored }),
      custom: request.getCustom(),
      remote: request.getRemote(),
    };
  }

  /** Notes the outputs of a component; those of the stack are the graph's. */
  complete(request: wire.RegisterResourceOutputsRequest): void {
    const stackName = `${this.#options.project}-${this.#options.stack}`;
    if (request.getUrn().endsWith(`::pulumi:pulumi:Stack::${stackName}`)) {
      this.#outputs = plainObject(request.getOutputs()?.toJavaScript() ?? {});
    }
  }

  /** Notes the program's own error: thrown on through the SDK, it would surface once more as an unhandled rejection. */
  fail(error: unknown): pulumi.Inputs {
    this.#failures.push(error);
    return {};
  }

  /** The graph, or the program's own error, or one with every problem there was. */
  graph(): Graph {
    if (this.#failures.length > 0) throw this.#failures[0];
    const resources = this.#resources.filter((resource) => resource !== undefined);
    const unknown = resources.flatMap(({ type, name, inputs }) =>
      this.#options.allowUnknown === true
        ? []
        : unknownPaths(inputs).map((path) => `${type} ${name}: no realiser gives what its ${path} is made of`),
    );
    const problems = [...new Set([...this.problems, ...unknown])];
    if (problems.length > 0) throw new Error(`The program cannot be realised here:\n${problems.join("\n")}`);
    return { resources, outputs: this.#outputs };
  }

  #plain(request: wire.RegisterResourceRequest, properties: Struct | undefined): Record<string, unknown> {
    try {
      return plainObject(properties?.toJavaScript() ?? {});
    } catch (error) {
      this.problems.push(`${request.getType()} ${request.getName()}: ${String(error)}`);
      return {};
    }
  }
}

function propertyDependencies(request: wire.RegisterResourceRequest): Pick<GraphResource, "propertyDependencies"> {
  const made = new Map<string, readonly string[]>();
  request.getPropertydependenciesMap().forEach((dependencies, input) => {
    const urns = dependencies.getUrnsList();
    if (urns.length > 0) made.set(input, [...urns].sort());
  });
  return made.size === 0 ? {} : { propertyDependencies: Object.fromEntries([...made].sort()) };
}
