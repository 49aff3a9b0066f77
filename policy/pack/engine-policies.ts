/** A rule in the terms of Pulumi's policy SDK. */
import type { PolicyResource as EngineResource, StackValidationArgs, StackValidationPolicy } from "@pulumi/policy";
import type { Graph, GraphResource } from "../../local/graph.ts";
import { SERVICE_TIMES } from "../../model/service-times.ts";
import { monthlyUsd } from "../priced.ts";
import type { Rule } from "../rule.ts";
import { type PolicySettings, settingsFor } from "../settings.ts";
import type { PolicyStack } from "../stack.ts";

/** Levels that the engine knows. */
const LEVELS = ["mandatory", "advisory"] as const;

/**
 * Takes a rule to the engine, once for each level: the engine asks for a policy's level before it says which stack it is about, so that
 * the one whose level is not the environment's finds nothing.
 */
export function enginePolicies(rule: Rule, settings: PolicySettings): readonly StackValidationPolicy[] {
  return LEVELS.map((level) => ({
    name: level === "mandatory" ? rule.name : `${rule.name}-${level}`,
    description: rule.description,
    enforcementLevel: level,
    validateStack: ({ resources }: StackValidationArgs, report) => {
      const stack = stackOf(resources);
      const { levelOf, limits } = settingsFor(stack.environment, settings);
      if (levelOf(rule.name) !== level) return;
      for (const { resource, message } of rule.check(stack, limits)) {
        report(`${resource}: ${message}; ${rule.fix} (${rule.link})`);
      }
    },
  }));
}

/** The engine's resources as rules see them. */
export function stackOf(resources: readonly EngineResource[]): PolicyStack {
  return {
    // urn:pulumi:<stack>::<project>::<type>::<name>
    environment: resources[0]?.urn.split("::")[0]?.split(":")[2] ?? "",
    // Only when it is asked for: in a preview not every value is known, and the SDK skips a rule that reads one.
    get monthlyUsd() {
      return monthlyUsd(graphOf(resources), undefined, SERVICE_TIMES);
    },
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
