import type { StackConfig } from "../../infra/stack-config.ts";
import { UsageError } from "../errors.ts";

/** Throws a UsageError for a stack with the forwarder on. */
export function refuseForwarder({ environment, forwarder }: Pick<StackConfig, "environment" | "forwarder">): void {
  if (forwarder === undefined) return;
  throw new UsageError(`stack ${environment} has its forwarder on (sluice:forwarder), which cannot be exported`, {
    hint: "It is a component of @pulumi/awsx, made by a plugin that says nothing of what it makes.",
  });
}
