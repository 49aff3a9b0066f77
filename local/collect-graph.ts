/**
 * Runs a Pulumi program in this process, with no engine and no CLI, and collects what it registers.
 *
 * The SDK's own mock monitor takes the registrations; the realisers answer for the clouds. What the mock interface does not show
 * (parents, dependencies, protection) is read from the requests themselves.
 */
import * as pulumi from "@pulumi/pulumi";
import { MockMonitor, setMocks } from "@pulumi/pulumi/runtime/mocks.js";
import type * as wire from "@pulumi/pulumi/proto/resource_pb.js";
import { GraphCollector } from "./graph-collector.ts";
import type { CollectorOptions } from "./graph-collector.ts";
import type { Graph } from "./graph.ts";
import type { Inputs } from "./realise/realiser.ts";

/** What a run needs to know. */
export interface CollectOptions extends CollectorOptions {
  /** `preview` finds computed outputs that no realiser gives: they are `undefined` in an update and unknown in a preview. */
  readonly mode: "up" | "preview";
  /** The program; what it resolves to are the stack's outputs. */
  readonly program: () => Promise<pulumi.Inputs>;
}

/** The mock monitor's methods that are listened to, with the types that its own declaration leaves open. */
interface Registrations {
  registerResource(
    request: wire.RegisterResourceRequest,
    reply: (error: unknown, response?: wire.RegisterResourceResponse) => void,
  ): unknown;
  registerResourceOutputs(request: wire.RegisterResourceOutputsRequest, reply: unknown): unknown;
}

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
  const collector = new GraphCollector(options);
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
function listen(collector: GraphCollector): () => void {
  const prototype: Registrations = MockMonitor.prototype;
  const { registerResource, registerResourceOutputs } = prototype;
  prototype.registerResource = function (this: Registrations, request, reply) {
    const answered = collector.register(request);
    return registerResource.call(this, request, (error, response) => {
      answered(error, response);
      reply(error, response);
    });
  };
  prototype.registerResourceOutputs = function (this: Registrations, request, reply) {
    collector.complete(request);
    return registerResourceOutputs.call(this, request, reply);
  };
  return () => Object.assign(prototype, { registerResource, registerResourceOutputs });
}
