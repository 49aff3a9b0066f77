/**
 * Stands in for Pulumi's engine while a program runs in a process of its own: takes its registrations, answers for the clouds as the
 * local cloud does, and makes nothing. What the program is told is a preview, so what nobody can answer is not known yet.
 */
import * as grpc from "@grpc/grpc-js";
import emptyPb from "google-protobuf/google/protobuf/empty_pb.js";
import structPb from "google-protobuf/google/protobuf/struct_pb.js";
import type { JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb.js";
import engineGrpc from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import type { IEngineServer } from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import enginePb from "@pulumi/pulumi/proto/engine_pb.js";
import monitorGrpc from "@pulumi/pulumi/proto/resource_grpc_pb.js";
import resourcePb from "@pulumi/pulumi/proto/resource_pb.js";
import type * as wire from "@pulumi/pulumi/proto/resource_pb.js";
import { GraphCollector } from "../../local/graph-collector.ts";
import type { Graph } from "../../local/graph.ts";
import { plainObject } from "../../local/pulumi-values.ts";
import type { CloudFacts } from "../../local/realise/realiser.ts";
import { realiserOf } from "../../local/realise/index.ts";

/** Whose registrations are taken. */
export interface MonitorOptions {
  readonly project: string;
  readonly stack: string;
  readonly facts: CloudFacts;
}

/** A running monitor. */
export interface Monitor {
  /** `127.0.0.1:PORT`, of monitor and engine both. */
  readonly address: string;
  /** Errors that the program's own process has reported, in order. */
  readonly errors: readonly string[];
  /** What has been registered. Throws an error that names what of it cannot be read. */
  graph(): Graph;
  close(): void;
}

type Reply<T> = grpc.sendUnaryData<T>;
type Call<T> = grpc.ServerUnaryCall<T, unknown>;

/** What older and newer SDKs ask for and is not needed: each then does without, or says so. */
const FEATURES: readonly string[] = ["secrets", "resourceReferences", "deletedWith"];

/** Starts a monitor on a free port of this machine. */
export async function startMonitor(options: MonitorOptions): Promise<Monitor> {
  const { project, stack, facts } = options;
  // A type that the local cloud does not know is no problem here: what it would compute is not known.
  const answers = (type: string, name: string, inputs: Readonly<Record<string, unknown>>) => {
    try {
      return realiserOf(type)?.outputs(inputs, { ...facts, name, project, stack });
    } catch {
      return undefined;
    }
  };
  const collector = new GraphCollector({ ...options, answers, allowUnknown: true });
  const errors: string[] = [];
  // Functions' code travels in the messages.
  const server = new grpc.Server({ "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 });
  server.addService(monitorGrpc.ResourceMonitorService, monitorHandlers(options, collector));
  server.addService(engineGrpc.EngineService, engineHandlers(errors));
  const port = await bind(server);
  return {
    address: `127.0.0.1:${port}`,
    errors,
    graph: () => collector.graph(),
    close: () => server.forceShutdown(),
  };
}

function bind(server: grpc.Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
      if (error === null) resolve(port);
      else reject(error);
    });
  });
}

