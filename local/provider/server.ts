/** The gRPC service that Pulumi's engine attaches to: one server for each package, over the same running cloud. */
import * as grpc from "@grpc/grpc-js";
import emptyPb from "google-protobuf/google/protobuf/empty_pb.js";
import structPb from "google-protobuf/google/protobuf/struct_pb.js";
import type { JavaScriptValue, Struct } from "google-protobuf/google/protobuf/struct_pb.js";
import pluginPb from "@pulumi/pulumi/proto/plugin_pb.js";
import providerGrpc from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import wire from "@pulumi/pulumi/proto/provider_pb.js";
import type * as messages from "@pulumi/pulumi/proto/provider_pb.js";
import type { CloudFacts } from "../realise/realiser.ts";
import type { Services } from "../services.ts";
import { checkProviderInputs } from "./configuration.ts";
import type { PropertyChange } from "./diff.ts";
import { Operations } from "./operations.ts";
import { PROVIDER_VERSIONS } from "./state.ts";
import type { Properties } from "./values.ts";

/** A package that there is a provider of. */
export type ProviderPackage = "aws" | "gcp";

/** Running providers; the ports are those of PULUMI_DEBUG_PROVIDERS. */
export interface Providers {
  readonly ports: Readonly<Record<ProviderPackage, number>>;
  /** Ends them at once, calls under way included. */
  close(): void;
}

/** What providers are started from. */
export interface ProvidersOptions {
  readonly facts: CloudFacts;
  readonly services: Services;
  readonly host: string;
}

/** Serves both providers on free ports. */
export async function startProviders({ facts, services, host }: ProvidersOptions): Promise<Providers> {
  const operations = new Operations(facts, services);
  const servers: grpc.Server[] = [];
  const close = (): void => servers.forEach((server) => server.forceShutdown());
  try {
    const [awsPort, gcpPort] = await Promise.all(
      (["aws", "gcp"] as const).map((name) => {
        // Functions' code travels in the messages.
        const server = new grpc.Server({ "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 });
        servers.push(server);
        server.addService(providerGrpc.ResourceProviderService, handlers(name, operations, facts));
        return bind(server, host);
      }),
    );
    return { ports: { aws: awsPort!, gcp: gcpPort! }, close };
  } catch (error) {
    close();
    throw error;
  }
}

function bind(server: grpc.Server, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(`${host}:0`, grpc.ServerCredentials.createInsecure(), (error, port) => {
      if (error === null) resolve(port);
      else reject(error);
    });
  });
}

/** What is not among them the engine is told to be unimplemented. */
function handlers(name: ProviderPackage, operations: Operations, facts: CloudFacts): grpc.UntypedServiceImplementation {
  return {
    attach: unary(() => new emptyPb.Empty()),
    cancel: unary(() => new emptyPb.Empty()),
    // The SDK's, which is what the engine expects.
    getPluginInfo: unary(() => new pluginPb.PluginInfo().setVersion(PROVIDER_VERSIONS[name]!)),
    checkConfig: unary((request: messages.CheckRequest) =>
      checkResponse(request, checkProviderInputs(name, fieldsOf(request.getNews()), facts)),
    ),
    diffConfig: unary((request: messages.DiffRequest) => diffResponse(operations, request)),
    // Secrets are the engine's own affair: it takes them out of requests and marks what comes back.
    configure: unary(() => new wire.ConfigureResponse().setSupportspreview(true)),
    check: unary((request: messages.CheckRequest) =>
      checkResponse(
        request,
        operations.check(request.getUrn(), fieldsOf(request.getOlds()), fieldsOf(request.getNews())),
      ),
    ),
    diff: unary((request: messages.DiffRequest) => diffResponse(operations, request)),
    create: unary(async (request: messages.CreateRequest) => {
      const made = await operations.create(request.getUrn(), fieldsOf(request.getProperties()), request.getPreview());
      return new wire.CreateResponse().setId(made.id).setProperties(structOf(made.properties));
    }),
    update: unary(async (request: messages.UpdateRequest) => {
      const [before, after] = [fieldsOf(request.getOldInputs()), fieldsOf(request.getNews())];
      const properties = await operations.update(
        request.getUrn(),
        request.getId(),
        before,
        after,
        request.getPreview(),
      );
      return new wire.UpdateResponse().setProperties(structOf(properties));
    }),
    delete: unary(async (request: messages.DeleteRequest) => {
      await operations.delete(request.getUrn(), { id: request.getId(), inputs: fieldsOf(request.getOldInputs()) });
      return new emptyPb.Empty();
    }),
    read: unary((request: messages.ReadRequest) => {
      const found = operations.read(request.getUrn(), {
        id: request.getId(),
        inputs: fieldsOf(request.getInputs()),
        properties: fieldsOf(request.getProperties()),
      });
      const response = new wire.ReadResponse();
      if (found === undefined) return response;
      return response.setId(found.id).setInputs(structOf(found.inputs)).setProperties(structOf(found.properties));
    }),
  };
}

/** A handler that answers with what the function gives, or with the error's message. */
function unary<Request, Response>(
  answer: (request: Request) => Response | Promise<Response>,
): grpc.handleUnaryCall<Request, Response> {
  return (call, callback) => {
    void Promise.resolve()
      .then(() => answer(call.request))
      .then(
        (response) => callback(null, response),
        (error: Error) => callback({ code: grpc.status.UNKNOWN, details: error.message }),
      );
  };
}

function checkResponse(request: messages.CheckRequest, problem: string | undefined): messages.CheckResponse {
  const response = new wire.CheckResponse();
  const news = request.getNews();
  if (news !== undefined) response.setInputs(news);
  if (problem !== undefined) response.addFailures(new wire.CheckFailure().setReason(problem));
  return response;
}

function diffResponse(operations: Operations, request: messages.DiffRequest): messages.DiffResponse {
  const before = fieldsOf(request.getOldInputs());
  const { changes, deleteBeforeReplace } = operations.diff(request.getUrn(), before, fieldsOf(request.getNews()));
  const { DIFF_NONE, DIFF_SOME } = wire.DiffResponse.DiffChanges;
  const response = new wire.DiffResponse()
    .setChanges(changes.length === 0 ? DIFF_NONE : DIFF_SOME)
    .setDeletebeforereplace(deleteBeforeReplace)
    .setHasdetaileddiff(true);
  const topLevel = (path: string): string => path.split(/[.[]/)[0]!;
  response.setDiffsList([...new Set(changes.map(({ path }) => topLevel(path)))]);
  response.setReplacesList([...new Set(changes.filter(({ replaces }) => replaces).map(({ path }) => topLevel(path)))]);
  for (const change of changes) {
    const detail = new wire.PropertyDiff().setKind(kindOf(change)).setInputdiff(true);
    response.getDetaileddiffMap().set(change.path, detail);
  }
  return response;
}

function kindOf({ kind, replaces }: PropertyChange): messages.PropertyDiff.Kind {
  const { Kind } = wire.PropertyDiff;
  switch (kind) {
    case "add":
      return replaces ? Kind.ADD_REPLACE : Kind.ADD;
    case "delete":
      return replaces ? Kind.DELETE_REPLACE : Kind.DELETE;
    case "update":
      return replaces ? Kind.UPDATE_REPLACE : Kind.UPDATE;
  }
}

function fieldsOf(struct: Struct | undefined): Properties {
  return struct?.toJavaScript() ?? {};
}

function structOf(properties: Properties): Struct {
  const defined = Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== undefined));
  return structPb.Struct.fromJavaScript(defined as Record<string, JavaScriptValue>);
}
