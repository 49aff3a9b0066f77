import * as aws from "@pulumi/aws/provider.js";
import * as gcp from "@pulumi/gcp/provider.js";
import type { StackConfig } from "./stack-config.ts";
import { SHARED } from "./tags.ts";

/** The two clouds that a stack is deployed to. */
export interface Providers {
  readonly aws: aws.Provider;
  readonly google: gcp.Provider;
}

/**
 * Providers made of the configuration alone, so that a shell's default profile, region or project decides nothing. Another
 * account than the configured one is refused before anything is made. Everything is tagged with project, environment and backend: what
 * belongs to no one backend with `shared`, and a backend's own resources say otherwise themselves.
 */
export function createProviders(config: StackConfig): Providers {
  const tags = { ...config.tags, project: config.project, environment: config.environment, backend: SHARED };
  return {
    aws: new aws.Provider("aws", {
      region: config.aws.region as aws.ProviderArgs["region"],
      allowedAccountIds: [config.aws.accountId],
      defaultTags: { tags },
    }),
    google: new gcp.Provider("google", {
      project: config.google.projectId,
      defaultLabels: tags,
      addPulumiAttributionLabel: false,
    }),
  };
}