function monitorHandlers(options: MonitorOptions, collector: GraphCollector): grpc.UntypedServiceImplementation {
  const empty = (_: Call<unknown>, reply: Reply<unknown>): void => reply(null, new emptyPb.Empty());
  const refused = (what: string) => (_: Call<unknown>, reply: Reply<unknown>) =>
    reply({ code: grpc.status.UNIMPLEMENTED, details: `a preview without a cloud cannot ${what}` });
  return {
    // Older monitors do not have it: the SDK then asks for each feature by its name.
    getDeploymentInfo: refused("say what it supports in one answer"),
    supportsFeature: ({ request }: Call<wire.SupportsFeatureRequest>, reply: Reply<wire.SupportsFeatureResponse>) => {
      const response = new resourcePb.SupportsFeatureResponse();
      response.setHassupport(FEATURES.includes(request.getId()));
      reply(null, response);
    },
    registerResource: ({ request }: Call<wire.RegisterResourceRequest>, reply: Reply<unknown>) => {
      const answered = collector.register(request);
      try {
        const response = answerTo(request, options, collector);
        answered(undefined, response);
        reply(null, response);
      } catch (error) {
        answered(error);
        reply({ code: grpc.status.INVALID_ARGUMENT, details: String(error) });
      }
    },
    registerResourceOutputs: ({ request }: Call<wire.RegisterResourceOutputsRequest>, reply: Reply<unknown>) => {
      collector.complete(request);
      reply(null, new emptyPb.Empty());
    },
    registerPackage: (_: Call<unknown>, reply: Reply<unknown>) => reply(null, new resourcePb.RegisterPackageResponse()),
    signalAndWaitForShutdown: empty,
    registerStackTransform: refused("transform resources"),
    registerStackInvokeTransform: refused("transform calls"),
    registerResourceHook: refused("run hooks"),
    registerErrorHook: refused("run hooks"),
    invoke: ({ request }: Call<wire.ResourceInvokeRequest>, reply: Reply<unknown>) =>
      refused(`call ${request.getTok()}`)(undefined as never, reply),
    call: ({ request }: Call<wire.ResourceCallRequest>, reply: Reply<unknown>) =>
      refused(`call ${request.getTok()}`)(undefined as never, reply),
    readResource: ({ request }: Call<wire.ReadResourceRequest>, reply: Reply<unknown>) =>
      refused(`read ${request.getType()} ${request.getName()}`)(undefined as never, reply),
    existsResource: refused("look for resources"),
  };
}

/** The answer of clouds that make nothing: what was asked for, and what can be told of it beforehand. */
function answerTo(
  request: wire.RegisterResourceRequest,
  options: MonitorOptions,
  collector: GraphCollector,
): wire.RegisterResourceResponse {
  const wireInputs = request.getObject()?.toJavaScript() ?? {};
  const inputs = plainObject(wireInputs);
  const { id, state } = collector.answer(request.getType(), request.getName(), inputs);
  const computed = Object.entries(state).filter(([key, value]) => value !== inputs[key]);
  const response = new resourcePb.RegisterResourceResponse();
  response.setUrn(urnOf(request, options));
  response.setId(id);
  const outputs = { ...wireInputs, ...Object.fromEntries(computed) } as Record<string, JavaScriptValue>;
  response.setObject(structPb.Struct.fromJavaScript(outputs));
  return response;
}

/** https://www.pulumi.com/docs/iac/concepts/resources/names/#urns: the types of all parents but the stack are in it. */
function urnOf(request: wire.RegisterResourceRequest, { stack, project }: MonitorOptions): string {
  const parentType = request.getParent().split("::")[2] ?? "";
  const prefix = parentType === "" || parentType === "pulumi:pulumi:Stack" ? "" : `${parentType}$`;
  return ["urn:pulumi:" + stack, project, `${prefix}${request.getType()}`, request.getName()].join("::");
}

function engineHandlers(errors: string[]): IEngineServer {
  const root = { urn: "" };
  return {
    log: ({ request }, reply) => {
      if (request.getSeverity() === enginePb.LogSeverity.ERROR) errors.push(request.getMessage());
      reply(null, new emptyPb.Empty());
    },
    getRootResource: (_, reply) => {
      const response = new enginePb.GetRootResourceResponse();
      response.setUrn(root.urn);
      reply(null, response);
    },
    setRootResource: ({ request }, reply) => {
      root.urn = request.getUrn();
      reply(null, new enginePb.SetRootResourceResponse());
    },
    startDebugging: (_, reply) => reply(null, new emptyPb.Empty()),
    requirePulumiVersion: (_, reply) => reply(null, new enginePb.RequirePulumiVersionResponse()),
  };
}
