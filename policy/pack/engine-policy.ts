/** A rule in the terms of Pulumi's policy SDK. */
import type { PolicyResource as EngineResource, StackValidationArgs, StackValidationPolicy } from "@pulumi/policy";
import type { DeclaredLoad } from "../../infra/stack-config.ts";
import type { Graph, GraphResource } from "../../local/graph.ts";
import { SERVICE_TIMES } from "../../model/service-times.ts";
import { monthlyUsd } from "../priced.ts";
import type { Rule } from "../rule.ts";
import type { EnvironmentSettings } from "../settings.ts";
import type { PolicyStack } from "../stack.ts";

/** What the engine's resources do not say. */
export interface EngineContext {
  /** Name of the stack. */
  readonly environment: string;
  readonly settings: EnvironmentSettings;
  readonly load: DeclaredLoad | undefined;
}

/** Takes a rule to the engine; its level is that of the environment. */
export function enginePolicy(
  { name, description, fix, link, check }: Rule,
  context: EngineContext,
): StackValidationPolicy {
  const { levelOf, limits } = context.settings;
  const level = levelOf(name);
  return {
    name,
    description,
    enforcementLevel: level === "off" ? "disabled" : level,
    validateStack: ({ resources }: StackValidationArgs, report) => {
      for (const { resource, message } of check(stackOf(resources, context), limits)) {
        report(`${resource}: ${message}; ${fix} (${link})`);
      }
    },
  };
}

/** The engine's resources as rules see them. */
export function stackOf(
  resources: readonly EngineResource[],
  { environment, load }: Pick<EngineContext, "environment" | "load">,
): PolicyStack {
  return {
    environment,
    monthlyUsd: monthlyUsd(graphOf(resources), load, SERVICE_TIMES),
    resources: resources
      .filter(({ type }) => !isComponent(type))
      .map(({ type, name, props, opts, provider }) => ({
        ...{ type, name, inputs: props, protect: opts.protect },
        providerInputs: provider?.props,
      })),
  };
}

function isComponent(type: string): boolean {
  return type.startsWith("sluice:") || type === "pulumi:pulumi:Stack";
}

function graphOf(resources: readonly EngineResource[]): Graph {
  return { resources: resources.map(graphResource), outputs: {} };
}

function graphResource({ urn, type, name, props, opts }: EngineResource): GraphResource {
  return {
    ...{ urn, type, name, inputs: props, outputs: props, id: "", dependencies: [] },
    ...{ protect: opts.protect, deleteBeforeReplace: false, retainOnDelete: false, aliases: [] },
    ...{ custom: !isComponent(type), remote: false },
  };
}
