/**
 * Runs a Pulumi program in this process, with no engine and no CLI, and collects what it registers.
 *
 * The SDK's own mock monitor takes the registrations; the realisers answer for the clouds. What the mock interface does not show
 * (parents, dependencies, protection) is read from the requests themselves.
 */
import * as pulumi from "@pulumi/pulumi";
import { MockMonitor, setMocks } from "@pulumi/pulumi/runtime/mocks.js";
import type { Graph, GraphResource } from "./graph.ts";
import { plainObject, unknownPaths } from "./pulumi-values.ts";
import { realiserOf } from "./realise/index.ts";
import type { CloudFacts, Inputs, RealiseContext, Realiser } from "./realise/realiser.ts";

/** What a run needs to know. */
export interface CollectOptions {
  readonly project: string;
  readonly stack: string;
  readonly facts: CloudFacts;
  /** `preview` finds computed outputs that no realiser gives: they are `undefined` in an update and unknown in a preview. */
  readonly mode: "up" | "preview";
  /** The program; what it resolves to are the stack's outputs. */
  readonly program: () => Promise<pulumi.Inputs>;
}

/** The mock monitor's methods that are listened to; their types come from protobuf and gRPC. */
type Request = ReturnType<typeof JSON.parse>;
type Reply = (error: unknown, response?: Request) => void;
type Method = (this: unknown, request: Request, reply: Reply) => unknown;

let previous: Promise<unknown> = Promise.resolve();

/**
 * Runs the program and gives its graph. Repeatable; runs wait for each other, since the SDK keeps its state per process. Throws the
 * program's own error, or one that names every registration that could not be answered.
 */
export function collectGraph(options: CollectOptions): Promise<Graph> {
  const run = previous.then(() => collect(options));
  previous = run.catch(() => undefined);
  return run;
}

async function collect(options: CollectOptions): Promise<Graph> {
  const collector = new Collector(options);
  const mocks = {
    newResource: ({ type, name, inputs }: { type: string; name: string; inputs: Inputs }) =>
      collector.answer(type, name, inputs),
    call: ({ token }: { token: string }) => {
      collector.problems.push(`the program calls ${token}, which nothing answers`);
      return {};
    },
  };
  await setMocks(mocks, options.project, options.stack, options.mode === "preview");
  const restore = listen(collector);
  try {
    await pulumi.runtime.runInPulumiStack(() => options.program().catch((error: unknown) => collector.fail(error)));
    await settled();
  } finally {
    restore();
  }
  return collector.graph();
}

/** A function of the SDK's runtime that its types leave out. */
const { waitForRPCs } = pulumi.runtime as unknown as { waitForRPCs(): Promise<void> };

/** Resolves when every registration that is under way, and those that follow from it, have been answered. */
async function settled(): Promise<void> {
  await waitForRPCs();
  for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** Hears every request to the mock monitor and its answer, until the returned function is called. */
function listen(collector: Collector): () => void {
  const prototype = MockMonitor.prototype as unknown as Record<string, Method>;
  const { registerResource, registerResourceOutputs } = prototype;
  prototype["registerResource"] = function (request, reply) {
    const answered = collector.register(request);
    return registerResource!.call(this, request, (error, response) => {
      if (error === null) answered(response);
      else collector.problems.push(`${String(request.getType())} ${String(request.getName())}: ${String(error)}`);
      reply(error, response);
    });
  };
  prototype["registerResourceOutputs"] = function (request, reply) {
    collector.complete(request);
    return registerResourceOutputs!.call(this, request, reply);
  };
  return () => Object.assign(prototype, { registerResource, registerResourceOutputs });
}

class Collector {
  readonly problems: string[] = [];
  readonly #options: CollectOptions;
  /** In order of registration; filled in when answered. */
  readonly #resources: (GraphResource | undefined)[] = [];
  #outputs: Readonly<Record<string, unknown>> = {};
  #failures: unknown[] = [];

  constructor(options: CollectOptions) {
    this.#options = options;
  }

  /** Answer of the clouds; components of our own have none. */
  answer(type: string, name: string, inputs: Inputs): { id: string; state: Record<string, unknown> } {
    const realiser = realiserOf(type);
    if (realiser === undefined) return { id: "", state: { ...inputs } };
    const { id, ...computed } = this.#computed(realiser, name, inputs);
    return { id, state: { ...inputs, ...computed } };
  }

  #computed(realiser: Realiser, name: string, inputs: Inputs): ReturnType<Realiser["outputs"]> {
    const { project, stack, facts } = this.#options;
    const context: RealiseContext = { ...facts, name, project, stack };
    try {
      return realiser.outputs(inputs, context);
    } catch (error) {
      this.problems.push(`${realiser.type} ${name}: ${String(error)}`);
      return { id: "" };
    }
  }

  /** Notes a registration; the returned function takes its answer. */
  register(request: Request): (response: Request) => void {
    const index = this.#resources.push(undefined) - 1;
    const [type, name]: [string, string] = [request.getType(), request.getName()];
    if ((request.getCustom() || request.getRemote()) && realiserOf(type) === undefined) {
      this.problems.push(`${name} is of type ${type}, which the local cloud does not know`);
    }
    const inputs = this.#plain(request, request.getObject());
    return (response) => {
      const parent = request.getParent() as string;
      const provider = request.getProvider() as string;
      this.#resources[index] = {
        urn: response.getUrn(),
        type,
        name,
        inputs,
        outputs: this.#plain(request, response.getObject()),
        id: response.getId(),
        ...(parent !== "" && { parent }),
        dependencies: [...request.getDependenciesList()].sort(),
        ...(provider !== "" && { provider }),
        protect: request.getProtect() === true,
        deleteBeforeReplace: request.getDeletebeforereplace() === true,
        retainOnDelete: request.getRetainondelete() === true,
        aliases: [...request.getAliasurnsList()],
        custom: request.getCustom(),
        remote: request.getRemote(),
      };
    };
  }

  /** Notes the outputs of a component; those of the stack are the graph's. */
  complete(request: Request): void {
    if (
      (request.getUrn() as string).endsWith(`::pulumi:pulumi:Stack::${this.#options.project}-${this.#options.stack}`)
    ) {
      this.#outputs = plainObject(request.getOutputs().toJavaScript());
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
      unknownPaths(inputs).map((path) => `${type} ${name}: no realiser gives what its ${path} is made of`),
    );
    const problems = [...new Set([...this.problems, ...unknown])];
    if (problems.length > 0) throw new Error(`The program cannot be realised here:\n${problems.join("\n")}`);
    return { resources, outputs: this.#outputs };
  }

  #plain(request: Request, struct: Request): Record<string, unknown> {
    try {
      return plainObject(struct.toJavaScript());
    } catch (error) {
      this.problems.push(`${String(request.getType())} ${String(request.getName())}: ${String(error)}`);
      return {};
    }
  }
}
